"""Counts of sheets put into the groups a campaign names, each with the date that binds it: pure (S14, S16, S18)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from app.plugins.campaigns.rules import Deadline, Group, Plan, Timetable, Whose

SURVEY = "survey"


@dataclass(frozen=True, slots=True)
class Progress:
    """How many sheets are expected and where they stand; ``overdue`` of those missing are past their date."""

    expected: int = 0
    accepted: int = 0
    submitted: int = 0
    returned: int = 0
    missing: int = 0
    overdue: int = 0

    def __add__(self, other: Progress) -> Progress:
        return Progress(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    @property
    def handed_in(self) -> int:
        """Sheets the office has: accepted or waiting to be."""
        return self.accepted + self.submitted


@dataclass(frozen=True, slots=True)
class Tally:
    """Expected sheets of the same row facts and nature, counted by state."""

    review_path: str
    desk_path: str | None
    nature: str
    expected: int
    accepted: int
    submitted: int
    returned: int

    @property
    def whose(self) -> Whose:
        """The facts its date is asked by."""
        return Whose(self.review_path, self.desk_path)


@dataclass(frozen=True, slots=True)
class Due:
    """A date that binds a line, or None where its office has not set one; ``track`` where it is for one line only."""

    deadline: Deadline | None
    track: str = ""


@dataclass(frozen=True, slots=True)
class Child:
    """A lower office as a line of the page."""

    path: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a group: a nature of the office's own units, or (with ``code``) a lower office."""

    label: str
    progress: Progress
    dues: tuple[Due, ...] = ()
    natures: tuple[str, ...] = ()
    code: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A group of the campaign. Without lines it stands for itself and carries the dates."""

    label: str
    progress: Progress
    dues: tuple[Due, ...] = ()
    lines: tuple[Line, ...] = ()


def surveys(table: Timetable) -> Timetable:
    """Only the plans that arrange a survey, nearest office first, then the latest: the order in which they bind."""
    asking = [plan for plan in table.plans if any(s.kind == SURVEY and s.sets is None for s in plan.steps)]
    return Timetable(
        tuple(sorted(asking, key=lambda p: (len(p.office_path), p.issued_on, p.id), reverse=True))
    )


def total(tallies: Iterable[Tally], table: Timetable, today: date) -> Progress:
    """Everything in one figure; units that no plan addresses are not expected to report."""
    return sum((_progress(one, table, today) for one in tallies if _asked(one, table)), Progress())


def sections(
    office: Child, tallies: Iterable[Tally], table: Timetable, children: Mapping[str, Child], today: date
) -> list[Section]:
    """The groups of the office's own campaign in its order; where it has none, its own units and lower offices.

    Args:
        children: lower offices by path; those the campaign names appear even before their units are registered.
    """
    sorter = _Sorter(office.path, table, children)
    for one in tallies:
        if _asked(one, table):
            sorter.take(one, _progress(one, table, today))
    own = next((plan for plan in table.plans if plan.office_path == office.path), None)
    found = [section for group in own.groups if (section := sorter.of_group(group, own))] if own else []
    return [*found, *sorter.rest(own)]


def child_path(office_path: str, path: str) -> str:
    """The path of the office directly below ``office_path`` that ``path`` is, or hangs below."""
    return office_path + path[len(office_path) :].partition(".")[0] + "."


def _asked(one: Tally, table: Timetable) -> bool:
    return table.plan_for(SURVEY, one.whose) is not None


def _progress(one: Tally, table: Timetable, today: date) -> Progress:
    missing = one.expected - one.accepted - one.submitted - one.returned
    due = table.deadline(SURVEY, one.whose, one.nature)
    late = missing if due is not None and due.passed(today) else 0
    return Progress(one.expected, one.accepted, one.submitted, one.returned, missing, late)


Scored = list[tuple[Tally, Progress]]


class _Sorter:
    """Sorts tallies into the office's own and those of each office directly below it, and hands them out once."""

    def __init__(self, office_path: str, table: Timetable, children: Mapping[str, Child]) -> None:
        self.path, self.table, self.children = office_path, table, children
        self.own: Scored = []
        self.below: dict[str, Progress] = {}

    def take(self, one: Tally, progress: Progress) -> None:
        if one.review_path == self.path:
            self.own.append((one, progress))
            return
        child = child_path(self.path, one.review_path)
        self.below[child] = self.below.get(child, Progress()) + progress

    def of_group(self, group: Group, plan: Plan) -> Section | None:
        """The section of a group of the office's own plan; None for one that has nothing below this office."""
        own = [pair for pair in self.own if plan.group_of(pair[0].whose) == group]
        self.own = [pair for pair in self.own if plan.group_of(pair[0].whose) != group]
        lines = self._by_nature(own, plan) if self.path in group.homes else []
        for path in group.offices:
            if path in self.children:
                lines.append(self._of_child(path, _dues(self.table, Whose(path), plan)))
        if lines:
            return _section(group.label, lines)
        if not group.homes:
            return None
        # Units that a guided desk carries are a group of their own, without lines (S6).
        return Section(group.label, _sum(own), _dues(self.table, Whose(self.path, group.homes[0]), plan))

    def rest(self, plan: Plan | None) -> Iterator[Section]:
        """What no group took: everything where the office has no plan of its own."""
        binding = plan or (self.table.plan_for(SURVEY, self.own[0][0].whose) if self.own else None)
        if binding is not None and self.own:
            yield _section(_("本级单位"), self._by_nature(self.own, binding))
        lines = [self._of_child(path, ()) for path in sorted(self.below) if path in self.children]
        if lines:
            yield _section(_("下级机构编制部门"), lines)

    def _of_child(self, path: str, dues: tuple[Due, ...]) -> Line:
        child = self.children[path]
        return Line(child.name, self.below.pop(path, Progress()), dues, code=child.code)

    def _by_nature(self, own: Scored, plan: Plan) -> list[Line]:
        """One line for each track of the plan, with the date of that track."""
        lines = []
        for track in plan.lines:
            taken = [pair for pair in own if pair[0].nature in track.natures]
            due = self.table.deadline(SURVEY, taken[0][0].whose, track.key) if taken else None
            lines.append(Line(track.label, _sum(taken), (Due(due),) if taken else (), natures=track.natures))
        return lines


def _sum(scored: Scored) -> Progress:
    return sum((progress for _one, progress in scored), Progress())


def _section(label: str, lines: list[Line]) -> Section:
    return Section(label, sum((line.progress for line in lines), Progress()), lines=tuple(lines))


def _dues(table: Timetable, whose: Whose, plan: Plan) -> tuple[Due, ...]:
    """The dates of both tracks, or the one they share."""
    found = [(track.label, table.deadline(SURVEY, whose, track.key)) for track in plan.lines]
    dates = {(due.date, due.source, due.set_by) if due is not None else None for _label, due in found}
    if len(dates) == 1:
        return (Due(found[0][1]),)
    return tuple(Due(due, label) for label, due in found)
