"""Working-day arithmetic over a calendar that is handed in."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel import workdays
from app.kernel.errors import Refusal
from app.kernel.workdays import Clock


class Week:
    """Monday to Friday but for what is named; certain until a day."""

    def __init__(self, off=(), on=(), certain_until=date.max):
        self.off, self.on, self.certain_until = set(off), set(on), certain_until

    def is_workday(self, day):
        return day in self.on or (day.weekday() < 5 and day not in self.off)

    def certain(self, day):
        return day <= self.certain_until


PLAIN = Week()
days = st.dates(date(2014, 1, 1), date(2027, 12, 31))
spans = st.integers(0, 60)
calendars = st.builds(Week, st.sets(days, max_size=40), st.sets(days, max_size=40))


class Closed:
    def is_workday(self, day):
        return False

    def certain(self, day):
        return True


def test_counting_begins_the_day_after():
    assert workdays.add(date(2014, 11, 25), 5, PLAIN) == date(2014, 12, 2)
    assert workdays.add(date(2014, 11, 25), 1, PLAIN) == date(2014, 11, 26)


def test_a_weekend_is_passed_over_and_a_swapped_sunday_counts():
    friday = date(2014, 9, 26)
    assert workdays.add(friday, 1, PLAIN) == date(2014, 9, 29)
    assert workdays.add(friday, 1, Week(on=[date(2014, 9, 28)])) == date(2014, 9, 28)


def test_no_days_end_where_they_start_even_on_a_day_off():
    assert workdays.add(date(2014, 11, 22), 0, PLAIN) == date(2014, 11, 22)


def test_days_left():
    due = date(2014, 12, 2)
    assert workdays.left(date(2014, 11, 25), due, PLAIN) == 5
    assert workdays.left(date(2014, 12, 1), due, PLAIN) == 1
    assert workdays.left(due, due, PLAIN) == 0
    assert workdays.left(date(2014, 12, 3), due, PLAIN) == -1
    assert workdays.left(date(2014, 12, 8), due, PLAIN) == -4


def test_only_days_off_between_count_nothing():
    friday, sunday = date(2014, 11, 28), date(2014, 11, 30)
    assert workdays.left(friday, sunday, PLAIN) == 0
    assert workdays.left(sunday, friday, PLAIN) == 0


@given(days, spans, calendars)
def test_what_was_added_is_what_is_left(start, count, cal):
    due = workdays.add(start, count, cal)
    assert workdays.left(start, due, cal) == count
    assert count == 0 or cal.is_workday(due)


@given(days, spans, spans, calendars)
def test_adding_in_two_steps_is_adding_at_once(start, one, other, cal):
    assert workdays.add(workdays.add(start, one, cal), other, cal) == workdays.add(start, one + other, cal)


@given(days, st.integers(0, 40), calendars)
def test_later_starts_never_end_earlier(start, count, cal):
    assert workdays.add(start, count, cal) <= workdays.add(start + timedelta(days=1), count, cal)


@given(days, days, calendars)
def test_left_turns_its_sign_with_the_direction(one, other, cal):
    assert workdays.left(one, other, cal) == -workdays.left(other, one, cal)


@given(days, days, calendars)
def test_between_agrees_with_looking_at_every_day(start, end, cal):
    worked = [day for day in (start + timedelta(days=n) for n in range(1, 6000)) if day <= end]
    assert workdays.between(start, end, cal) == sum(map(cal.is_workday, worked))


@pytest.mark.parametrize(
    "call", [workdays.add, lambda start, n, cal: workdays.run("x", start, n, cal, rule="", source="")]
)
def test_negative_days_are_refused(call):
    with pytest.raises(Refusal) as caught:
        call(date(2014, 11, 25), -1, PLAIN)
    assert caught.value.code == "days-negative"


def test_running_off_the_calendar_is_refused():
    with pytest.raises(Refusal) as caught:
        workdays.add(date(9999, 12, 20), 30, PLAIN)
    assert caught.value.code == "date-range"
    with pytest.raises(Refusal):
        workdays.add(date(9998, 1, 1), 1, Closed())
    with pytest.raises(Refusal):
        workdays.run("x", date(9999, 12, 20), 30, PLAIN, rule="", source="", unit="day")


def test_certainty_looks_at_the_days_that_count():
    cal = Week(certain_until=date(2026, 12, 31))
    assert workdays.certain(date(2026, 12, 25), date(2026, 12, 31), cal)
    assert not workdays.certain(date(2026, 12, 25), date(2027, 1, 1), cal)
    assert workdays.certain(date(2027, 1, 1), date(2027, 1, 1), cal)


def test_a_clock_runs_in_working_days_or_calendar_days():
    start = date(2014, 11, 25)
    review = workdays.run(
        "first_review", start, 5, PLAIN, rule="完成在线初审", source="办法第十二条", firm=False
    )
    closed = workdays.run("closed_site", start, 30, PLAIN, rule="失效", source="办法第十九条", unit="day")
    assert review == Clock("first_review", start, 5, date(2014, 12, 2), "完成在线初审", "办法第十二条", False)
    assert closed.due == date(2014, 12, 25) and closed.firm


def test_a_fixed_deadline_keeps_its_date_on_a_sunday():
    clock = workdays.fixed(
        "organs", date(2014, 11, 10), date(2014, 11, 30), rule="完成复核", source="通知第三条"
    )
    assert (clock.due, clock.unit) == (date(2014, 11, 30), "date")
    assert not clock.overdue(date(2014, 11, 30)) and clock.overdue(date(2014, 12, 1))


def test_a_stopped_clock_keeps_its_first_stop_and_is_judged_by_it():
    clock = workdays.run("hanging", date(2014, 11, 25), 5, PLAIN, rule="加挂", source="办法第十四条")
    stopped = clock.stopped(date(2014, 12, 2)).stopped(date(2014, 12, 9))
    assert stopped.stopped_on == date(2014, 12, 2)
    assert not stopped.overdue(date(2015, 1, 1))
    assert clock.stopped(date(2014, 12, 3)).overdue(date(2014, 11, 26))
    assert clock.stopped_on is None


@pytest.mark.parametrize("unit", ["week", "date", ""])
def test_an_uncounted_unit_is_a_mistake(unit):
    with pytest.raises(ValueError, match="unit"):
        workdays.run("x", date(2014, 11, 25), 5, PLAIN, rule="", source="", unit=unit)
    with pytest.raises(ValueError, match="unit"):
        Clock("x", date(2014, 11, 25), 5, date(2014, 12, 2), "", "", unit="week")
