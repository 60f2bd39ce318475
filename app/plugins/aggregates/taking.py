"""Reading what an office has now: the content a version would have if it were locked this moment."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.foundation import access, clock
from app.foundation.database import db
from app.foundation.tenancy.models import Office, Unit
from app.plugins.aggregates import rules
from app.plugins.aggregates.content import Content, LowerLine, MissingLine, SheetLine, SiteLine
from app.plugins.aggregates.models import AggregateVersion
from app.plugins.aggregates.rules import Offered
from app.plugins.aggregates.totals import Totals
from app.plugins.applications.models import Application
from app.plugins.campaigns.rules import Plan, Whose
from app.plugins.surveys import expected
from app.plugins.surveys.collation import RECEIVED
from app.plugins.surveys.models import SurveySheet
from app.plugins.surveys.place import Place
from app.plugins.surveys.progress import TASK, addressed

BADGED = "badged"


def content(place: Place, number: int) -> Content:
    """The office's own level and the lower versions that are in; read by the platform, within the office's place."""
    office, plan = place.office, place.survey
    with access.acting_as(access.system(TASK, over=office.path)):
        return Content(
            office=office.code,
            office_name=office.name,
            short_name=office.short_name,
            document=plan.document,
            number=number,
            taken_at=clock.now().isoformat(),
            groups={group.key: group.label for group in plan.groups},
            sheets=tuple(_sheets(place)),
            missing=tuple(_missing(place)),
            lower=tuple(_lower(place)),
        )


def lower(place: Place) -> list[LowerLine]:
    """The lower offices as they stand now, each with the version that would be taken in."""
    with access.acting_as(access.system(TASK, over=place.office.path)):
        return _lower(place)


def _group(plan: Plan, row: Any) -> str:
    found = plan.group_of(Whose(row.review_path, row.filing_path))
    return found.key if found is not None else ""


def _sheets(place: Place) -> list[SheetLine]:
    plan, path = place.survey, place.office.path
    rows = db.session.scalars(
        select(SurveySheet)
        .where(
            SurveySheet.campaign_id == plan.id,
            SurveySheet.review_path == path,
            SurveySheet.state.in_(RECEIVED),
        )
        .options(selectinload(SurveySheet.sites), joinedload(SurveySheet.filing_desk))
        .order_by(SurveySheet.account, SurveySheet.id)
    ).all()
    badged = _badged(path)
    return [_sheet(plan, row, badged) for row in rows]


def _sheet(plan: Plan, row: SurveySheet, badged: set[tuple[int, str]]) -> SheetLine:
    assert row.submitted_at is not None  # noqa: S101 - the table's own CHECK
    return SheetLine(
        account=row.account,
        unit_name=row.unit_name,
        supervisor_name=row.supervisor_name,
        group=_group(plan, row),
        nature=row.nature,
        rank=row.rank,
        state=row.state,
        site_count=row.site_count or 0,
        no_website=row.no_website,
        submitted_on=clock.localise(row.submitted_at).date().isoformat(),
        desk=row.filing_desk.short_name if row.filing_desk is not None else "",
        sites=tuple(
            SiteLine(
                site.number,
                site.name,
                site.chinese_domain,
                site.english_domain,
                site.ip,
                bool({(row.unit_id, site.chinese_domain), (row.unit_id, site.english_domain)} & badged),
            )
            for site in row.sites
        ),
    )


def _badged(path: str) -> set[tuple[int, str]]:
    """Units with the domains of theirs that have a badge."""
    found = db.session.execute(
        select(Application.unit_id, Application.chinese_domain, Application.english_domain).where(
            Application.review_path == path, Application.state == BADGED
        )
    )
    return {(unit, domain) for unit, *domains in found for domain in domains if domain}


def _missing(place: Place) -> list[MissingLine]:
    plan, path = place.survey, place.office.path
    sheets = expected.sheets(place.actor, plan, path=path, level=path)
    rows = db.session.execute(
        select(sheets, SurveySheet.state, Unit.rank, Office.short_name.label("desk"))
        .select_from(sheets)
        .join(Unit, Unit.id == sheets.c.unit_id)
        .outerjoin(SurveySheet, expected.its_sheet(sheets, plan))
        .outerjoin(Office, Office.id == sheets.c.desk_id)
        .where(SurveySheet.id.is_(None) | SurveySheet.state.not_in(RECEIVED))
        .order_by(sheets.c.account, sheets.c.desk_id)
    ).all()
    return [
        _missed(place, row)
        for row in rows
        if addressed(plan, place.table, Whose(row.review_path, row.filing_path))
    ]


def _missed(place: Place, row: Any) -> MissingLine:
    due = place.deadline(row)
    return MissingLine(
        account=row.account,
        unit_name=row.name,
        group=_group(place.survey, row),
        nature=row.nature,
        rank=row.rank,
        state="returned" if row.state == "returned" else expected.MISSING,
        due=due.date.isoformat() if due is not None else "",
        source=due.source if due is not None else "",
        desk=row.desk or "",
    )


def _lower(place: Place) -> list[LowerLine]:
    office = place.office
    below = db.session.execute(
        select(Office.code, Office.short_name)
        .where(Office.parent_id == office.id, Office.kind == "office", Office.active.is_(True))
        .order_by(Office.path)
    ).all()
    rows = db.session.scalars(
        select(AggregateVersion)
        .join(Office, Office.id == AggregateVersion.office_id)
        .where(Office.parent_id == office.id)
        .options(joinedload(AggregateVersion.office), joinedload(AggregateVersion.campaign))
    )
    plan = place.survey
    return list(
        rules.lower_lines(
            [(code, name) for code, name in below], map(_offered, rows), plan.id, plan.issued_on
        )
    )


def _offered(row: AggregateVersion) -> Offered:
    assert row.campaign is not None  # noqa: S101 - read by the platform within the office above
    return Offered(
        office=row.office.code,
        name=row.office.short_name,
        state=row.state,
        version_id=row.id,
        number=row.number,
        digest=row.digest,
        totals=Totals(**row.totals) if row.totals else Totals(),
        campaign_id=row.campaign_id,
        issued_on=row.campaign.issued_on,
    )
