"""Actions: over rows one sees and may act on, all of them or none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.foundation.tenancy.models import Unit
from tests.foundation.admin.conftest import signed_in

Stored = Callable[[type[Any], int], Any]
POST = "/probe-units/action_post"


def test_one_row(wuling: FlaskClient, ids: dict[str, int], stored: Stored) -> None:
    key = ids["武陵第1单位"]
    assert wuling.post(f"/probe-units/action/rename/{key}").status_code == 302
    assert stored(Unit, key).short_name == "改过"


def test_ticked_rows_in_their_order(wuling: FlaskClient, ids: dict[str, int], stored: Stored) -> None:
    keys = [ids["武陵第3单位"], ids["武陵第1单位"], ids["武陵第3单位"]]
    answer = wuling.post(POST, data={"action": "peek", "rowid": keys})
    assert answer.get_json() == {"seen": ["武陵第3单位", "武陵第1单位"]}
    wuling.post(POST, data={"action": "rename", "rowid": keys})
    assert stored(Unit, keys[0]).short_name == stored(Unit, keys[1]).short_name == "改过"


def test_an_unseen_row_stops_all(browse: Any, ids: dict[str, int], stored: Stored) -> None:
    mine, foreign = ids["鼎城第1单位"], ids["武陵第1单位"]
    answer = browse("dingcheng.clerk").post(POST, data={"action": "rename", "rowid": [mine, foreign]})
    assert answer.status_code == 404
    assert stored(Unit, mine).short_name == stored(Unit, foreign).short_name == ""
    assert browse("dingcheng.clerk").post(f"/probe-units/action/rename/{foreign}").status_code == 404
    assert stored(Unit, foreign).short_name == ""


def test_a_seen_row_of_another_stops_all(browse: Any, ids: dict[str, int], stored: Stored) -> None:
    city = browse("changde.clerk")
    mine, lower = ids["市第1单位"], ids["武陵第1单位"]
    answer = city.post(POST, data={"action": "rename", "rowid": [mine, lower]})
    assert answer.status_code == 403
    assert "登记和修改" in answer.text
    assert stored(Unit, mine).short_name == ""
    assert city.post(f"/probe-units/action/rename/{lower}").status_code == 403
    assert city.post(POST, data={"action": "peek", "rowid": [mine, lower]}).status_code == 200


def test_whoever_lacks_the_act_is_refused_and_not_offered_it(
    browse: Any, ids: dict[str, int], stored: Stored
) -> None:
    auditor, key = browse("wuling.auditor"), ids["武陵第1单位"]
    assert auditor.post(f"/probe-units/action/rename/{key}").status_code == 403
    assert auditor.post(POST, data={"action": "rename", "rowid": [key]}).status_code == 403
    assert auditor.post(POST, data={"action": "rename"}).status_code == 403
    assert stored(Unit, key).short_name == ""
    text = auditor.get("/probe-units/list/").text
    assert 'value="peek"' in text
    assert 'value="rename"' not in text
    assert "/action/rename/" not in auditor.get(f"/probe-units/show/{key}").text
    assert "/action/rename/" in browse("wuling.clerk").get(f"/probe-units/show/{key}").text


def test_nobody_is_sent_to_sign_in(browse: Any, ids: dict[str, int], stored: Stored) -> None:
    key, stranger = ids["武陵第1单位"], browse(None)
    for answer in (
        stranger.post(f"/probe-units/action/rename/{key}"),
        stranger.post(POST, data={"action": "rename", "rowid": [key]}),
    ):
        assert answer.status_code == 302
        assert "/login/" in answer.location
    assert stored(Unit, key).short_name == ""


def test_an_action_is_never_a_link(wuling: FlaskClient, ids: dict[str, int], stored: Stored) -> None:
    key = ids["武陵第1单位"]
    assert wuling.get(f"/probe-units/action/rename/{key}").status_code == 405
    assert wuling.get(POST).status_code == 405
    assert stored(Unit, key).short_name == ""


def test_an_action_for_many_is_not_for_one(wuling: FlaskClient, ids: dict[str, int]) -> None:
    assert wuling.post(f"/probe-units/action/peek/{ids['武陵第1单位']}").status_code == 404


def test_nothing_ticked_says_so(wuling: FlaskClient) -> None:
    wuling.get("/probe-units/list/")
    answer = wuling.post(POST, data={"action": "rename"}, follow_redirects=True)
    assert answer.request.path == "/probe-units/list/"
    assert "请先勾选" in answer.text


@pytest.mark.parametrize("token", [None, "forged"])
def test_an_action_needs_its_token(
    make_app: Callable[..., Flask], ids: dict[str, int], stored: Stored, token: str | None
) -> None:
    client = signed_in(make_app(WTF_CSRF_ENABLED=True), "wuling.clerk")
    data = {"action": "rename", "rowid": [ids["武陵第1单位"]]} | ({"csrf_token": token} if token else {})
    assert client.post(POST, data=data).status_code == 400
    assert stored(Unit, ids["武陵第1单位"]).short_name == ""
