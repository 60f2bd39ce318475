"""A year as months and weeks, each day marked: pure."""

from __future__ import annotations

from calendar import Calendar as Weeks
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.foundation.clock.calendar import OfficialCalendar, Standing

OFF, WORK, WEEKEND, PLAIN = "off", "work", "weekend", ""


@dataclass(frozen=True)
class Cell:
    """One day: ``mark`` off (a holiday or its substitute), work (a weekend that is worked), weekend, or nothing."""

    day: date
    mark: str
    name: str


@dataclass(frozen=True)
class Month:
    """Weeks from Monday; None outside the month."""

    number: int
    weeks: tuple[tuple[Cell | None, ...], ...]


@dataclass(frozen=True)
class Span:
    """Days in a row under one name."""

    name: str
    worked: bool
    first: date
    last: date


def months(standing: Standing, calendar: OfficialCalendar) -> list[Month]:
    """All twelve."""

    def cell(day: date) -> Cell:
        worked, name = standing.days.get(day, (calendar.is_workday(day), ""))
        weekend = day.weekday() >= 5
        if worked:
            return Cell(day, WORK if weekend else PLAIN, name if weekend else "")
        return Cell(day, OFF if day in standing.days else WEEKEND, name)

    return [
        Month(
            number,
            tuple(
                tuple(cell(day) if day.month == number else None for day in week)
                for week in Weeks().monthdatescalendar(standing.year, number)
            ),
        )
        for number in range(1, 13)
    ]


def spans(standing: Standing) -> Iterator[Span]:
    """The year's special days, those in a row under one name together."""
    open_: Span | None = None
    for day, (worked, name) in sorted(standing.days.items()):
        if (
            open_ is not None
            and (open_.name, open_.worked) == (name, worked)
            and day.toordinal() == open_.last.toordinal() + 1
        ):
            open_ = Span(name, worked, open_.first, day)
            continue
        if open_ is not None:
            yield open_
        open_ = Span(name, worked, day, day)
    if open_ is not None:
        yield open_
