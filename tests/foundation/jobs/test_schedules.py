"""What is due by the clock is put once, however the clock is moved and whoever looks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app import create_app
from app.config import ROOT
from app.foundation import access, clock, jobs
from app.foundation.database import db, transaction
from app.foundation.jobs import schedules
from app.foundation.jobs.models import Job, ScheduleMark
from app.foundation.jobs.schedules import Schedule
from app.foundation.strict_yaml import ShapeError
from tests.foundation.jobs.conftest import Declare
from tests.policies.world import World
from tests.services.afresh import read_afresh
from tests.services.instance import settings_for

MONDAY = datetime(2014, 11, 24, 9, tzinfo=clock.SHANGHAI)


@pytest.fixture
def database_kind(both: str) -> str:
    return both


@pytest.fixture
def timetable(app: Flask, declare: Declare, world: World) -> Iterator[list[Schedule]]:
    """The schedules of this test: on the business clock, each working day at 08:30."""
    declare(lambda work: None)
    kept = schedules.schedules()
    listed = [Schedule("提醒", "tests.one", "business", at=time(8, 30), workdays=True)]
    app.extensions[schedules._KEY] = listed
    yield listed
    app.extensions[schedules._KEY] = kept


def put_at() -> list[str]:
    read_afresh()
    with access.acting_as(access.system("tests", over="0.")):
        rows = db.session.scalars(select(Job).where(Job.kind == "tests.one").order_by(Job.id)).all()
    return [
        datetime.fromisoformat(row.payload["due"]).astimezone(clock.SHANGHAI).strftime("%m-%d %H:%M")
        for row in rows
    ]


def move(moment: datetime) -> None:
    with transaction():
        clock.move(moment)


def test_moving_the_drill_clock_puts_what_becomes_due_once(timetable: list[Schedule]) -> None:
    move(MONDAY)
    assert put_at() == [], "from today to 2014 the clock went back"
    move(MONDAY + timedelta(hours=1))
    assert put_at() == []
    move(MONDAY + timedelta(days=7))
    assert put_at() == ["12-01 08:30"], "the newest of five, once"
    schedules.check()
    move(MONDAY + timedelta(days=7, hours=3))
    assert put_at() == ["12-01 08:30"]


def test_passing_the_same_moment_again_puts_nothing(timetable: list[Schedule]) -> None:
    move(MONDAY)
    for _ in range(2):
        move(MONDAY + timedelta(days=1))
        move(MONDAY)
    assert put_at() == ["11-25 08:30"]


def test_what_was_moved_over_is_undone_with_the_move(timetable: list[Schedule]) -> None:
    move(MONDAY)
    with pytest.raises(ZeroDivisionError), transaction():
        clock.move(MONDAY + timedelta(days=1))
        raise ZeroDivisionError
    assert put_at() == []


def test_switching_the_drill_off_catches_up(timetable: list[Schedule]) -> None:
    move(MONDAY)
    with transaction():
        clock.stop()
    assert len(put_at()) == 1


def test_a_drill_before_the_present_is_not_deaf(timetable: list[Schedule]) -> None:
    """Business time was that of today; now it is 2014 again."""
    schedules.check()
    move(MONDAY)
    move(MONDAY + timedelta(days=1))
    assert put_at() == ["11-25 08:30"]


def test_the_command_moves_and_puts(app: Flask, timetable: list[Schedule]) -> None:
    runner = app.test_cli_runner()
    for moment in ("2014-11-24T09:00+08:00", "2014-11-26T09:00+08:00"):
        assert runner.invoke(args=["drill", "move", moment]).exit_code == 0
    assert put_at() == ["11-26 08:30"]
    assert jobs.run_due(app) == 1


def test_the_first_look_puts_nothing_and_the_next_what_became_due(
    timetable: list[Schedule], monkeypatch: pytest.MonkeyPatch
) -> None:
    timetable[:] = [Schedule("清理", "tests.one", "wall", minutes=10)]
    start = datetime(2026, 3, 2, 3, 5, tzinfo=UTC)
    at = [start]
    monkeypatch.setattr(clock, "wall", lambda: at[0])
    assert schedules.check() == 0
    at[0] = start + timedelta(minutes=4)
    assert schedules.check() == 0
    at[0] = start + timedelta(minutes=36)
    assert (schedules.check(), schedules.check()) == (1, 0)
    assert put_at() == ["03-02 11:40"]
    at[0] = start - timedelta(hours=5)  # the wall clock is set back …
    assert schedules.check() == 0
    at[0] = start + timedelta(minutes=36)  # … and comes to the same moment again
    schedules.check()
    assert put_at() == ["03-02 11:40"]


def test_nothing_is_put_before_the_offices_are_there(
    app: Flask, declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(lambda work: None)
    monkeypatch.setitem(app.extensions, schedules._KEY, [Schedule("清理", "tests.one", "wall", minutes=1)])
    with transaction() as session:
        session.add(ScheduleMark(name="清理", seen=clock.wall() - timedelta(hours=1)))
    assert schedules.check() == 0


@given(moment=st.datetimes(datetime(2005, 1, 1), datetime(2026, 12, 1)), minutes=st.integers(1, 1440))
def test_every_so_many_minutes(moment: datetime, minutes: int) -> None:
    moment = moment.replace(tzinfo=UTC)
    found = Schedule("x", "x.y", "wall", minutes=minutes).latest(moment, clock.calendar)  # type: ignore[arg-type]
    assert timedelta(0) <= moment - found < timedelta(minutes=minutes)
    assert found.timestamp() % (minutes * 60) == 0


class _Weekdays:
    def is_workday(self, day: object) -> bool:
        return day.weekday() < 5  # type: ignore[attr-defined,no-any-return]

    def certain(self, day: object) -> bool:
        return True


@given(moment=st.datetimes(datetime(2005, 1, 1), datetime(2026, 12, 1)), workdays=st.booleans())
def test_at_a_time_of_day(moment: datetime, workdays: bool) -> None:
    moment = moment.replace(tzinfo=UTC)
    one = Schedule("x", "x.y", "wall", at=time(8, 30), workdays=workdays)
    found = one.latest(moment, _Weekdays())
    local = clock.localise(found)
    assert found <= moment and (local.hour, local.minute) == (8, 30)
    assert moment - found < timedelta(days=3 if workdays else 1)
    assert not workdays or local.weekday() < 5


GOOD = '提醒: {job: jobs.sweep, clock: business, workdays: "08:30"}'


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (
            "提醒: {job: jobs.unknown, clock: business, workdays: '08:30'}",
            "no kind of job is called 'jobs.unknown'",
        ),
        ("提醒: {job: jobs.sweep, clock: moon, workdays: '08:30'}", "clock must be one of"),
        ("提醒: {job: jobs.sweep, clock: wall, hourly: '08:30'}", "unknown key hourly"),
        ("提醒: {job: jobs.sweep, clock: wall, daily: '8:30'}", "must be a time"),
        ("提醒: {job: jobs.sweep, clock: wall, daily: '24:00'}", "must be a time"),
        ("提醒: {job: jobs.sweep, clock: wall}", "exactly one of"),
        ("提醒: {job: jobs.sweep, clock: wall, daily: '08:30', every_minutes: 5}", "exactly one of"),
        ("提醒: {job: jobs.sweep, clock: wall, every_minutes: 0}", "above zero"),
        ("提醒: {job: jobs.sweep, clock: wall, every_minutes: 1441}", "1440 at most"),
        (f"{GOOD}\n{GOOD}", "given twice"),
    ],
)
def test_an_unknown_word_stops_the_start(tmp_path: Path, line: str, complaint: str) -> None:
    changed = tmp_path / "changed"
    changed.mkdir()
    for path in (ROOT / "policies").iterdir():
        if path.name != schedules.FILE:
            (changed / path.name).symlink_to(path)
    (changed / schedules.FILE).write_text(line, "utf-8")
    with pytest.raises(ShapeError, match=complaint):
        create_app({**settings_for(tmp_path / "instance"), "POLICIES_DIR": str(changed), "PLUGINS": ()})
