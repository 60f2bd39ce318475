"""Quiet hours, and the rungs of a reminder."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.foundation.clock import SHANGHAI
from app.foundation.clock.calendar import OfficialCalendar
from app.foundation.notices import rungs
from app.foundation.notices.quiet import QuietHours, next_time

NIGHT, NOON = QuietHours.read("21:00-08:00"), QuietHours.read("12:00-14:00")
CALENDAR = OfficialCalendar(Path(__file__).resolve().parents[3] / "policies" / "calendar")
FOUR, TWO = (7, 3, 1), (3, 1)


def at(hour: int, minute: int = 0, day: int = 24) -> datetime:
    return datetime(2014, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        (at(20, 59), at(20, 59)),
        (at(21), at(8, day=25)),
        (at(23, 59), at(8, day=25)),
        (at(0, day=25), at(8, day=25)),
        (at(7, 59, day=25), at(8, day=25)),
        (at(8, day=25), at(8, day=25)),
    ],
)
def test_over_midnight(moment: datetime, until: datetime) -> None:
    assert NIGHT is not None
    assert NIGHT.after(moment) == until


def test_within_a_day() -> None:
    assert NOON is not None
    assert [NOON.quiet(at(hour)) for hour in (11, 12, 13, 14)] == [False, True, True, False]


@pytest.mark.parametrize("text", ["", "21:00", "9:00-10:00", "24:00-08:00", "21:60-08:00", "21:00–08:00"])
def test_what_are_no_quiet_hours(text: str) -> None:
    assert QuietHours.read(text) is None


@given(
    st.datetimes(timezones=st.just(SHANGHAI), min_value=datetime(2014, 1, 1), max_value=datetime(2030, 1, 1))
)
def test_it_never_waits_a_day_and_never_ends_in_them(moment: datetime) -> None:
    for hours in (NIGHT, NOON):
        assert hours is not None
        due = hours.after(moment)
        assert moment <= due < moment + timedelta(days=1)
        assert not hours.quiet(due)
        assert next_time(hours.end, moment) > moment


# Tuesday 2014-11-25 + 5 working days = Tuesday 2014-12-02
DUE = date(2014, 12, 2)


@pytest.mark.parametrize(
    ("today", "rung"),
    [
        (date(2014, 11, 20), None),  # 8 working days before
        (date(2014, 11, 21), "7"),
        (date(2014, 11, 24), "7"),
        (date(2014, 11, 26), "7"),
        (date(2014, 11, 27), "3"),
        (date(2014, 11, 28), "3"),
        (date(2014, 11, 29), "3"),  # a Saturday
        (date(2014, 12, 1), "1"),
        (DUE, "due"),
        (date(2014, 12, 3), "overdue"),
        (date(2015, 6, 1), "overdue"),
    ],
)
def test_the_rungs_before_a_date(today: date, rung: str | None) -> None:
    assert rungs.reached(today, DUE, FOUR, CALENDAR) == rung


def test_a_shorter_ladder_begins_later() -> None:
    assert rungs.reached(date(2014, 11, 26), DUE, TWO, CALENDAR) is None
    assert rungs.reached(date(2014, 11, 27), DUE, TWO, CALENDAR) == "3"


@given(st.dates(date(2014, 9, 1), date(2015, 12, 31)), st.integers(-30, 40))
def test_exactly_what_is_not_past_the_last_date_stands_on_a_rung(today: date, ahead: int) -> None:
    due = today + timedelta(days=ahead)
    stands = rungs.reached(today, due, FOUR, CALENDAR) is not None
    assert stands is (due <= rungs.last_date(today, FOUR, CALENDAR))
