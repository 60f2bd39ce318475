"""The daily look, with the reminders: who is to be warned, who has become a candidate, who is none any more (S26).

Idempotent, and two at once do no harm: each part locks the campaigns first and reads what stands behind the lock; one
row a site and campaign, says the database too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.foundation import access, clock, jobs
from app.foundation.database import db, transaction
from app.foundation.notices import rungs
from app.foundation.tenancy.models import Site, Unit
from app.plugins.applications.models import Application
from app.plugins.campaigns import queries as campaigns
from app.plugins.campaigns.models import Campaign
from app.plugins.campaigns.rules import Deadline, Timetable, Whose
from app.plugins.lapses import queries, rules, service, signals
from app.plugins.lapses.catalogue import catalogue
from app.plugins.lapses.models import Lapse
from app.plugins.lapses.queries import FILING
from app.plugins.surveys import register
from app.plugins.surveys.models import SurveySheet

SURVEY = "survey"
AT_ONCE = 100
NAME = "逾期核对"  # who did it, as the record says


@dataclass(frozen=True)
class Surveyed:
    """A registered site on a received sheet, with its unit and the filing date that binds it."""

    site: Site
    unit: Unit
    due: Deadline


def look(work: jobs.Work) -> None:
    """Look at every surveyed site that a filing date binds, as the platform: a part at a time."""
    table = campaigns.timetable()
    keys = _received(table) if any(step.kind == FILING for plan in table.plans for step in plan.steps) else []
    for at in range(0, len(keys), AT_ONCE):
        with transaction():
            _look(keys[at : at + AT_ONCE], table)
        work.progress(min(at + AT_ONCE, len(keys)), len(keys))


def _received(table: Timetable) -> list[int]:
    """The sheets received in the surveys under way, those without a website left out."""
    plans = [plan.id for plan in table.current(SURVEY)]
    query = select(SurveySheet.id).where(
        SurveySheet.campaign_id.in_(plans),
        SurveySheet.state == "accepted",
        SurveySheet.no_website.is_(False),
    )
    return list(db.session.scalars(query.order_by(SurveySheet.id)))


def _look(keys: list[int], table: Timetable) -> None:
    _hold(table)
    today, found = clock.today(), list(_surveyed(keys, table))
    filings = queries.filings([one.site for one in found])
    query = select(Lapse).where(Lapse.site_id.in_([one.site.id for one in found]))
    rows = {
        (row.site_id, row.campaign_id): row for row in db.session.scalars(query.with_for_update(of=Lapse))
    }
    for one in found:
        owing = rules.owes(filings.get(one.site.id, ()))
        row = rows.get((one.site.id, one.due.campaign_id))
        step = rules.step(row.state if row else None, owing=owing, passed=one.due.passed(today))
        _take(step, one, row)
        if owing and not one.due.passed(today):
            _warn(one, today)


def _hold(table: Timetable) -> None:
    """Wait for another look that is under way (PostgreSQL; on SQLite there is one writer at a time)."""
    keys = [plan.id for plan in table.plans]
    db.session.execute(
        select(Campaign.id).where(Campaign.id.in_(keys)).order_by(Campaign.id).with_for_update()
    )


def _surveyed(keys: list[int], table: Timetable) -> Iterator[Surveyed]:
    sheets = db.session.scalars(
        select(SurveySheet).where(SurveySheet.id.in_(keys)).options(selectinload(SurveySheet.sites))
    ).all()
    units = {
        unit.id: unit
        for unit in db.session.scalars(select(Unit).where(Unit.id.in_({one.unit_id for one in sheets})))
        if unit.active
    }
    sites: dict[tuple[int, int | None], list[Site]] = {}
    registered = select(Site).where(Site.unit_id.in_(units), Site.active.is_(True)).order_by(Site.id)
    for site in db.session.scalars(registered):
        sites.setdefault((site.unit_id, site.filing_desk_id), []).append(site)
    for sheet in sheets:
        known = sites.get((sheet.unit_id, sheet.filing_desk_id), [])
        for site in _once(register.matching(row, known) for row in sheet.sites):
            unit = units[site.unit_id]
            due = table.deadline(FILING, Whose(site.review_path, site.filing_path), unit.nature)
            if due is not None:
                yield Surveyed(site, unit, due)


def _once(sites: Iterator[Site | None]) -> list[Site]:
    return list(dict.fromkeys(site for site in sites if site is not None))


def _take(step: str, one: Surveyed, row: Lapse | None) -> None:
    actor = access.system(NAME)
    if step == rules.LIST:
        service.list_(one.site, one.unit, one.due, actor=actor)
    elif row is None:
        return
    elif step == rules.RELIST:
        service.relist(row, one.due, actor=actor)
    elif step == rules.LIFT:
        service.lift(row, one.due, actor=actor)
    elif step == rules.FILE:
        service.file(row, _application(one.site), actor=actor)


def _application(site: Site) -> Application:
    """The application that stands for a site."""
    query = select(Application).where(
        Application.unit_id == site.unit_id, Application.state.not_in(rules.NOT_FILED)
    )
    rows = db.session.scalars(query.order_by(Application.id.desc()))
    return next(row for row in rows if queries.means(row, site))


def _warn(one: Surveyed, today: date) -> None:
    rung = rungs.reached(today, one.due.date, catalogue().warn, clock.calendar())
    if rung is not None:
        signals.warned.send(one.site, unit=one.unit, due=one.due, rung=rung)
