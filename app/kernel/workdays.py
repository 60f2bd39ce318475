"""Working-day arithmetic over a calendar that is passed in, and the clock that runs on it.

A period counts from the day after it starts (S22, S25, C-art.12, 14, 18): five working days from Tuesday
2014-11-25 end on Tuesday 2014-12-02.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from app.kernel.errors import N_, Refusal

WORKDAY = "workday"
DAY = "day"
FIXED = "date"
UNITS = (WORKDAY, DAY, FIXED)

_ONE = timedelta(days=1)


class Calendar(Protocol):
    """Which days are worked. Answers for every date and never raises."""

    def is_workday(self, day: date) -> bool:
        """Whether offices work on that day."""

    def certain(self, day: date) -> bool:
        """Whether that rests on a published arrangement rather than an estimate."""


def _days_after(start: date) -> Iterator[date]:
    day = start
    while day < date.max:
        day += _ONE
        yield day


def _whole(days: int) -> None:
    if days < 0:
        raise Refusal("days-negative", N_("期限天数不能为负数。"))


def _off_the_calendar() -> Refusal:
    return Refusal("date-range", N_("计算出的日期超出日历范围，请核对起始日期和天数。"))


def add(start: date, days: int, cal: Calendar) -> date:
    """The last of ``days`` working days counted from the day after ``start``; ``start`` itself for 0.

    Raises:
        Refusal: negative days, or the count runs off the calendar.
    """
    _whole(days)
    if days == 0:
        return start
    remaining = days
    for day in _days_after(start):
        remaining -= cal.is_workday(day)
        if remaining == 0:
            return day
    raise _off_the_calendar()


def between(start: date, end: date, cal: Calendar) -> int:
    """Working days after ``start`` up to and including ``end``; 0 when ``end`` is not later."""
    return sum(cal.is_workday(start + _ONE * step) for step in range(1, (end - start).days + 1))


def left(today: date, due: date, cal: Calendar) -> int:
    """Working days left: 0 when due today, negative as working days overdue.

    Also 0 between ``today`` and ``due`` when no working day lies after the earlier one up to the later:
    compare the dates themselves to tell "not yet" from "just past".
    """
    return between(today, due, cal) if due >= today else -between(due, today, cal)


def certain(start: date, end: date, cal: Calendar) -> bool:
    """Whether every day after ``start`` up to ``end`` rests on a published arrangement."""
    return all(cal.certain(start + _ONE * step) for step in range(1, (end - start).days + 1))


@dataclass(frozen=True)
class Clock:
    """One running or stopped period: what it is for, since when, until when and who says so.

    ``unit`` is ``workday`` or ``day`` for a counted period, ``date`` for a deadline somebody fixed (then
    ``days`` says nothing). ``firm`` is False where the rule says 原则上.
    """

    kind: str
    start: date
    days: int
    due: date
    rule: str
    source: str
    firm: bool = True
    stopped_on: date | None = None
    unit: str = WORKDAY

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ValueError(f"unknown unit {self.unit!r}")

    def stopped(self, on: date) -> Clock:
        """The same clock, stopped on a day; a clock that already stands keeps its day."""
        return self if self.stopped_on else dataclasses.replace(self, stopped_on=on)

    def overdue(self, today: date) -> bool:
        """Whether it ran past its due date: by today, or by the day it was stopped."""
        return (self.stopped_on or today) > self.due


def run(
    kind: str,
    start: date,
    days: int,
    cal: Calendar,
    *,
    rule: str,
    source: str,
    firm: bool = True,
    unit: str = WORKDAY,
) -> Clock:
    """Start a counted clock on ``start``.

    Raises:
        Refusal: negative days, or the due date lies off the calendar.
        ValueError: ``unit`` is neither ``workday`` nor ``day``.
    """
    if unit not in (WORKDAY, DAY):
        raise ValueError(f"unit {unit!r} is not counted")
    _whole(days)
    if unit == DAY and days > (date.max - start).days:
        raise _off_the_calendar()
    due = add(start, days, cal) if unit == WORKDAY else start + timedelta(days=days)
    return Clock(kind, start, days, due, rule, source, firm=firm, unit=unit)


def fixed(kind: str, start: date, due: date, *, rule: str, source: str, firm: bool = True) -> Clock:
    """A clock toward a date that somebody fixed (S15–S19); filing counts until 24:00 of that day."""
    return Clock(kind, start, 0, due, rule, source, firm=firm, unit=FIXED)
