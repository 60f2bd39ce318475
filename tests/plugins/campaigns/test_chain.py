"""The three real documents: central, provincial, municipal; the nearest binds, the upper ones stay in sight (C-3, P-1, S3)."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from app.foundation import access
from app.plugins.campaigns import binding, duties, queries
from app.plugins.campaigns.duties import OFFICE, UNIT, Stand
from app.plugins.campaigns.rules import Plan, Timetable, Whose
from tests.plugins.surveys.ground import As, SignIn, named

CENTRE, HUNAN, CHANGSHA, FURONG, CHANGDE, WULING = (
    "0.",
    "0.43.",
    "0.43.01.",
    "0.43.01.02.",
    "0.43.07.",
    "0.43.07.02.",
)


@pytest.fixture
def before(app: Flask) -> Timetable:
    with access.acting_as(access.system("tests", over="0.")):
        return queries.reaching("0.")


@pytest.fixture
def table(app: Flask, before: Timetable) -> Timetable:
    result = app.test_cli_runner().invoke(args=["campaigns", "load"], catch_exceptions=False)
    assert (
        "已印发：中央编办发〔2014〕69号" in result.output and "没有变化：常编办发〔2014〕9号" in result.output
    )
    with access.acting_as(access.system("tests", over="0.")):
        return queries.reaching("0.")


def plan_of(table: Timetable, document: str) -> Plan:
    return next(one for one in table.plans if one.document == document)


@pytest.mark.parametrize("kind", ["survey", "filing", "finish"])
@pytest.mark.parametrize("track", ["organ", "institution", None])
@pytest.mark.parametrize(
    "whose",
    [
        Whose(CHANGDE), Whose(CHANGDE, "0.43.07.thy."), Whose(CHANGDE, "0.43.07.rsj."), Whose(WULING),
        Whose("0.43.07.z2."),
    ],
)  # fmt: skip
def test_no_date_of_changde_moves_when_the_upper_documents_come(
    before: Timetable, table: Timetable, kind: str, track: str | None, whose: Whose
) -> None:
    was, now = before.deadline(kind, whose, track), table.deadline(kind, whose, track)
    assert (was and (was.date, was.source, was.set_by)) == (now and (now.date, now.source, now.set_by))


@pytest.mark.parametrize(
    ("kind", "path", "track", "expected"),
    [
        ("survey", HUNAN, "organ", (date(2014, 11, 10), "湘编办发〔2014〕9号 第五部分第（二）项")),
        ("finish", HUNAN, "institution", (date(2014, 12, 31), "湘编办发〔2014〕9号 第一部分")),
        ("finish", CHANGSHA, "organ", (date(2014, 11, 30), "湘编办发〔2014〕9号 第一部分")),
        ("finish", FURONG, "organ", (date(2014, 11, 30), "湘编办发〔2014〕9号 第一部分")),
        ("finish", "0.42.05.", "organ", (date(2014, 12, 31), "中央编办发〔2014〕69号 正文（2015年前）")),
        ("hanging", WULING, "institution", (date(2014, 12, 31), "中央编办发〔2014〕69号 第二部分")),
        ("survey", CHANGSHA, "organ", None),
        ("filing", CENTRE, "organ", None),  # 10-31 is a window (C-3)
        ("filing", WULING, "organ", None),
    ],
)
def test_the_nearest_document_binds_and_windows_never(
    table: Timetable, kind: str, path: str, track: str, expected: tuple[date, str] | None
) -> None:
    found = table.deadline(kind, Whose(path), track)
    assert (found and (found.date, found.source)) == expected


def test_the_chain_is_followed_upwards_and_downwards(table: Timetable) -> None:
    centre, province, city = (
        plan_of(table, number)
        for number in ("中央编办发〔2014〕69号", "湘编办发〔2014〕9号", "常编办发〔2014〕9号")
    )
    assert binding.above(table.plans, city.office_path, city.carries_out) == [province, centre]
    assert set(centre.ids) == {centre.id, province.id, city.id} and city.ids == (city.id,)
    ends = binding.ends_above([province, centre], CHANGDE)
    assert [(plan.document, step.due) for plan, step in ends] == [
        ("湘编办发〔2014〕9号", date(2014, 11, 30)),
        ("湘编办发〔2014〕9号", date(2014, 12, 31)),
        ("中央编办发〔2014〕69号", date(2014, 12, 31)),
    ]
    line = binding.line_above([province, centre], CHANGDE, "organ")
    assert line is not None and line.due == date(2014, 11, 30)


def test_an_office_owes_its_return_and_dates_nothing_it_arranges_itself(table: Timetable) -> None:
    province = plan_of(table, "湘编办发〔2014〕9号")
    asked = duties.of(province, [Stand(OFFICE, CHANGDE, "市办")], table)
    assert [duty.step.key for duty in asked] == ["city-return"]
    assert duties.may_set(province, CHANGDE, table) == []
    assert [step.key for step in duties.may_set(province, CHANGSHA, table)] == ["city-survey"]
    unit = duties.of(province, [Stand(UNIT, CHANGDE, "甲", nature="organ")], table)
    assert unit == []


def test_upper_dates_are_shown_beside_the_nearer_ones(table: Timetable, sign_in: SignIn, acting: As) -> None:
    text = sign_in("unit.czj").get("/campaigns/1/").get_data(as_text=True)
    assert "上级完成期限" in text and "湘编办发〔2014〕9号 第一部分" in text
    with acting("unit.czj"):
        upper = plan_of(queries.timetable(), "中央编办发〔2014〕69号")
    page = sign_in("unit.czj").get(f"/campaigns/{upper.id}/").get_data(as_text=True)
    assert "集中办理时间" in page and "对您有约束的时限" not in page
    assert named("财政局").nature == "organ"
