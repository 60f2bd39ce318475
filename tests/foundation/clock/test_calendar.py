"""The official calendar: own tables first, then the package, then an estimate that says it is one."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.foundation.clock.calendar import CalendarError, OfficialCalendar
from app.kernel import workdays

FOLDER = Path(__file__).resolve().parents[3] / "policies" / "calendar"
HEADER = "# 说明\ndate,kind,name,source\n"


@pytest.fixture(scope="module")
def official():
    return OfficialCalendar(FOLDER)


def calendar(tmp_path, **years):
    for name, rows in years.items():
        (tmp_path / f"{name.removeprefix('y')}.csv").write_text(HEADER + rows, "utf-8")
    return OfficialCalendar(tmp_path)


def days(year):
    return [
        date(year, 1, 1) + timedelta(days=n)
        for n in range(366)
        if (date(year, 1, 1) + timedelta(days=n)).year == year
    ]


@pytest.mark.parametrize(
    ("start", "count", "due"),
    [
        (date(2014, 11, 25), 5, date(2014, 12, 2)),
        (date(2014, 9, 26), 5, date(2014, 10, 9)),
        (date(2026, 2, 12), 5, date(2026, 2, 26)),
        (date(2026, 9, 18), 10, date(2026, 10, 9)),
    ],
)
def test_golden_periods(official, start, count, due):
    assert workdays.add(start, count, official) == due
    assert workdays.left(start, due, official) == count


@pytest.mark.parametrize("year", [2014, 2015])
def test_our_tables_agree_with_the_package(official, tmp_path, year):
    empty = OfficialCalendar(tmp_path)
    for day in days(year):
        assert official.is_workday(day) == empty.is_workday(day) == chinese_calendar.is_workday(day), day


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.csv")), ids=lambda path: path.stem)
def test_our_tables_name_their_document_and_swap_only_weekend_days(path):
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    rows = list(csv.DictReader(lines))
    assert rows and all("发明电〔" in row["source"] for row in rows)
    swapped = [date.fromisoformat(row["date"]) for row in rows if row["kind"] == "workday"]
    assert swapped and all(day.weekday() >= 5 for day in swapped)


def test_an_own_table_goes_before_the_package(tmp_path):
    cal = calendar(tmp_path, y2014="2014-11-25,holiday,演练,测试\n")
    assert not cal.is_workday(date(2014, 11, 25))
    assert cal.is_workday(date(2014, 10, 1)), "a year with a table is answered by that table alone"
    assert not cal.is_workday(date(2015, 10, 1)), "another year still by the package"


def test_a_table_may_reach_back_into_the_december_before(tmp_path):
    cal = calendar(tmp_path, y2029="2028-12-30,workday,元旦调休上班,测试\n2029-01-01,holiday,元旦,测试\n")
    assert cal.is_workday(date(2028, 12, 30)) and cal.certain(date(2028, 12, 30))
    assert not cal.certain(date(2028, 12, 29)) and cal.certain(date(2029, 6, 1))


def test_a_published_year_is_certain_and_a_later_one_is_not(official, tmp_path):
    last = max(year for year in range(2014, 2100) if official.certain(date(year, 6, 1)))
    assert last >= 2026
    assert official.certain(date(last, 12, 31)) and not official.certain(date(last + 1, 1, 1))
    assert not official.certain(date(2003, 12, 31)) and official.certain(date(2004, 1, 1))
    written = calendar(tmp_path, **{f"y{last + 1}": f"{last + 1}-01-01,holiday,元旦,测试\n"})
    assert written.certain(date(last + 1, 6, 1))


def test_an_estimate_still_knows_the_great_holidays(official):
    assert not official.is_workday(date(2030, 10, 1)) and not official.certain(date(2030, 10, 1))
    assert official.is_workday(date(2030, 10, 15))


def test_the_missing_arrangement_is_asked_for_from_november(official, tmp_path):
    last = max(year for year in range(2014, 2100) if official.certain(date(year, 6, 1)))
    assert official.unpublished(date(last, 10, 31)) is None
    assert official.unpublished(date(last, 11, 1)) == last + 1
    assert official.unpublished(date(last + 1, 1, 1)) == last + 1
    assert official.unpublished(date(2014, 12, 1)) is None


@settings(max_examples=60, deadline=None)
@given(day=st.dates())
def test_every_date_is_answered(official, day):
    assert official.is_workday(day) in (True, False)
    if day.year <= 2026:
        assert official.certain(day) == (day.year >= 2004)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("2027", "date,kind,name,source\n"),
        ("2027", "2027-01-01,holiday,元旦,测试\n"),
        ("2027", "date,kind,name\n2027-01-01,holiday,元旦\n"),
        ("2027", HEADER + "2027-01-01,rest,元旦,测试\n"),
        ("2027", HEADER + "2027-13-01,holiday,元旦,测试\n"),
        ("2027", HEADER + "2027-01-01,holiday,元旦,\n"),
        ("2027", HEADER + "2027-01-01,holiday,元旦\n"),
        ("2027", HEADER + "2027-01-01,holiday,元旦,测试,多\n"),
        ("2027", HEADER + "2028-01-01,holiday,元旦,测试\n"),
        ("2027", HEADER + "2026-11-30,holiday,元旦,测试\n"),
        ("2027", HEADER + "2027-01-01,holiday,元旦,测试\n2027-01-01,workday,元旦,测试\n"),
        ("extra", HEADER + "2027-01-01,holiday,元旦,测试\n"),
        ("0001", HEADER + "0001-01-01,holiday,元旦,测试\n"),
    ],
)
def test_a_malformed_table_is_refused_by_name(tmp_path, name, text):
    (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    with pytest.raises(CalendarError, match=name):
        OfficialCalendar(tmp_path)


def test_tables_that_contradict_each_other_are_refused(tmp_path):
    with pytest.raises(CalendarError, match="2027-12-31"):
        calendar(tmp_path, y2027="2027-12-31,workday,元旦,测试\n", y2028="2027-12-31,holiday,元旦,测试\n")


def test_a_refused_row_is_named_by_its_line(tmp_path):
    with pytest.raises(CalendarError, match=r"2027\.csv:4"):
        calendar(tmp_path, y2027="2027-01-01,holiday,元旦,测试\n2027-01-02,off,元旦,测试\n")


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(CalendarError):
        OfficialCalendar(tmp_path / "none")
