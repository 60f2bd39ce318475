"""Which date binds whom, by whose word: pure, over frozen facts (S3, S15–S19)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.kernel import paths

Day = date
ANY = "any"
FINISH = "finish"


@dataclass(frozen=True, slots=True)
class Whose:
    """The row facts a date is asked for: the deciding office's path and the desk that files."""

    review_path: str
    filing_path: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Whom a step addresses: the own units of some paths (``homes``), or offices with all their units."""

    key: str
    label: str
    homes: tuple[str, ...] = ()
    offices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One of the lines a campaign is run on (S1): its completion date stands in a step, not here."""

    key: str
    label: str
    natures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A step as it stands: the issuing office's, or with ``sets`` a lower office's own date for that step."""

    id: int
    key: str
    kind: str
    track: str
    label: str
    groups: tuple[str, ...]
    due: date | None
    binding: bool
    source: str
    office_path: str
    office_name: str
    office_id: int = 0
    sets: int | None = None
    within: str = ""
    deliver_to: str = ""
    copy_to: str = ""
    exception: bool = False
    reason: str = ""
    first_due: date | None = None
    extended_because: str = ""

    @property
    def open(self) -> bool:
        """Left to the offices addressed: they set the date themselves (S16)."""
        return self.due is None

    @property
    def window(self) -> bool:
        """A time in which things are handed in together, and no limit: it binds nobody (C-3's 10-31)."""
        return self.due is not None and not self.binding

    def covers(self, track: str | None) -> bool:
        """Whether the step concerns a line; asked for none it concerns any."""
        return track is None or self.track in (track, ANY)


@dataclass(frozen=True, slots=True)
class Plan:
    """One campaign with the steps the reader may see, local dates included."""

    id: int
    document: str
    short_title: str
    issued_on: date
    office_path: str
    office_name: str
    groups: tuple[Group, ...]
    lines: tuple[Line, ...]
    steps: tuple[Step, ...]
    sealed_groups: tuple[str, ...] = ()
    sealed_source: str = ""
    carries_out: str = ""
    carried_by: tuple[int, ...] = ()
    online: bool = False

    @property
    def ids(self) -> tuple[int, ...]:
        """This campaign and those of lower offices that carry it out, however many levels down."""
        return (self.id, *self.carried_by)

    def group_of(self, whose: Whose) -> Group | None:
        """The group of a unit: a desk guided from the office is a home of its own (S6); an office brings all below it."""
        by_desk = next((g for g in self.groups if whose.filing_path in g.homes), None)
        if by_desk is not None and paths.covers(self.office_path, whose.review_path):
            return by_desk
        exact = next((g for g in self.groups if whose.review_path in (*g.homes, *g.offices)), None)
        return exact or next(
            (g for g in self.groups if any(paths.covers(one, whose.review_path) for one in g.offices)), None
        )

    def group_for_office(self, path: str) -> Group | None:
        """The group an office itself belongs to, for what offices have to do."""
        return next((g for g in self.groups if path in g.offices), None)

    def must_seal(self, whose: Whose) -> str | None:
        """The article by which a unit without a website hands in a sealed sheet, or None (S12)."""
        group = self.group_of(whose)
        return self.sealed_source if group is not None and group.key in self.sealed_groups else None

    def line_of(self, nature: str) -> Line | None:
        """The line a unit of this nature is on; None for those that may not run such a site (C-art.3)."""
        return next((line for line in self.lines if nature in line.natures), None)

    def local(self, step: Step, office_path: str) -> Iterator[Step]:
        """The dates an office has set for a step left to it."""
        return (one for one in self.steps if one.sets == step.id and one.office_path == office_path)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A date with its source. ``set_by`` is the office that set it; ``local`` says it is not the notice's own."""

    date: Day
    source: str
    binding: bool
    set_by: str
    label: str
    kind: str
    track: str
    issued_on: Day
    campaign_id: int
    deliver_to: str = ""
    local: bool = False
    exception: bool = False
    reason: str = ""
    first: Day | None = None

    def passed(self, today: Day) -> bool:
        """Whether the day is over: filed by 24:00 of it counts (S19)."""
        return today > self.date


@dataclass(frozen=True, slots=True)
class Timetable:
    """Every plan the reader may see."""

    plans: tuple[Plan, ...]

    def plans_for(self, whose: Whose) -> list[Plan]:
        """Plans that reach a unit, the nearest office's first, then the latest (S3: local over upper)."""
        covering = [p for p in self.plans if paths.covers(p.office_path, whose.review_path)]
        return sorted(covering, key=lambda p: (len(p.office_path), p.issued_on, p.id), reverse=True)

    def current(self, kind: str) -> list[Plan]:
        """The latest plan of each office that has a step of this kind: what earlier ones asked is over."""
        latest: dict[str, Plan] = {}
        for plan in sorted(self.plans, key=lambda p: (p.issued_on, p.id)):
            if any(step.kind == kind and not step.window for step in plan.steps):
                latest[plan.office_path] = plan
        return list(latest.values())

    def plan_for(self, kind: str, whose: Whose) -> Plan | None:
        """The nearest plan with a step of this kind for the unit, dated or still open."""
        for plan in self.plans_for(whose):
            group = plan.group_of(whose)
            if group and any(asks(step, kind, group) for step in plan.steps):
                return plan
        return None

    def deadline(self, kind: str, whose: Whose, track: str | None = None) -> Deadline | None:
        """The date that binds: the notice's for the groups it names, a lower office's own where it set one.

        Completion dates bind all (S15); a step left open and not set yet has no date (S16); windows never bind (C-3).
        """
        for plan in self.plans_for(whose):
            group = plan.group_of(whose)
            if group is None:
                continue
            found = [
                dated
                for step in plan.steps
                if asks(step, kind, group)
                for dated in _dated(plan, step, whose.review_path, track)
            ]
            if found:
                # Asked for no line in particular, the earliest date is the one to keep.
                return _as_deadline(plan, min(found, key=lambda one: (one.due or date.max, one.id)))
        return None


def asks(step: Step, kind: str, group: Group) -> bool:
    """Whether a step of the issuing office's asks this of a group; a window asks nothing."""
    return step.kind == kind and step.sets is None and not step.window and group.key in step.groups


def _dated(plan: Plan, step: Step, review_path: str, track: str | None) -> list[Step]:
    """The step itself when it has a date, else the local dates: one for the very line before one for any."""
    if not step.covers(track):
        return []
    if not step.open:
        return [step]
    own = [one for one in plan.local(step, review_path) if one.covers(track)]
    exact = [one for one in own if one.track == track]
    return exact or own


def _as_deadline(plan: Plan, step: Step) -> Deadline:
    if step.due is None:
        raise ValueError(f"step {step.key} has no date")
    return Deadline(
        date=step.due,
        source=step.source,
        binding=step.binding,
        set_by=step.office_name,
        label=step.label,
        kind=step.kind,
        track=step.track,
        issued_on=plan.issued_on,
        campaign_id=plan.id,
        deliver_to=step.deliver_to,
        local=step.sets is not None,
        exception=step.exception,
        reason=step.reason,
        first=step.first_due,
    )
