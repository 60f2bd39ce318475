"""Pasting the State Council's arrangement: who may, what it shows before, what it moves, and how it is undone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation import access, audit, clock, jobs
from app.foundation.clock.models import HolidayArrangement
from app.foundation.database import db, transaction
from app.foundation.tenancy import people
from app.foundation.tenancy.models import Office, Person
from app.kernel import workdays
from app.kernel.errors import AccessDenied, Invalid, Stale, WrongState
from app.plugins.applications.models import Application, ApplicationClock
from app.plugins.badges.models import Badge
from app.plugins.calendars import queries, service
from tests.foundation.clock.arrangements import CHANGES, NOTICES, notice
from tests.plugins.messages.conftest import EVERYWHERE, Town
from tests.services.afresh import read_afresh

KEEPER = "central.keeper"
# The demo's own weeks: a day off more and a weekend worked, in a notice about a few days.
EXTRA = "2014年劳动节：12月1日（星期一）放假，共1天。12月6日（星期六）上班。"
EXTRA_DOCUMENT = "国办发明电〔2014〕99号"


@pytest.fixture
def keeper(town: Town) -> str:
    with access.acting_as(EVERYWHERE) as maker, transaction():
        centre = db.session.scalars(select(Office).where(Office.path == "0.")).one()
        person = people.add(KEEPER, "某甲", "a-long-password", actor=maker)
        people.appoint(person, "admin", actor=maker, since=date(2014, 9, 15), office=centre)
    return KEEPER


def paste(town: Town, username: str, text: str, year: int | None = None, document: str = "") -> int:
    with town.acting(username) as actor:
        row = service.propose(text, year=year, document=document, actor=actor)
        db.session.flush()
        key: int = row.id
    return key


def confirm(town: Town, username: str, key: int, seen: str | None = None) -> None:
    with town.acting(username) as actor:
        row = queries.get(key)
        service.confirm(row, seen=queries.edition() if seen is None else seen, actor=actor)


def shown(town: Town, username: str, key: int) -> tuple[list[Any], list[Any]]:
    with town.acting(username):
        row = queries.get(key)
        turned = queries.changes(row)
        return turned, queries.affected(row, turned)


def next_year() -> int:
    """The nearest year that nobody has arranged."""
    return next(year for year in range(2026, 2100) if not clock.calendar().standing(year).certain)


def whole(year: int) -> str:
    """A whole year's arrangement that never was: New Year, and National Day with two weekends worked."""
    days = [date(year, 9, 1) + timedelta(days=n) for n in range(30)]
    worked = next(day for day in days if day.weekday() == 6)
    return (
        f"国务院办公厅关于{year}年部分节假日安排的通知\n国办发明电〔{year - 1}〕5号\n一、元旦：1月1日放假，共1天。\n"
        f"二、春节：2月6日至12日放假调休，共7天。\n三、清明节：4月5日放假。\n四、劳动节：5月1日至5日放假，共5天。\n"
        f"五、端午节：6月9日放假。\n六、中秋节、国庆节：10月1日至7日放假调休，共7天。9月{worked.day}日（星期日）上班。"
    )


def test_only_the_centres_administrator_may(town: Town, keeper: str) -> None:
    for username in ("changde.admin", "changde.head", "unit.changde", "conac.registrar"):
        with pytest.raises(AccessDenied):
            paste(town, username, whole(2030))
    assert town.all(select(HolidayArrangement)) == []
    assert paste(town, keeper, whole(2030))


@pytest.mark.parametrize("database_kind", ["sqlite", "postgres"])
def test_a_confirmed_arrangement_is_the_calendar_from_then_on(
    app: Flask, town: Town, keeper: str, database_kind: str
) -> None:
    year = next_year()
    key = paste(town, keeper, whole(year))
    assert not clock.calendar().certain(date(year, 6, 1)), "nothing moves before it is confirmed"
    confirm(town, keeper, key)
    read_afresh()
    standing = clock.calendar().standing(year)
    assert standing.certain and standing.source == f"国办发明电〔{year - 1}〕5号"
    assert clock.calendar().certain(date(year, 6, 1))
    assert not clock.calendar().is_workday(date(year, 10, 1))
    worked = next(day for day, (works, _name) in standing.days.items() if works)
    assert worked.weekday() == 6 and clock.calendar().is_workday(worked)
    assert clock.calendar().unpublished(date(year - 1, 11, 1)) is None
    assert audit.verify() == []


def test_other_processes_read_it_with_their_next_transaction(app: Flask, town: Town, keeper: str) -> None:
    """A session of its own, as another process has: it asks the database, not its memory."""
    year = next_year()
    with transaction():
        before = clock.calendar()
        assert before is clock.calendar(), "asked once a transaction"
    confirm(town, keeper, paste(town, keeper, whole(year)))
    read_afresh()
    assert clock.calendar() is not before
    with app.test_request_context():
        assert clock.calendar().certain(date(year, 6, 1))


def running(town: Town) -> list[ApplicationClock]:
    return town.all(select(ApplicationClock).where(ApplicationClock.stopped_on.is_(None)))


@pytest.mark.parametrize("database_kind", ["sqlite", "postgres"])
def test_every_running_clock_is_listed_before_and_moved_after(
    app: Flask, town: Town, keeper: str, database_kind: str
) -> None:
    before = {row.id: row.due for row in running(town)}
    key = paste(town, keeper, EXTRA, document=EXTRA_DOCUMENT)
    turned, moved = shown(town, keeper, key)
    assert [(one.day.isoformat(), one.worked) for one in turned] == [
        ("2014-12-01", False), ("2014-12-06", True),
    ]  # fmt: skip
    assert moved, "the demo has clocks that run over the first of December"
    assert {row.id: row.due for row in running(town)} == before
    confirm(town, keeper, key)
    jobs.run_due(app)
    after = {row.id: row.due for row in running(town)}
    changed = {pk for pk in before if before[pk] != after[pk]}
    wanted = clock.calendar()
    for row in running(town):
        assert row.due == workdays.add(row.started_on, row.days, wanted), row.id
    badges = town.all(select(Badge).where(Badge.hung_at.is_(None), Badge.state != "revoked"))
    for badge in badges:
        start = clock.localise(badge.issued_at).date()
        assert badge.hang_by == workdays.add(start, badge.hang_days, wanted)
    numbers = {one.number for one in moved}
    said = {
        row.number
        for row in town.all(select(Application))
        if any(one.id in changed for one in running(town) if one.application_id == row.id)
    }
    assert said == {one for one in numbers if not one.startswith("CB")}
    for row in town.all(select(Application).where(Application.due.is_not(None))):
        (clock_row,) = [one for one in running(town) if one.application_id == row.id]
        assert row.due == row.due_order == clock_row.due
    with access.acting_as(EVERYWHERE):
        moved_one = db.session.get_one(ApplicationClock, next(iter(changed)))
        entry = audit.timeline(db.session.get_one(Application, moved_one.application_id))[0]
    assert (entry.verb, entry.reason) == ("application.recounted", EXTRA_DOCUMENT)
    assert audit.verify() == []


def test_the_count_is_done_once_however_often_the_job_runs(app: Flask, town: Town, keeper: str) -> None:
    from types import SimpleNamespace

    from app.plugins.calendars import recount

    key = paste(town, keeper, EXTRA, document=EXTRA_DOCUMENT)
    confirm(town, keeper, key)
    jobs.run_due(app)
    with access.acting_as(EVERYWHERE):
        count = len(audit_entries())
        work: Any = SimpleNamespace(payload={"arrangement": key}, progress=lambda *_args: None)
        recount.run(work)
        assert len(audit_entries()) == count


def audit_entries() -> list[Any]:
    from app.foundation.audit.models import AuditEntry

    read_afresh()
    return list(db.session.scalars(select(AuditEntry.seq)))


def test_undone_by_pasting_the_right_one(app: Flask, town: Town, keeper: str) -> None:
    before = {row.id: row.due for row in running(town)}
    confirm(town, keeper, paste(town, keeper, EXTRA, document=EXTRA_DOCUMENT))
    jobs.run_due(app)
    assert {row.id: row.due for row in running(town)} != before
    confirm(town, keeper, paste(town, keeper, notice(2014)))
    jobs.run_due(app)
    assert {row.id: row.due for row in running(town)} == before
    assert clock.calendar().standing(2014).source == NOTICES[2014][0]


def test_what_was_shown_must_still_be_so(town: Town, keeper: str) -> None:
    first = paste(town, keeper, EXTRA, document=EXTRA_DOCUMENT)
    second = paste(town, keeper, whole(next_year()))
    with town.acting(keeper):
        seen = queries.edition()
    confirm(town, keeper, first, seen)
    with pytest.raises(Stale):
        confirm(town, keeper, second, seen)
    confirm(town, keeper, second)


def test_confirmed_or_given_up_once(town: Town, keeper: str) -> None:
    key = paste(town, keeper, EXTRA, document=EXTRA_DOCUMENT)
    with town.acting(keeper) as actor:
        service.cancel(queries.get(key), actor=actor)
    with pytest.raises(WrongState):
        confirm(town, keeper, key)
    done = paste(town, keeper, EXTRA, document=EXTRA_DOCUMENT)
    confirm(town, keeper, done)
    with pytest.raises(WrongState), town.acting(keeper) as actor:
        service.cancel(queries.get(done), actor=actor)


def test_a_few_days_cannot_stand_for_a_year_that_is_only_estimated(town: Town, keeper: str) -> None:
    year = next_year()
    with pytest.raises(Invalid, match="需要更正"):
        paste(town, keeper, f"{year}年元旦：1月1日放假。", document="国办发明电〔2030〕1号")


@pytest.mark.parametrize("year", CHANGES)
def test_a_change_keeps_the_rest_of_its_year(town: Town, keeper: str, year: int) -> None:
    confirm(town, keeper, paste(town, keeper, notice(year)))
    document, text = CHANGES[year]
    confirm(town, keeper, paste(town, keeper, text, year=year, document=document))
    read_afresh()
    import chinese_calendar

    day, wrong = date(year, 1, 1), []
    while day.year == year:
        if clock.calendar().is_workday(day) is not bool(chinese_calendar.is_workday(day)):
            wrong.append(day)
        day += timedelta(days=1)
    assert wrong == []


def test_an_arrangement_that_contradicts_the_next_years_own_is_refused(town: Town, keeper: str) -> None:
    new_year = "一、元旦：2030年1月1日放假，共1天。2029年12月29日（星期六）上班。"
    confirm(town, keeper, paste(town, keeper, whole(2030).replace("一、元旦：1月1日放假，共1天。", new_year)))
    assert clock.calendar().is_workday(date(2029, 12, 29))
    with pytest.raises(Invalid) as refused:
        paste(town, keeper, whole(2029).replace("1月1日放假，共1天。", "1月1日放假，共1天。12月29日放假。"))
    assert "2029-12-29" in str(refused.value.findings[0])


def test_the_person_who_confirmed_waits_for_the_job(app: Flask, town: Town, keeper: str) -> None:
    confirm(town, keeper, paste(town, keeper, EXTRA, document=EXTRA_DOCUMENT))
    person = town.one(select(Person).where(Person.username == keeper))
    (job,) = jobs.mine(person.id)
    assert (job.kind, job.state) == ("calendars.recount", "waiting")
    jobs.run_due(app)
    read_afresh()
    (job,) = jobs.mine(person.id)
    assert job.state == "done"


def test_a_clock_started_meanwhile_is_moved_by_the_job_too(app: Flask, town: Town, keeper: str) -> None:
    """Whoever started one between the look and the job counted by the calendar of that moment."""
    row = running(town)[0]
    confirm(town, keeper, paste(town, keeper, EXTRA, document=EXTRA_DOCUMENT))
    with access.acting_as(EVERYWHERE), transaction():
        found = db.session.get_one(ApplicationClock, row.id)
        found.started_on, found.days, found.due = date(2014, 11, 28), 1, date(2014, 12, 1)
    jobs.run_due(app)
    found = town.one(select(ApplicationClock).where(ApplicationClock.id == row.id))
    assert found.due == date(2014, 12, 2)


def test_now_and_the_drill_clock_do_not_matter(town: Town, keeper: str) -> None:
    with clock.at(datetime(2020, 1, 1, tzinfo=clock.SHANGHAI)):
        key = paste(town, keeper, whole(next_year()))
    assert town.one(select(HolidayArrangement).where(HolidayArrangement.id == key)).proposed_at.year >= 2026
