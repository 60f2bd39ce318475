"""How far a survey is, by group and office: counted by the database, folded into the notice's own groups (S14, S18)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from app.foundation import access
from app.foundation.access import Actor, Facts
from app.foundation.database import db
from app.foundation.tenancy.models import Office, Site, Unit
from app.kernel import paths
from app.plugins.campaigns.rules import Deadline, Group, Plan, Timetable, Whose
from app.plugins.surveys.expected import BY_DESK, OWN
from app.plugins.surveys.models import SurveySheet

TASK = "survey aggregate"


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of sheets; ``missing`` were not handed in at all, ``overdue`` are missing or returned past the date."""

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
    """Sheets of one office, filing desk and nature."""

    review_path: str
    filing_path: str | None
    nature: str
    counts: Counts
    deadline: Deadline | None

    @property
    def facts(self) -> Facts:
        """Row facts, for asking whether the reader may look closer."""
        return Facts(self.review_path, self.filing_path)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a nature of a group's own units, or an office of a group."""

    label: str
    counts: Counts
    deadline: Deadline | None
    group: str
    office_id: int | None = None
    nature: str = ""
    opens: bool = False


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


def total(parts: Iterable[Counts]) -> Counts:
    """The sum."""
    found = Counts()
    for part in parts:
        found = found.plus(part)
    return found


def cells(actor: Actor, plan: Plan, table: Timetable, today: date, *, obj: str, act: str) -> list[Cell]:
    """Expected and received sheets of a plan within what the actor may ``act`` on as ``obj``; two statements.

    The numbers are shared more widely than the sheets (S14), so they are counted by the platform inside the
    actor's own scope for numbers.
    """
    span = and_(Unit.review_path >= plan.office_path, Unit.review_path < paths.upper_bound(plan.office_path))
    within = and_(span, access.scope(actor, obj, act, Unit))
    grouped: dict[tuple[str, str | None, str], Counts] = defaultdict(Counts)
    with access.acting_as(access.system(TASK)):
        for statement in (_own(plan, within), _by_desk(plan, within)):
            for review_path, filing_path, nature, *numbers in db.session.execute(statement):
                key = (review_path, filing_path, nature)
                counted = [int(number or 0) for number in numbers]
                grouped[key] = grouped[key].plus(_counts(*counted))
    found = []
    for (review_path, filing_path, nature), counts in sorted(grouped.items(), key=lambda item: (item[0][0], item[0][2])):
        due = table.deadline("survey", Whose(review_path, filing_path), nature)
        if due is not None and due.passed(today):
            counts = replace(counts, overdue=counts.missing + counts.returned)
        found.append(Cell(review_path, filing_path, nature, counts, due))
    return found


def _counts(all_: int, submitted: int, accepted: int, returned: int, sites: int, without: int) -> Counts:
    return Counts(all_, submitted, accepted, returned, 0, sites, without)


def _numbers() -> tuple[Any, ...]:
    state = SurveySheet.state

    def times(condition: Any, value: Any = 1) -> Any:
        return func.sum(case((condition, value), else_=0))

    received = state.in_(("submitted", "accepted"))
    return (
        func.count(),
        times(state == "submitted"),
        times(state == "accepted"),
        times(state == "returned"),
        times(received, SurveySheet.site_count),
        times(and_(received, SurveySheet.no_website.is_(True))),
    )


def _own(plan: Plan, within: ColumnElement[bool]) -> Select[Any]:
    by = (Unit.review_path, Unit.filing_path, Unit.nature)
    sheet = and_(
        SurveySheet.unit_id == Unit.id, SurveySheet.campaign_id == plan.id, SurveySheet.filing_desk_id.is_(None)
    )
    return select(*by, *_numbers()).select_from(Unit).outerjoin(SurveySheet, sheet).where(OWN, within).group_by(*by)


def _by_desk(plan: Plan, within: ColumnElement[bool]) -> Select[Any]:
    pairs = select(Site.unit_id, Site.filing_desk_id).where(BY_DESK).distinct().subquery()
    by = (Unit.review_path, Unit.filing_path, Unit.nature)
    sheet = and_(
        SurveySheet.unit_id == Unit.id,
        SurveySheet.campaign_id == plan.id,
        SurveySheet.filing_desk_id == pairs.c.filing_desk_id,
    )
    return (
        select(*by, *_numbers())
        .select_from(pairs)
        .join(Unit, Unit.id == pairs.c.unit_id)
        .outerjoin(SurveySheet, sheet)
        .where(Unit.active.is_(True), within)
        .group_by(*by)
    )


def sections(actor: Actor, plan: Plan, found: list[Cell], offices: dict[str, Office]) -> list[Section]:
    """The cells under the notice's groups: own units by nature, addressed offices one line each."""
    by_group: dict[str, list[Cell]] = defaultdict(list)
    for cell in found:
        group = plan.group_of(Whose(cell.review_path, cell.filing_path))
        if group is not None:
            by_group[group.key].append(cell)
    return [_section(actor, plan, group, by_group[group.key], offices) for group in plan.groups if by_group[group.key]]


def _section(actor: Actor, plan: Plan, group: Group, found: list[Cell], offices: dict[str, Office]) -> Section:
    at = list(dict.fromkeys(cell.review_path for cell in found))
    if group.offices and len(at) > 1:
        parts = [(offices[path].short_name, [c for c in found if c.review_path == path], "") for path in at]
        label = group.label
    else:
        lines = [line for line in plan.lines if any(c.nature in line.natures for c in found)]
        parts = [(line.label, [c for c in found if c.nature in line.natures], line.key) for line in lines]
        label = offices[at[0]].short_name if group.offices else group.label
    single = len(group.offices) > 0 or len(at) == 1
    rows = [
        Row(
            label=text,
            counts=total(cell.counts for cell in part),
            deadline=_common(cell.deadline for cell in part),
            group=group.key,
            office_id=offices[part[0].review_path].id if single else None,
            nature=nature,
            opens=any(access.can(actor, "survey", "see", cell.facts) for cell in part),
        )
        for text, part, nature in parts
        if part
    ]
    return Section(group.key, label, rows)


def _common(dates: Iterable[Deadline | None]) -> Deadline | None:
    """The earliest date among a line's units; the others follow on a closer look."""
    known = [one for one in dates if one is not None]
    return min(known, key=lambda one: one.date, default=None)


def group_clause(plan: Plan, group: Group, model: type[Unit] | type[SurveySheet]) -> ColumnElement[bool]:
    """The rows of a group, by the same facts as ``Plan.group_of``."""
    desks = [home for one in plan.groups for home in one.homes if home != plan.office_path]
    review, filing = model.review_path, model.filing_path
    others = [home for home in desks if home not in group.homes]
    own = review.in_([*group.homes, *group.offices])
    not_elsewhere = or_(filing.is_(None), filing.not_in(others)) if others else review.is_not(None)
    return or_(filing.in_([home for home in group.homes if home in desks]), and_(own, not_elsewhere))
