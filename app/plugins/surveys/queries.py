"""Scoped reads: one sheet with what it is judged by, and what waits for whom (for desks)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.foundation import access, limits
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.files import StoredFile
from app.foundation.files import queries as file_queries
from app.foundation.tenancy.models import RANKS, Office, Site, Unit
from app.foundation.tenancy.settings import setting
from app.kernel.errors import N_, NotSeen
from app.plugins.campaigns import queries as campaigns
from app.plugins.campaigns.rules import Deadline, Plan, Timetable, Whose
from app.plugins.surveys.expected import BY_DESK, OWN
from app.plugins.surveys.models import EDITABLE, NATURES, SurveySheet
from app.plugins.surveys.rules import Circumstances, SheetEntry, SiteEntry

SURVEY = "survey"
SCAN = "sealed_sheet"
LARGEST_ID = 2**31 - 1


def get(pk: int) -> SurveySheet:
    """One sheet with its rows.

    Raises:
        NotSeen: there is none of that number, or it is outside the reader's scope.
    """
    statement = (
        select(SurveySheet)
        .where(SurveySheet.id == pk)
        .options(
            joinedload(SurveySheet.campaign),
            joinedload(SurveySheet.filing_desk),
            selectinload(SurveySheet.sites),
        )
    )
    found = db.session.scalar(statement) if pk <= LARGEST_ID else None
    if found is None:
        raise NotSeen("survey-not-seen", N_("没有找到这份摸底调查表，或者它不在您的管辖范围内。"))
    return found


def several(keys: Sequence[int]) -> list[SurveySheet]:
    """Sheets with their rows, as far as the reader sees them; two statements."""
    statement = select(SurveySheet).where(SurveySheet.id.in_(keys)).options(selectinload(SurveySheet.sites))
    return list(db.session.scalars(statement))


def find(campaign_id: int, unit_id: int, desk_id: int | None) -> SurveySheet | None:
    """A unit's sheet in a campaign, if it was started."""
    return db.session.scalar(
        select(SurveySheet).where(
            SurveySheet.campaign_id == campaign_id,
            SurveySheet.unit_id == unit_id,
            SurveySheet.filing_desk_id.is_not_distinct_from(desk_id),
        )
    )


def scans(sheet: SurveySheet) -> list[StoredFile]:
    """The scan of the sealed sheet: one or none."""
    return file_queries.of(sheet, SCAN)


def whose(row: Any) -> Whose:
    """The facts by which dates are asked."""
    return Whose(row.review_path, row.filing_path)


def plan_for(review_path: str, filing_path: str | None) -> Plan | None:
    """The campaign in which units of these facts are surveyed."""
    return campaigns.timetable().plan_for(SURVEY, Whose(review_path, filing_path))


def deadline(sheet: SurveySheet) -> Deadline | None:
    """The date the sheet is due by (S16, S18)."""
    return campaigns.timetable().deadline(SURVEY, whose(sheet), sheet.nature)


def reviewing_office(sheet: SurveySheet) -> Office | None:
    """The office that accepts the sheet."""
    return db.session.scalar(select(Office).where(Office.path == sheet.review_path))


def circumstances(sheet: SurveySheet, scanned: bool | None = None) -> Circumstances:
    """What a sheet is judged by."""
    office, names = reviewing_office(sheet), limits.national().names
    plan = next((one for one in campaigns.timetable().plans if one.id == sheet.campaign_id), None)
    by_desk = sheet.filing_desk_id is not None
    return Circumstances(
        natures=NATURES,
        ranks=RANKS,
        area_code=(setting(office, "area_code") if office is not None else None) or "",
        extra_han=names.extra_han,
        longest_domain=names.domain_longest,
        shortest_name=names.site_shortest,
        longest_name=names.site_longest,
        seal_source=plan.must_seal(whose(sheet)) if plan is not None and not by_desk else None,
        scanned=bool(scans(sheet)) if scanned is None else scanned,
        by_desk=by_desk,
    )


def entry_of(sheet: SurveySheet) -> SheetEntry:
    """A sheet as the rules see it."""
    return SheetEntry(
        unit_name=sheet.unit_name,
        supervisor_name=sheet.supervisor_name,
        nature=sheet.nature,
        rank=sheet.rank,
        leader=sheet.leader,
        site_count=sheet.site_count,
        address=sheet.address,
        contact=sheet.contact,
        phone=sheet.phone,
        email=sheet.email,
        no_website=sheet.no_website,
        reform=sheet.reform,
        sites=tuple(SiteEntry(s.name, s.chinese_domain, s.english_domain, s.ip) for s in sheet.sites),
    )


@dataclass(frozen=True, slots=True)
class Task:
    """A sheet to fill in (``sheet_id`` None: not started) or to accept, with its date."""

    unit_id: int
    unit_name: str
    desk_id: int | None
    desk_name: str
    sheet_id: int | None
    state: str
    deadline: Deadline | None
    return_reason: str = ""


def to_fill(actor: Actor, limit: int = 50) -> list[Task]:
    """Sheets this actor has to fill in or to correct, those not started included; at most two statements.

    A unit's officer and the desk that carries the unit both have it; sites that a desk files for a unit are
    that desk's alone (S8, S11).
    """
    table = campaigns.timetable()
    found = _own_to_fill(actor, table, limit)
    if any(post.level == "desk" for post in actor.posts):
        found += _desks_to_fill(actor, table, limit)
    found.sort(
        key=lambda task: (
            task.state != "returned",
            task.deadline.date.toordinal() if task.deadline else 10**7,
        )
    )
    return found[:limit]


def _own_to_fill(actor: Actor, table: Timetable, limit: int) -> list[Task]:
    statement = (
        select(Unit, SurveySheet)
        .outerjoin(
            SurveySheet,
            and_(SurveySheet.unit_id == Unit.id, SurveySheet.filing_desk_id.is_(None), _under_way(table)),
        )
        .where(OWN, access.scope(actor, SURVEY, "edit", Unit), _unfinished())
        .order_by(Unit.id)
        .limit(limit)
    )
    tasks = []
    for unit, row in db.session.execute(statement):
        if row is None and table.plan_for(SURVEY, whose(unit)) is None:
            continue
        due = table.deadline(SURVEY, whose(unit), unit.nature)
        tasks.append(_task(unit.id, unit.name, None, row, due))
    return tasks


def _desks_to_fill(actor: Actor, table: Timetable, limit: int) -> list[Task]:
    pairs = (
        select(Site.unit_id, Site.filing_desk_id)
        .where(BY_DESK, access.scope(actor, SURVEY, "edit", Site))
        .distinct()
        .subquery()
    )
    statement = (
        select(Unit.id, Unit.name, Unit.nature, Unit.review_path, Office, SurveySheet)
        .select_from(pairs)
        .join(Unit, Unit.id == pairs.c.unit_id)
        .join(Office, Office.id == pairs.c.filing_desk_id)
        .outerjoin(
            SurveySheet,
            and_(
                SurveySheet.unit_id == Unit.id,
                SurveySheet.filing_desk_id == pairs.c.filing_desk_id,
                _under_way(table),
            ),
        )
        .where(
            Office.path.in_([post.path for post in actor.posts if post.level == "desk"]),
            _unfinished(),
        )
        .order_by(Unit.id)
        .limit(limit)
    )
    # The desk sees the site, not its unit: the platform reads the name for it, within the actor's own scope above.
    with access.acting_as(access.system("survey tasks", over=access.EVERYWHERE)):
        rows = db.session.execute(statement).all()
    tasks = []
    for unit_id, name, nature, review_path, desk, row in rows:
        facts = Whose(review_path, desk.path)
        if row is None and table.plan_for(SURVEY, facts) is None:
            continue
        tasks.append(_task(unit_id, name, desk, row, table.deadline(SURVEY, facts, nature)))
    return tasks


def _under_way(table: Timetable) -> Any:
    """Only sheets of the surveys under way: an earlier campaign's sheet answers nothing now."""
    return SurveySheet.campaign_id.in_([plan.id for plan in table.current(SURVEY)])


def _unfinished() -> Any:
    """Not started, or still to be handed in."""
    return or_(SurveySheet.id.is_(None), SurveySheet.state.in_(EDITABLE))


def _task(
    unit_id: int, name: str, desk: Office | None, row: SurveySheet | None, due: Deadline | None
) -> Task:
    return Task(
        unit_id=unit_id,
        unit_name=name,
        desk_id=desk.id if desk is not None else None,
        desk_name=desk.short_name if desk is not None else "",
        sheet_id=row.id if row is not None else None,
        state=row.state if row is not None else "",
        deadline=due,
        return_reason=row.return_reason if row is not None and row.state == "returned" else "",
    )


def to_accept(actor: Actor, limit: int = 50) -> list[SurveySheet]:
    """Sheets handed in that this actor may accept, the longest waiting first; one statement."""
    statement = (
        select(SurveySheet)
        .where(SurveySheet.state == "submitted", access.scope(actor, SURVEY, "accept", SurveySheet))
        .order_by(SurveySheet.submitted_at, SurveySheet.id)
        .limit(limit)
    )
    return list(db.session.scalars(statement))
