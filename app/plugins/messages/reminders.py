"""The reminder ladders, once a business day: paper that is due, sheets and applications not handed in, offices behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from app.foundation import access, clock, jobs, notices
from app.foundation.database import db, transaction
from app.foundation.notices import rungs
from app.foundation.tenancy.models import Office, Site, Unit
from app.plugins.applications.models import Application
from app.plugins.campaigns import queries as campaigns
from app.plugins.campaigns.rules import Deadline, Timetable, Whose
from app.plugins.messages import campaign_reminders, opinion_receivers
from app.plugins.messages.campaign_reminders import left
from app.plugins.messages.receivers import about, applicant, day, in_chinese
from app.plugins.surveys import expected, progress
from app.plugins.surveys.groups import SURVEY

FILING, FINISH = "filing", "finish"
CLERKS = ("clerk", "reviewer", "head")
AT_ONCE = 50
MOST = 20_000


@dataclass(frozen=True)
class Owed:
    """One thing somebody has not done by a date: who, what, which rung it stands on."""

    unit_id: int
    desk_id: int | None
    site_id: int | None
    unit: str
    item: str
    key: str
    due: Deadline
    rung: str
    whose: Whose


def remind(work: jobs.Work) -> None:
    """Tell every rung reached today; each once, however often this runs."""
    today = clock.today()
    with notices.platform(), transaction():
        papers, opinions = _papers(today), opinion_receivers.owed(today)
        owed = [*_surveys(today), *_filings(today)]
        offices = campaign_reminders.owed(today)
    done, total = 0, len(papers) + len(owed) + len(offices) + len(opinions)
    for some in _some(papers):
        with notices.platform(), transaction():
            for pk in some:
                _paper(pk, today)
        work.progress(done := done + len(some), total)
    for asked in _some(opinions):
        with notices.platform(), transaction():
            for pk in asked:
                opinion_receivers.remind(pk, today)
        work.progress(done := done + len(asked), total)
    for part in _some(owed):
        with notices.platform(), transaction():
            for one in part:
                _tell(one, today)
        work.progress(done := done + len(part), total)
    for few in _some(offices):
        with notices.platform(), transaction():
            for each in few:
                campaign_reminders.tell(each, today)
        work.progress(done := done + len(few), total)


def _some(things: list[Any]) -> Iterator[list[Any]]:
    return (things[at : at + AT_ONCE] for at in range(0, len(things), AT_ONCE))


# -- paper that is awaited (S22) -----------------------------------------------------------------------------


def _papers(today: date) -> list[int]:
    last = rungs.last_date(today, notices.catalogue().ladders["paper"], clock.calendar())
    query = select(Application.id).where(Application.state == "awaiting_paper", Application.due <= last)
    return list(db.session.scalars(query.order_by(Application.id).limit(MOST)))


@in_chinese
def _paper(pk: int, today: date) -> None:
    row = db.session.get(Application, pk)
    if row is None or row.state != "awaiting_paper" or row.due is None:
        return
    rung = rungs.reached(today, row.due, notices.catalogue().ladders["paper"], clock.calendar())
    if rung is None:
        return
    key = f"paper:{row.id}:{row.round}:{rung}"
    if rung != rungs.OVERDUE:
        about("application.paper_due", row, applicant(row), None, {"left": left(today, row.due)}, key)
        return
    about("application.paper_overdue", row, applicant(row), None, {}, key)
    about(
        "application.paper_missing",
        row,
        notices.of_office(row.review_path, roles=CLERKS),
        None,
        {},
        f"{key}:office",
    )


# -- dates of campaigns (S15–S19) ----------------------------------------------------------------------------


def _rung(due: Deadline | None, today: date) -> str | None:
    if due is None:
        return None
    return rungs.reached(today, due.date, notices.catalogue().ladders["deadline"], clock.calendar())


def _surveys(today: date) -> Iterator[Owed]:
    """Sheets that nobody handed in, where their date stands on a rung."""
    actor, table = access.current_actor(), campaigns.timetable()
    for plan in table.current(SURVEY):
        for cell in progress.cells(actor, plan, table, today):
            asking = table.plan_for(SURVEY, cell.whose)
            if asking is None or asking.id != plan.id:
                continue  # counted here, asked for by the campaign that carries this one out
            rung = _rung(cell.deadline, today)
            if rung is None or cell.deadline is None or not cell.counts.missing:
                continue
            sheets = expected.sheets(actor, plan, level=cell.review_path)
            same = [
                sheets.c.filing_path.is_not_distinct_from(cell.filing_path),
                sheets.c.nature == cell.nature,
            ]
            asked = expected.listed(sheets, plan, expected.MISSING, *same, limit=MOST)
            for row in db.session.execute(asked):
                yield Owed(
                    row.unit_id, row.desk_id, None, row.name, "报送摸底调查表",
                    f"survey:{plan.id}:{row.unit_id}:{row.desk_id or 0}", cell.deadline, rung,
                    Whose(cell.review_path, cell.filing_path),
                )  # fmt: skip


def _filings(today: date) -> Iterator[Owed]:
    """Websites without an application: by the filing date, where none is set by the completion date."""
    table = campaigns.timetable()
    if not table.current(FILING) and not table.current(FINISH):
        return
    filed = select(Application.id).where(Application.site_id == Site.id, Application.state != "withdrawn")
    query = (
        select(Site.id, Site.name, Site.unit_id, Site.review_path, Site.filing_path, Unit.name, Unit.nature)
        .join(Unit, Unit.id == Site.unit_id)
        .where(Site.active.is_(True), Unit.active.is_(True), ~filed.exists())
        .order_by(Site.id)
        .limit(MOST)
    )
    dates: dict[tuple[str, str | None, str], Deadline | None] = {}
    for site_id, site, unit_id, review, filing, unit, nature in db.session.execute(query):
        asked = (review, filing, nature)
        if asked not in dates:
            dates[asked] = _filing_date(table, Whose(review, filing), nature)
        due = dates[asked]
        rung = _rung(due, today)
        if due is not None and rung is not None:
            yield Owed(
                unit_id, None, site_id, unit, f"提交“{site}”的资格复核申请",
                f"filing:{due.campaign_id}:{site_id}", due, rung, Whose(review, filing),
            )  # fmt: skip


def _filing_date(table: Timetable, whose: Whose, nature: str) -> Deadline | None:
    return table.deadline(FILING, whose, nature) or table.deadline(FINISH, whose, nature)


@in_chinese
def _tell(one: Owed, today: date) -> None:
    desk = db.session.get(Office, one.desk_id) if one.desk_id is not None else None
    to = notices.of_unit(
        one.unit_id, site_id=one.site_id, filing_path=desk.path if desk is not None else one.whose.filing_path,
        review_path=one.whose.review_path, recipient=one.unit,
    )  # fmt: skip
    over = one.rung == rungs.OVERDUE
    anew = (
        f":{one.due.date.isoformat()}" if one.due.first is not None else ""
    )  # an extended date has rungs of its own
    params = {"unit": one.unit, "item": one.item, "due": day(one.due.date), "source": one.due.source}
    notices.tell(
        "deadline.overdue" if over else "deadline.near",
        to=to,
        params=params if over else {**params, "left": left(today, one.due.date)},
        link=("SheetListView.list", {}) if one.site_id is None else ("FilingView.new", {}),
        dedupe=f"{one.key}:{one.rung}{anew}",
    )
