"""The official working-day calendar: our own day tables, then a maintained package, then an estimate.

One table a year holds that year's State Council arrangement completely: as an administrator pasted it, else the
file ``policies/calendar/<year>.csv``. A year without one is answered by ``chinesecalendar``; a year it does not know
is estimated with ``holidays`` and counts as not certain until its arrangement is there.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import holidays
from chinese_calendar.constants import Holiday
from chinese_calendar.constants import holidays as package_holidays

COLUMNS = ["date", "kind", "name", "source"]
HOLIDAY = "holiday"
WORKDAY = "workday"

_FILE = re.compile(r"[0-9]{4}", re.ASCII)
_PACKAGE_FIRST: int = min(package_holidays).year
_PACKAGE_LAST: int = max(package_holidays).year
_NOVEMBER = 11
_NAMED = frozenset(one.value for one in Holiday)


OWN, PACKAGE, ESTIMATE = "own", "package", "estimate"


@dataclass(frozen=True)
class Table:
    """One year's arrangement: day → worked, and what it is called; ``source`` is the document."""

    year: int
    days: Mapping[date, tuple[bool, str]]
    source: str


@dataclass(frozen=True)
class Standing:
    """How a year stands: ``basis`` own, package or estimate; ``days`` off or worked against the week, with names."""

    year: int
    basis: str
    source: str
    days: Mapping[date, tuple[bool, str]]

    @property
    def certain(self) -> bool:
        """Whether it rests on a published arrangement."""
        return self.basis != ESTIMATE


class CalendarError(ValueError):
    """A day table cannot be used as it is written; the message names file and line."""


def _days_of(year: int) -> Iterator[date]:
    first = date(year, 1, 1).toordinal()
    return (date.fromordinal(number) for number in range(first, date(year, 12, 31).toordinal() + 1))


def _week(day: date) -> bool:
    """Monday to Friday."""
    return day.weekday() < 5


def _read_row(row: dict[str, str | None], year: int, where: str) -> tuple[date, bool, str, str]:
    """A day, whether it is worked, its name and its document."""
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
    return day, row["kind"] == WORKDAY, (row["name"] or "").strip(), (row["source"] or "").strip()


def _read_table(path: Path) -> Table:
    """One year's table.

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
    days: dict[date, tuple[bool, str]] = {}
    sources: dict[str, None] = {}
    for (number, _), row in zip(body[1:], reader, strict=True):
        day, worked, name, source = _read_row(row, int(path.stem), f"{path.name}:{number}")
        if day in days:
            raise CalendarError(f"{path.name}:{number}: {day} is given twice")
        days[day] = worked, name
        sources[source] = None
    if not days:
        raise CalendarError(f"{path.name}: an empty table would declare a year without holidays")
    return Table(int(path.stem), days, "、".join(sources))


def _package_name(day: date) -> str:
    """What the package calls a day; empty for none of its holidays."""
    _off, name = chinese_calendar.get_holiday_detail(day)
    return str(Holiday(name).chinese) if name in _NAMED else ""


class OfficialCalendar:
    """Implements ``kernel.workdays.Calendar`` for mainland offices; answers for every date.

    Args:
        arranged: tables that go before the files of the same years.

    Raises:
        CalendarError: at construction, when a table in ``folder`` is malformed, two contradict each other, or the
            folder is missing.
    """

    def __init__(self, folder: Path, arranged: Iterable[Table] = ()) -> None:
        if not folder.is_dir():
            raise CalendarError(f"{folder}: no such folder")
        pasted = {table.year: table for table in arranged}
        self._tables: dict[int, Table] = {}
        self._own: dict[date, tuple[bool, str]] = {}
        self._irregular: dict[int, frozenset[date]] = {}
        for path in sorted(folder.glob("*.csv")):
            table = _read_table(path)
            self._add(pasted.pop(table.year, table), path.name)
        for table in pasted.values():
            self._add(table, str(table.year))

    def _add(self, table: Table, where: str) -> None:
        for day, (worked, name) in table.days.items():
            if self._own.setdefault(day, (worked, name))[0] is not worked:
                raise CalendarError(f"{where}: {day} contradicts another table")
        self._tables[table.year] = table

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
        return year in self._tables or _PACKAGE_FIRST <= year <= _PACKAGE_LAST

    def standing(self, year: int) -> Standing:
        """How a year stands, by which arrangement; only days that differ from the week, and the holidays named."""
        own = {day: said for day, said in self._own.items() if day.year == year}
        if year in self._tables:
            return Standing(year, OWN, self._tables[year].source, own)
        published = self._published(year)
        named = (
            _package_name if published else holidays.country_holidays("CN", years=year, language="zh_CN").get
        )
        days = {
            day: (not _week(day), f"{named(day) or ''}{'' if _week(day) else '调休上班'}")
            for day in sorted(self._exceptions(year))
        }
        return Standing(year, PACKAGE if published else ESTIMATE, "", days | own)

    def arranged(self, year: int) -> Mapping[date, tuple[bool, str]]:
        """The days of a year's own table (which may reach back into December), else those that differ from the week."""
        table = self._tables.get(year)
        return table.days if table is not None else self.standing(year).days

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
                worked = self._own[day][0]
            elif year in self._tables:
                continue
            elif estimate is None:
                worked = bool(chinese_calendar.is_workday(day))
            else:
                worked = estimate.is_working_day(day)
            if worked is not _week(day):
                yield day
