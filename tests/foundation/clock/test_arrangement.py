"""The State Council's wording of 2014–2026, read; what contradicts itself, refused."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.foundation.clock.arrangement import Arrangement, parse
from app.kernel.errors import Invalid
from tests.foundation.clock.arrangements import CHANGES, NOTICES, notice


def read(year: int) -> Arrangement:
    return parse(notice(year))


def table(year: int) -> dict[date, bool]:
    """The year's notice with what changed later, and the December days of the next year's."""
    days = {one.day: one.worked for one in read(year).days}
    if year in CHANGES:
        document, text = CHANGES[year]
        days |= {one.day: one.worked for one in parse(text, year=year, document=document).days}
    if year + 1 in NOTICES:
        days |= {one.day: one.worked for one in read(year + 1).days if one.day.year == year}
    return days


@pytest.mark.parametrize("year", NOTICES)
def test_every_day_of_the_year_agrees_with_the_package(year: int) -> None:
    said, day = table(year), date(year, 1, 1)
    wrong = []
    while day.year == year:
        if said.get(day, day.weekday() < 5) is not bool(chinese_calendar.is_workday(day)):
            wrong.append(day)
        day += timedelta(days=1)
    assert wrong == []


@pytest.mark.parametrize("year", NOTICES)
def test_year_and_document_are_read_from_the_text(year: int) -> None:
    found = read(year)
    assert (found.year, found.document, found.whole) == (year, NOTICES[year][0], True)


@pytest.mark.parametrize("year", CHANGES)
def test_a_notice_about_a_few_days_is_no_whole_year(year: int) -> None:
    document, text = CHANGES[year]
    found = parse(text, year=year, document=document)
    assert not found.whole and found.document == document


def test_a_recommendation_is_a_note_and_the_rest_is_none() -> None:
    assert [one for one in read(2024).notes if "除夕" in one]
    assert all(read(year).notes == () for year in NOTICES if year != 2024)


def test_names_and_worked_days() -> None:
    days = {one.day: one for one in read(2026).days}
    assert days[date(2026, 2, 15)].name == "春节"
    assert days[date(2026, 2, 14)].worked and days[date(2026, 2, 14)].name == "春节调休上班"


def test_pasted_without_line_breaks_and_with_stray_spaces_it_reads_the_same() -> None:
    spaced = notice(2026).replace("\n", " ").replace("月", " 月 ").replace("（", " (").replace("）", ") ")
    assert parse(spaced).days == read(2026).days
    wide = notice(2026).translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    assert parse(wide).days == read(2026).days


FORM = "2027年部分节假日安排 国办发明电〔2026〕9号\n一、元旦：{}"


def said(text: str, **more: object) -> str:
    with pytest.raises(Invalid) as refused:
        parse(text, **more)  # type: ignore[arg-type]
    return "；".join(f"{one.field} {one}" for one in refused.value.findings)


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("1月1日至3日放假，共4天。", "3 天，与写明的 4 天不符"),
        ("1月1日放假2天。", "1 天，与写明的 2 天不符"),
        ("1月1日（星期四）放假。", "2027年1月1日是星期五"),
        ("1月1日放假。1月3日（星期六）上班。", "2027年1月3日是星期日"),
        ("1月1日放假。1月4日上班。", "本来上班"),
        ("1月1日至3日放假。1月2日上班。", "既写放假又写上班"),
        ("1月3日至1日放假。", "起止日期不对"),
        ("1月1日至4月1日放假。", "起止日期不对"),
        ("2月30日放假。", "没有这个日期"),
        ("13月1日放假。", "没有这个日期"),
        ("2026年11月30日放假。", "不属于2027年"),
        ("2028年1月1日放假。", "不属于2027年"),
        ("1月6日放假，与周末连休。", "不与周末相连"),
        ("1月1日前后放假若干天。", "没有读懂"),
        ("放假安排另行通知。", "没有放假或者上班的日期"),
    ],
)
def test_what_contradicts_itself_is_named(body: str, complaint: str) -> None:
    assert complaint in said(FORM.format(body))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "请粘贴"),
        ("  \n", "请粘贴"),
        ("元旦：1月1日放假。", "year "),
        ("2027年元旦：1月1日放假。", "document "),
        ("甲" * 8001, "不超过"),
    ],
)
def test_what_is_missing_is_asked_for(text: str, complaint: str) -> None:
    assert complaint in said(text)


def test_every_complaint_is_told_at_once() -> None:
    text = said(FORM.format("1月1日至3日放假，共4天。1月5日上班。"))
    assert "不符" in text and "本来上班" in text


@settings(max_examples=200, deadline=None)
@given(text=st.text(alphabet="元旦春节1234567890年月日至、，。：（）放假上班补休共天 \n周六", max_size=120))
def test_whatever_is_pasted_it_reads_or_refuses(text: str) -> None:
    try:
        found = parse(f"2027年部分节假日安排国办发明电〔2026〕9号{text}")
    except Invalid as refused:
        assert refused.findings
    else:
        assert found.days and all(one.day.year in (2026, 2027) for one in found.days)
