"""The official working-day calendar: our own day tables, then a maintained package, then an estimate.

One file a year, ``policies/calendar/<year>.csv``, holds that year's State Council arrangement completely.
A year without a file is answered by ``chinesecalendar``; a year it does not know is estimated with
``holidays`` and counts as not certain until its file is written.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import holidays
from chinese_calendar.constants import holidays as package_holidays

COLUMNS = ["date", "kind", "name", "source"]
HOLIDAY = "holiday"
WORKDAY = "workday"

_FILE = re.compile(r"[0-9]{4}", re.ASCII)
_PACKAGE_FIRST: int = min(package_holidays).year
_PACKAGE_LAST: int = max(package_holidays).year
_NOVEMBER = 11


class CalendarError(ValueError):
    """A day table cannot be used as it is written; the message names file and line."""


def _days_of(year: int) -> Iterator[date]:
    first = date(year, 1, 1).toordinal()
    return (date.fromordinal(number) for number in range(first, date(year, 12, 31).toordinal() + 1))


def _week(day: date) -> bool:
    """Monday to Friday."""
    return day.weekday() < 5


def _read_row(row: dict[str, str | None], year: int, where: str) -> tuple[date, bool]:
    """A day and whether it is worked."""
    if None in row or any(not (row[column] or "").strip() for column in COLUMNS):
        raise CalendarError(f"{where}: expected four filled columns {','.join(COLUMNS)}")
    try:
        day = date.fromisoformat(row["date"] or "")
    except ValueError as error:
        raise CalendarError(f"{where}: {error}") from error
    if not date(year, 1, 1) - timedelta(days=31) <= day <= date(year, 12, 31):
        raise CalendarError(f"{where}: {day} does not belong to the arrangement of {year}")
    if row["kind"] not in (HOLIDAY, WORKDAY):
        raise CalendarError(f"{where}: unknown kind {row['kind']!r}")
    return day, row["kind"] == WORKDAY


def _read_table(path: Path) -> dict[date, bool]:
    """One year's table: day → worked.

    Raises:
        CalendarError: wrong name, header or row, or a day given twice.
    """
    if not _FILE.fullmatch(path.stem) or int(path.stem) < 2:
        raise CalendarError(f"{path.name}: a day table is named <year>.csv")
    lines = path.read_text("utf-8-sig").splitlines()
    body = [
        (number, line) for number, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")
    ]
    reader = csv.DictReader(line for _, line in body)
    if reader.fieldnames != COLUMNS:
        raise CalendarError(f"{path.name}: the header must be {','.join(COLUMNS)}")
    days: dict[date, bool] = {}
    for (number, _), row in zip(body[1:], reader, strict=True):
        day, worked = _read_row(row, int(path.stem), f"{path.name}:{number}")
        if day in days:
            raise CalendarError(f"{path.name}:{number}: {day} is given twice")
        days[day] = worked
    if not days:
        raise CalendarError(f"{path.name}: an empty table would declare a year without holidays")
    return days


class OfficialCalendar:
    """Implements ``kernel.workdays.Calendar`` for mainland offices; answers for every date.

    Raises:
        CalendarError: at construction, when a table in ``folder`` is malformed or the folder is missing.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise CalendarError(f"{folder}: no such folder")
        self._own: dict[date, bool] = {}
        self._complete: set[int] = set()
        self._irregular: dict[int, frozenset[date]] = {}
        for path in sorted(folder.glob("*.csv")):
            for day, worked in _read_table(path).items():
                if self._own.setdefault(day, worked) is not worked:
                    raise CalendarError(f"{path.name}: {day} contradicts another table")
            self._complete.add(int(path.stem))

    def is_workday(self, day: date) -> bool:
        """Whether offices work on that day."""
        return _week(day) is not (day in self._exceptions(day.year))

    def certain(self, day: date) -> bool:
        """Whether a published arrangement says so; False where it is estimated (暂定)."""
        return day in self._own or self._published(day.year)

    def unpublished(self, today: date) -> int | None:
        """The nearest year whose arrangement is missing: this one or, from November on, the next."""
        ahead = today.year + (today.month >= _NOVEMBER)
        return next((year for year in (today.year, ahead) if not self._published(year)), None)

    def _published(self, year: int) -> bool:
        return year in self._complete or _PACKAGE_FIRST <= year <= _PACKAGE_LAST

    def _exceptions(self, year: int) -> frozenset[date]:
        """The days of a year that break the Monday-to-Friday rule; worked out once a year and kept."""
        known = self._irregular.get(year)
        if known is None:
            known = self._irregular[year] = frozenset(self._find_exceptions(year))
        return known

    def _find_exceptions(self, year: int) -> Iterator[date]:
        estimate = None if self._published(year) else holidays.country_holidays("CN", years=year)
        for day in _days_of(year):
            if day in self._own:
                worked = self._own[day]
            elif year in self._complete:
                continue
            elif estimate is None:
                worked = bool(chinese_calendar.is_workday(day))
            else:
                worked = estimate.is_working_day(day)
            if worked is not _week(day):
                yield day
