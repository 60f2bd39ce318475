"""The ladder for offices: what a campaign asks of an office itself, and the completion its own units still lack (S15, S17)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from app.foundation import clock, notices
from app.foundation.database import db
from app.foundation.notices import rungs
from app.foundation.tenancy.models import Office, Site, Unit
from app.kernel import workdays
from app.plugins.applications.models import Application
from app.plugins.campaigns import queries as campaigns
from app.plugins.campaigns import urging
from app.plugins.campaigns.rules import FINISH, Plan, Step, Timetable, Whose
from app.plugins.messages.receivers import day, in_chinese

RETURN = "return"
# Decided, one way or the other.
FINISHED = ("approved", "reported", "badged", "refused", "ineligible")
ROLES = ("clerk", "reviewer", "head")


@dataclass(frozen=True)
class OfficeOwed:
    """One thing an office has not done by a date, and the rung it stands on."""

    path: str
    item: str
    key: str
    due: date
    source: str
    campaign_id: int
    rung: str


def owed(today: date) -> list[OfficeOwed]:
    """Everything offices owe whose date stands on a rung; to be read as the platform over everything."""
    table = campaigns.timetable()
    return [*_returns(table, today), *_unfinished(table, today)]


def _rung(due: date | None, today: date) -> str | None:
    if due is None:
        return None
    return rungs.reached(today, due, notices.catalogue().ladders["deadline"], clock.calendar())


def _returns(table: Timetable, today: date) -> Iterator[OfficeOwed]:
    """Returns that are not in; nothing as long as no plugin says which are."""
    if not urging.knows(RETURN):
        return
    for plan in table.plans:
        for step in plan.steps:
            rung = _rung(step.due, today)
            if step.kind == RETURN and step.sets is None and not step.window and rung is not None:
                yield from _not_in(plan, step, rung)


def _not_in(plan: Plan, step: Step, rung: str) -> Iterator[OfficeOwed]:
    for path in (path for group in plan.groups if group.key in step.groups for path in group.offices):
        if step.due is not None and not urging.done(RETURN, step.id, path):
            key = f"return:{step.id}:{path}:{step.due.isoformat()}"
            yield OfficeOwed(path, step.label, key, step.due, step.source, plan.id, rung)


def _unfinished(table: Timetable, today: date) -> Iterator[OfficeOwed]:
    """Offices some of whose own units' websites have not passed, by line; one statement."""
    passed = select(Application.id).where(Application.site_id == Site.id, Application.state.in_(FINISHED))
    query = (
        select(Site.review_path, Unit.nature, func.count())
        .join(Unit, Unit.id == Site.unit_id)
        .where(Site.active.is_(True), Unit.active.is_(True), ~passed.exists())
        .group_by(Site.review_path, Unit.nature)
        .order_by(Site.review_path, Unit.nature)
    )
    for path, nature, count in db.session.execute(query):
        due = table.deadline(FINISH, Whose(path), nature)
        rung = _rung(due.date if due is not None else None, today)
        if due is not None and rung is not None:
            item = f"{due.label}（尚有 {count} 个网站未办结）"
            key = f"finish:{due.campaign_id}:{due.track}:{path}:{due.date.isoformat()}"
            yield OfficeOwed(path, item, key, due.date, due.source, due.campaign_id, rung)


@in_chinese
def tell(one: OfficeOwed, today: date) -> None:
    """Tell those who work at the office."""
    office = db.session.scalar(select(Office).where(Office.path == one.path))
    if office is None:
        return
    over = one.rung == rungs.OVERDUE
    params = {"unit": office.short_name, "item": one.item, "due": day(one.due), "source": one.source}
    if not over:
        params["left"] = left(today, one.due)
    notices.tell(
        "deadline.overdue" if over else "deadline.near",
        to=notices.of_office(one.path, roles=ROLES),
        params=params,
        link=("CampaignView.show", {"pk": one.campaign_id}),
        dedupe=f"{one.key}:{one.rung}",
    )


def left(today: date, due: date) -> str:
    """``还有 3 个工作日`` or ``今天截止``."""
    if due == today:
        return "今天截止"
    return f"还有 {workdays.left(today, due, clock.calendar())} 个工作日"
