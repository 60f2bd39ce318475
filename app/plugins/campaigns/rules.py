"""Which date binds whom, by whose word: pure, over frozen facts (S3, S15–S19)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from app.kernel import paths
from app.kernel.errors import N_, Finding, Invalid

Day = date
ANY = "any"
FINISH = "finish"
REASON_LONGEST = 500


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

    @property
    def open(self) -> bool:
        """Left to the offices addressed: they set the date themselves (S16)."""
        return self.due is None

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

    def group_of(self, whose: Whose) -> Group | None:
        """The group of a unit; a desk guided from the office is a home of its own (S6)."""
        by_desk = next((g for g in self.groups if whose.filing_path in g.homes), None)
        if by_desk is not None and paths.covers(self.office_path, whose.review_path):
            return by_desk
        return next((g for g in self.groups if whose.review_path in (*g.homes, *g.offices)), None)

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
            if any(step.kind == kind for step in plan.steps):
                latest[plan.office_path] = plan
        return list(latest.values())

    def plan_for(self, kind: str, whose: Whose) -> Plan | None:
        """The nearest plan with a step of this kind for the unit, dated or still open."""
        for plan in self.plans_for(whose):
            group = plan.group_of(whose)
            if group and any(s.kind == kind and s.sets is None and group.key in s.groups for s in plan.steps):
                return plan
        return None

    def deadline(self, kind: str, whose: Whose, track: str | None = None) -> Deadline | None:
        """The date that binds: the notice's for the groups it names, a lower office's own where it set one.

        Completion dates bind all (S15); a step left open and not set yet has no date (S16).
        """
        for plan in self.plans_for(whose):
            group = plan.group_of(whose)
            if group is None:
                continue
            found = [
                dated
                for step in plan.steps
                if step.kind == kind and step.sets is None and group.key in step.groups
                for dated in _dated(plan, step, whose.review_path, track)
            ]
            if found:
                # Asked for no line in particular, the earliest date is the one to keep.
                return _as_deadline(plan, min(found, key=lambda one: (one.due or date.max, one.id)))
        return None


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
    )


def completion(plan: Plan, office_path: str, track: str) -> Step | None:
    """The completion date that a local date must keep to; for both lines at once the earlier one (S15)."""
    group = plan.group_for_office(office_path)
    found = [
        step
        for step in plan.steps
        if step.kind == FINISH
        and step.due is not None
        and group is not None
        and group.key in step.groups
        and (track == ANY or step.covers(track))
    ]
    return min(found, key=lambda step: step.due or date.max, default=None)


def _said(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def local_findings(
    plan: Plan, step: Step, office_path: str, track: str, due: date | None, reason: str
) -> Iterable[Finding]:
    """What is wrong with a date a county or zone wants to set for its own level (S16)."""
    if track != ANY and track not in {line.key for line in plan.lines}:
        yield Finding("track", N_("请选择适用的单位类别。"), code="track-unknown")
        return
    if due is None:
        yield Finding("due", N_("请填写截止日期，例如 2014-11-21。"), code="due-missing")
        return
    if due < plan.issued_on:
        yield Finding(
            "due",
            N_("截止日期不能早于文件印发日期（%(day)s）。"),
            source=plan.document,
            code="due-before-issue",
            params={"day": _said(plan.issued_on)},
        )
    if len(reason) > REASON_LONGEST:
        yield Finding(
            "reason", N_("理由不超过 %(n)s 个字。"), code="reason-long", params={"n": REASON_LONGEST}
        )
    end = completion(plan, office_path, track)
    if end is not None and end.due is not None and due > end.due and not reason.strip():
        yield Finding(
            "reason",
            N_("该日期晚于完成期限（%(day)s）。确需推迟的，由负责人写明理由，作为例外报上级知悉。"),
            source=end.source,
            code="past-completion",
            params={"day": _said(end.due)},
        )


def ensure_local(plan: Plan, step: Step, office_path: str, track: str, due: date | None, reason: str) -> bool:
    """Whether a local date is an exception.

    Raises:
        Invalid: see ``local_findings``.
    """
    findings = list(local_findings(plan, step, office_path, track, due, reason))
    if findings:
        raise Invalid(findings)
    end = completion(plan, office_path, track)
    return end is not None and end.due is not None and due is not None and due > end.due
