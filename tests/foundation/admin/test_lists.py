"""Lists: each sees its own, pages are small, counted only so far, and cost few statements."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.foundation import access, clock
from app.foundation.admin import interface
from app.foundation.admin.interface import BoundedCount
from app.foundation.database import db, transaction
from app.foundation.tenancy import service as tenancy
from app.foundation.tenancy.models import Office, Site, Unit
from tests.foundation.admin.world import WULING

LIST = "/probe-units/list/"


def names(text: str) -> list[str]:
    """The first cell of each row, in order."""
    return re.findall(r'<a class="row"[^>]*>([^<]+)</a>', text)


def fill(app: Flask, count: int) -> None:
    """More units in 武陵, each with a supervising unit and a site."""
    with app.app_context(), access.acting_as(access.system("tests", over="0.")), transaction() as session:
        home = session.scalar(db.select(Office).where(Office.path == WULING))
        above = session.scalar(db.select(Unit).where(Unit.account == "00000001"))
        for number in range(count):
            unit = Unit(
                account=f"1{number:07d}", name=f"增补{number:04d}", nature="organ", rank="division",
                home_id=home.id, supervisor_id=above.id,
            )  # fmt: skip
            tenancy.assign(unit)
            session.add(unit)
            session.flush()
            session.add(Site(name=f"增补网{number:04d}", unit_id=unit.id))


def test_each_sees_its_own(browse: Any) -> None:
    assert names(browse("wuling.clerk").get(LIST).text) == ["武陵第1单位", "武陵第2单位", "武陵第3单位"]
    assert names(browse("dingcheng.clerk").get(LIST).text) == ["鼎城第1单位", "鼎城第2单位", "鼎城第3单位"]
    assert len(names(browse("changde.clerk").get(LIST).text)) == 9


def test_nobody_is_sent_to_sign_in(browse: Any) -> None:
    answer = browse(None).get(LIST)
    assert answer.status_code == 302
    assert "/login/" in answer.location


def test_a_filter_narrows(wuling: FlaskClient) -> None:
    assert names(wuling.get(LIST + "?_flt_0_name=第2").text) == ["武陵第2单位"]
    assert names(wuling.get(LIST + "?_flt_0_nature=institution").text) == ["武陵第3单位"]
    assert names(wuling.get(LIST + "?_flt_0_administrative=y").text) == ["武陵第1单位"]
    assert names(wuling.get(LIST + "?_flt_1_account=00000003").text) == ["武陵第3单位"]
    assert names(wuling.get(LIST + "?_flt_1_created_at=2000-01-01&_flt_0_name=第1").text) == ["武陵第1单位"]
    assert names(wuling.get(LIST + "?_flt_2_created_at=2000-01-01&_flt_0_name=第1").text) == []


@pytest.mark.parametrize("term", ["%", "_", "/", "第%单位", "' OR 1=1 --"])
def test_wildcards_are_only_characters(wuling: FlaskClient, term: str) -> None:
    answer = wuling.get(LIST, query_string={"_flt_0_name": term})
    assert answer.status_code == 200
    assert names(answer.text) == []


def test_a_filter_never_reaches_beyond_the_scope(wuling: FlaskClient) -> None:
    answer = wuling.get(LIST + "?_flt_0_name=鼎城")
    assert names(answer.text) == []
    assert "鼎城第" not in answer.text


def test_an_upper_day_includes_the_whole_day(app: Flask, wuling: FlaskClient) -> None:
    with app.app_context(), access.acting_as(access.system("tests", over="0.")):
        made = db.session.scalar(db.select(Unit.created_at).where(Unit.account == "00000001"))
    day = clock.localise(made).date().isoformat()
    assert "武陵第1单位" in names(wuling.get(LIST + f"?_flt_2_created_at={day}").text)
    assert "武陵第1单位" in names(wuling.get(LIST + f"?_flt_1_created_at={day}").text)


def test_order_goes_both_ways(wuling: FlaskClient) -> None:
    up = names(wuling.get(LIST + "?_oc_UnitProbe=name&_od_UnitProbe=asc").text)
    down = names(wuling.get(LIST + "?_oc_UnitProbe=name&_od_UnitProbe=desc").text)
    assert up == sorted(up)
    assert down == up[::-1]


def test_filters_are_remembered_until_cleared(wuling: FlaskClient) -> None:
    wuling.get(LIST + "?_flt_0_name=第2")
    again = wuling.get(LIST)
    assert names(again.text) == ["武陵第2单位"]
    assert "“第2”" in again.text
    assert len(names(wuling.get(LIST + "?_all=1").text)) == 3
    assert len(names(wuling.get(LIST).text)) == 3


def test_a_remembered_filter_that_no_longer_fits_is_dropped(wuling: FlaskClient) -> None:
    with wuling.session_transaction() as session:
        session["lists"] = {"UnitProbe": "_flt_0_gone=1"}
    answer = wuling.get(LIST)
    assert answer.status_code == 200
    assert len(names(answer.text)) == 3


def test_a_page_past_the_end_is_the_last_one(app: Flask, wuling: FlaskClient) -> None:
    fill(app, 27)
    first = wuling.get(LIST)
    assert len(names(first.text)) == 25
    assert "共 30 条" in first.text
    last = names(wuling.get(LIST + "?page_UnitProbe=1").text)
    assert len(last) == 5
    assert not set(last) & set(names(first.text))
    assert names(wuling.get(LIST + "?page_UnitProbe=99999999999999999999").text) == last


def test_a_page_size_is_clamped(app: Flask, wuling: FlaskClient) -> None:
    fill(app, 110)
    assert len(names(wuling.get(LIST + "?psize_UnitProbe=999999").text)) == 100
    assert len(names(wuling.get(LIST + "?psize_UnitProbe=999999&page_UnitProbe=1").text)) == 13
    assert len(names(wuling.get(LIST + "?psize_UnitProbe=0").text)) == 1


def test_the_count_stops(
    app: Flask, wuling: FlaskClient, monkeypatch: pytest.MonkeyPatch, statements: Any
) -> None:
    monkeypatch.setattr(interface, "COUNT_LIMIT", 26)
    monkeypatch.setattr(BoundedCount.__new__, "__defaults__", (26,))
    fill(app, 40)
    with statements() as found:
        answer = wuling.get(LIST)
    assert "共 26+ 条" in answer.text
    counted = [one for one in found if "count(" in one.lower()]
    assert len(counted) == 1
    assert "LIMIT" in counted[0]


def test_a_count_says_when_it_stopped() -> None:
    assert str(BoundedCount(9_999)) == "9999"
    assert str(BoundedCount(10_000)) == "10000"
    assert str(BoundedCount(10_001)) == "10000+"
    assert BoundedCount(25_000) == 10_000
    assert f"{BoundedCount(3)!s}" == "3"


@pytest.mark.parametrize(
    "address", [LIST, LIST + "?page_UnitProbe=2", "/probe-sites/list/?psize_SiteProbe=50"]
)
def test_a_list_page_costs_at_most_eight_statements(
    app: Flask, wuling: FlaskClient, statements: Any, address: str
) -> None:
    fill(app, 80)
    with statements() as found:
        answer = wuling.get(address)
    assert len(names(answer.text)) >= 25
    assert len(found) <= 8, found


def test_a_deep_page_finds_keys_first(app: Flask, wuling: FlaskClient, statements: Any) -> None:
    fill(app, 60)
    with statements() as found:
        wuling.get(LIST + "?page_UnitProbe=1&_oc_UnitProbe=name&_od_UnitProbe=desc")
    paged = [one for one in found if "ORDER BY unit.name DESC, unit.id DESC" in one]
    assert len(paged) == 1
    inner = re.search(r"\(SELECT (.*?) FROM unit", paged[0].replace("\n", " "))
    assert inner is not None
    assert inner[1].count(",") == 0


def test_pages_neither_repeat_nor_skip(app: Flask, wuling: FlaskClient, statements: Any) -> None:
    """Ordered by a column that is the same in every row, only the key keeps pages apart."""
    fill(app, 57)
    address = LIST + "?psize_UnitProbe=20&_oc_UnitProbe=rank&page_UnitProbe="
    with statements() as found:
        seen = [name for page in range(3) for name in names(wuling.get(f"{address}{page}").text)]
    assert len(set(seen)) == len(seen) == 60
    assert any("ORDER BY unit.rank ASC, unit.id ASC" in one for one in found)


def test_chips_show_states_and_filter_by_them(wuling: FlaskClient) -> None:
    text = wuling.get(LIST + "?_flt_0_nature=organ").text
    assert '<span class="chip b">机关</span>' in text
    assert re.search(r'class="pick on"[^>]*>机关<', text)
    assert re.search(r'href="[^"]*_flt_0_nature=institution[^"]*"[^>]*>事业单位<', text)


def test_addresses_on_the_page_keep_the_filter(wuling: FlaskClient) -> None:
    text = wuling.get(LIST + "?_flt_0_name=单位&psize_UnitProbe=1").text
    forward = re.search(r'href="([^"]*page_UnitProbe=1[^"]*)"[^>]*rel="next"', text)
    assert forward is not None
    assert names(wuling.get(forward[1].replace("&amp;", "&")).text) == ["武陵第2单位"]
    remove = re.search(r'class="pick on" href="([^"]+)">[^<]*“单位”', text)
    assert remove is not None
    assert "_flt_0_name" not in remove[1]
    assert "psize_UnitProbe=1" in remove[1]


@pytest.mark.parametrize("name", ["endpoint", "_anchor", "_method", "_scheme", "_external"])
def test_arguments_that_mean_something_to_url_for_mean_nothing_in_an_address(
    wuling: FlaskClient, name: str
) -> None:
    answer = wuling.get(f"{LIST}?{name}=x&_flt_0_nature=organ")
    assert answer.status_code == 200 and f"{name}=x" not in answer.text


def test_an_empty_list_says_why(app: Flask, browse: Any) -> None:
    nothing = browse("wuling.clerk").get(LIST + "?_flt_0_name=没有这样的名称")
    assert "没有符合条件的记录" in nothing.text
    with app.app_context(), access.acting_as(access.system("tests", over="0.")), transaction() as session:
        for row in (*session.scalars(db.select(Site)), *session.scalars(db.select(Unit))):
            session.delete(row)
            session.flush()
    empty = browse("wuling.clerk").get(LIST + "?_all=1")
    assert "还没有登记单位" in empty.text
    assert "请先登记。" in empty.text


def test_a_row_shows_values_as_people_read_them(wuling: FlaskClient) -> None:
    text = wuling.get(LIST).text
    assert re.search(r"<div>是</div>", text)
    assert re.search(r"\d{4}年\d+月\d+日（周.）\d\d:\d\d", text)
    assert "None" not in text


def test_a_row_below_another_is_scoped_too(browse: Any, ids: dict[str, int]) -> None:
    text = browse("wuling.clerk").get(f"/probe-units/show/{ids['武陵第1单位']}").text
    assert "武陵第1单位网" in text
    assert "武陵第2单位网" not in text
    assert browse("dingcheng.clerk").get(f"/probe-units/show/{ids['武陵第1单位']}").status_code == 404
