"""Counts of sheets under the notice's own groups, each line with the date that binds it: facts in, lines out (S14, S18)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from app.foundation import access
from app.foundation.access import Actor, Facts
from app.foundation.tenancy.models import Office
from app.kernel import paths
from app.plugins.campaigns.rules import Deadline, Group, Plan, Timetable, Whose

SURVEY = "survey"


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of sheets: ``total`` expected; ``missing`` were not handed in at all, ``overdue`` of them past the date.

    ``sites`` and ``without`` count websites and units without one on the sheets received.
    """

    total: int = 0
    submitted: int = 0
    accepted: int = 0
    returned: int = 0
    overdue: int = 0
    sites: int = 0
    without: int = 0

    @property
    def missing(self) -> int:
        """Neither handed in nor returned."""
        return self.total - self.submitted - self.accepted - self.returned

    @property
    def received(self) -> int:
        """Handed in: accepted or waiting to be."""
        return self.submitted + self.accepted

    def plus(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Cell:
    """Sheets of one office, filing desk and nature, with the date that binds them."""

    review_path: str
    filing_path: str | None
    nature: str
    counts: Counts
    deadline: Deadline | None

    @property
    def whose(self) -> Whose:
        """The facts by which dates and groups are asked."""
        return Whose(self.review_path, self.filing_path)


@dataclass(frozen=True, slots=True)
class Due:
    """A date that binds a line, or None where its office has not set one; ``track`` where it is for one track only."""

    deadline: Deadline | None
    track: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a track of an office's own units, a lower office, or the units a guided desk carries.

    ``opens``: the reader may look at the sheets behind the numbers. ``page``: the line's office has a page of its own.
    """

    label: str
    counts: Counts
    dues: tuple[Due, ...]
    group: str
    office: str
    track: str = ""
    opens: bool = False
    page: bool = False


@dataclass(frozen=True)
class Section:
    """One group of the notice with its lines."""

    key: str
    label: str
    rows: list[Row] = field(default_factory=list)

    @property
    def counts(self) -> Counts:
        """All lines together."""
        return total(row.counts for row in self.rows)

    @property
    def single(self) -> bool:
        """Whether the group is its own only line."""
        return len(self.rows) == 1 and self.rows[0].label == self.label


def total(parts: Iterable[Counts]) -> Counts:
    """The sum."""
    found = Counts()
    for part in parts:
        found = found.plus(part)
    return found


def sections(
    actor: Actor, plan: Plan, found: list[Cell], table: Timetable, path: str, offices: dict[str, Office]
) -> list[Section]:
    """The cells under the notice's groups as seen from an office: its own units by track, lower offices a line each.

    Args:
        offices: by path; lower offices the notice addresses have a line even before their units are registered.
    """
    folding = _Folding(actor, plan, found, table, path, offices)
    made = ([*folding.own_level(group), *folding.lower(group)] for group in plan.groups)
    named = zip(plan.groups, made, strict=True)
    return [Section(group.key, folding.label(group, rows), rows) for group, rows in named if rows]


@dataclass(frozen=True)
class _Folding:
    actor: Actor
    plan: Plan
    found: list[Cell]
    table: Timetable
    path: str
    offices: dict[str, Office]

    def label(self, group: Group, rows: list[Row]) -> str:
        """The group's own words; on a lower office's page that office's name."""
        alone = self.path in group.offices and all(row.track for row in rows)
        return self.offices[self.path].short_name if alone else group.label

    def own_level(self, group: Group) -> Iterator[Row]:
        """The units of the issuing office's own level, and those a guided desk carries (S6)."""
        if not paths.covers(self.path, self.plan.office_path):
            return
        for home in group.homes:
            at = self.plan.office_path
            if home == at:
                yield from self._tracks(group, at)
            else:
                mine = [cell for cell in self._of(group) if cell.filing_path == home]
                yield self._row(group, group.label, mine, Whose(at, home), self.offices[at].code)

    def lower(self, group: Group) -> Iterator[Row]:
        """The offices of the group; on such an office's own page its units by track."""
        for one in group.offices:
            if one == self.path:
                yield from self._tracks(group, one)
            elif paths.below(self.path, one) and one in self.offices:
                mine = [cell for cell in self._of(group) if paths.covers(one, cell.review_path)]
                office = self.offices[one]
                row = self._row(group, office.short_name, mine, Whose(one), office.code)
                yield replace(row, page=True)

    def _of(self, group: Group) -> list[Cell]:
        return [cell for cell in self.found if self.plan.group_of(cell.whose) == group]

    def _tracks(self, group: Group, at: str) -> Iterator[Row]:
        for line in self.plan.lines:
            mine = [c for c in self._of(group) if c.review_path == at and c.nature in line.natures]
            row = self._row(group, line.label, mine, Whose(at), self.offices[at].code)
            due = self.table.deadline(SURVEY, Whose(at), line.key)
            yield replace(row, dues=(Due(due),), track=line.key)

    def _row(self, group: Group, label: str, mine: list[Cell], whose: Whose, code: str) -> Row:
        facts = Facts(whose.review_path, whose.filing_path)
        opens = access.can(self.actor, "survey", "see", facts)
        counts = total(cell.counts for cell in mine)
        return Row(label, counts, self._dues(whose), group.key, code, opens=opens)

    def _dues(self, whose: Whose) -> tuple[Due, ...]:
        """The dates of all tracks, or the one they share."""
        found = [Due(self.table.deadline(SURVEY, whose, line.key), line.label) for line in self.plan.lines]
        same = {(due.deadline.date, due.deadline.source) if due.deadline else None for due in found}
        return (replace(found[0], track=""),) if len(same) == 1 else tuple(found)
