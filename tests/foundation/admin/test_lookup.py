"""Choosing a related row: few at a time, only those one may choose, with and without a script."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.foundation import access
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Site, Unit
from tests.foundation.admin.test_lists import fill
from tests.foundation.admin.world import WULING

UNITS = "/probe-sites/lookup/unit"
OFFICES = "/probe-sites/lookup/host_desk"


def found(client: FlaskClient, url: str) -> list[str]:
    return [row["text"] for row in client.get(url).get_json()["results"]]


def test_each_is_offered_ones_own(browse: Any) -> None:
    assert found(browse("wuling.clerk"), UNITS) == ["武陵第1单位", "武陵第2单位", "武陵第3单位"]
    assert found(browse("dingcheng.clerk"), UNITS) == ["鼎城第1单位", "鼎城第2单位", "鼎城第3单位"]
    assert found(browse("wuling.clerk"), OFFICES) == ["武陵区编办"]


def test_what_one_only_sees_is_not_offered_for_writing(browse: Any) -> None:
    """The city sees its counties' units; a site may be added to its own only."""
    assert found(browse("changde.clerk"), UNITS) == ["市第1单位", "市第2单位", "市第3单位"]
    assert len(found(browse("changde.clerk"), "/probe-pages/lookup/unit")) == 9


def test_a_term_narrows(wuling: FlaskClient) -> None:
    assert found(wuling, UNITS + "?term=第2") == ["武陵第2单位"]
    assert found(wuling, UNITS + "?term=00000003") == ["武陵第3单位"]
    assert found(wuling, UNITS + "?term=鼎城") == []
    assert found(wuling, UNITS + "?term=%25") == []
    assert found(wuling, UNITS + "?term=_") == []


def test_whoever_may_not_choose_is_refused(browse: Any) -> None:
    assert browse("wuling.auditor").get(UNITS).status_code == 403
    assert browse("wuling.auditor").get("/probe-pages/lookup/unit").status_code == 200
    stranger = browse(None).get(UNITS)
    assert stranger.status_code == 302
    assert "/login/" in stranger.location


def test_rows_come_in_small_pages(app: Flask, wuling: FlaskClient, statements: Any) -> None:
    fill(app, 45)
    with statements() as found_statements:
        first = wuling.get(UNITS).get_json()
    assert len(first["results"]) == 20
    assert first["pagination"] == {"more": True}
    assert len(found_statements) <= 6
    second, third = (wuling.get(f"{UNITS}?page={page}").get_json() for page in (2, 3))
    ids = [row["id"] for answer in (first, second, third) for row in answer["results"]]
    assert len(ids) == len(set(ids)) == 48
    assert third["pagination"] == {"more": False}
    assert wuling.get(f"{UNITS}?page=999999999").get_json()["results"] == []


def test_a_form_holds_one_option_only(app: Flask, wuling: FlaskClient, ids: dict[str, int]) -> None:
    fill(app, 45)
    new = wuling.get("/probe-sites/add").text
    assert re.findall(r"<option[^>]*>([^<]+)</option>", _select(new, "unit")) == ["（未选择）"]
    old = wuling.get(f"/probe-sites/edit/{ids['武陵第1单位网']}").text
    assert re.findall(r"<option[^>]*>([^<]+)</option>", _select(old, "unit")) == ["（未选择）", "武陵第1单位"]


def _select(text: str, name: str) -> str:
    part = re.search(rf'<select id="{name}".*?</select>', text, re.S)
    assert part is not None
    return part[0]


def test_without_a_script_the_button_finds_and_nothing_is_lost(
    app: Flask, wuling: FlaskClient, ids: dict[str, int]
) -> None:
    with app.app_context(), access.acting_as(access.system("tests", over="0.")):
        before = len(db.session.scalars(db.select(Site)).all())
    data = {"name": "没写完", "_find": "unit", "unit-term": "第2", "host_desk-term": "x"}
    answer = wuling.post("/probe-sites/add", data=data)
    assert answer.status_code == 200
    assert 'value="没写完"' in answer.text
    assert "field bad" not in answer.text
    assert f'<option value="{ids["武陵第2单位"]}">武陵第2单位</option>' in _select(answer.text, "unit")
    assert "找到 1 项" in answer.text
    with app.app_context(), access.acting_as(access.system("tests", over="0.")):
        assert len(db.session.scalars(db.select(Site)).all()) == before
    none = wuling.post("/probe-sites/add", data={**data, "unit-term": "鼎城"})
    assert "没有符合的项目" in none.text
    assert "鼎城第" not in none.text


def test_the_button_keeps_the_choice_made(wuling: FlaskClient, ids: dict[str, int]) -> None:
    chosen = ids["武陵第3单位"]
    answer = wuling.post("/probe-sites/add", data={"unit": chosen, "_find": "unit", "unit-term": "第2"})
    assert f'<option value="{chosen}" selected>武陵第3单位</option>' in _select(answer.text, "unit")


def test_a_choice_out_of_reach_does_not_tell_its_name(wuling: FlaskClient, ids: dict[str, int]) -> None:
    answer = wuling.post("/probe-sites/add", data={"name": "x", "unit": ids["鼎城第1单位"], "hosting": "own"})
    assert "（所选对象无效，请重新选择）" in _select(answer.text, "unit")
    assert "鼎城" not in answer.text


@pytest.mark.parametrize("name", ['<script>alert("1")</script>', "a&b\"'"])
def test_labels_are_escaped(app: Flask, wuling: FlaskClient, ids: dict[str, int], name: str) -> None:
    with app.app_context(), access.acting_as(access.system("tests", over="0.")), transaction() as session:
        session.get_one(Unit, ids["武陵第1单位"]).name = name
    text = wuling.get(f"/probe-sites/edit/{ids['武陵第1单位网']}").text
    assert name not in text
    assert name not in wuling.get("/probe-sites/list/").text
    assert found(wuling, UNITS + "?term=00000001") == [name]


def test_answers_are_not_kept_by_the_browser(wuling: FlaskClient) -> None:
    assert wuling.get(UNITS).headers["Cache-Control"] == "no-store"
    assert WULING not in wuling.get(UNITS).text
