"""Survey sheets over the API: what one sees and nothing else, read only, without the people named on them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.foundation import access
from app.foundation.database import db
from app.plugins.surveys.models import SurveySheet

Browse = Callable[[str], FlaskClient]


def _list(client: FlaskClient, **asked: Any) -> dict[str, Any]:
    answer = client.get(f"/api/v1/surveys/?q={quote(json.dumps({'page_size': 100, **asked}))}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return found


def _id(app: Flask, account: str) -> int:
    with app.app_context(), access.acting_as(access.system("tests", over="0.")):
        return db.session.scalars(
            select(SurveySheet.id).where(SurveySheet.account == account, SurveySheet.filing_desk_id.is_(None))
        ).one()


def test_a_row_has_what_others_need(hall: Flask, browse: Browse) -> None:
    pk = _id(hall, "41840007")
    row = browse("changde.clerk").get(f"/api/v1/surveys/{pk}").get_json()["result"]
    assert {name: row[name] for name in ("id", "account", "name", "state", "review_path", "site_count", "no_website")} == {
        "id": pk, "account": "41840007", "name": "常德市教育局", "state": "accepted", "review_path": "0.43.07.",
        "site_count": 2, "no_website": False,
    }  # fmt: skip
    assert row["submitted_at"].startswith("2014-11-18T02:30")
    assert row["accepted_at"].startswith("2014-11-20T07:00")
    assert isinstance(row["campaign_id"], int)
    for name in ("leader", "contact", "phone", "email"):
        assert name not in row


@pytest.mark.parametrize(
    ("username", "count"),
    [
        ("changde.clerk", 51),
        ("hunan.auditor", 51),
        ("central.reviewer", 51),
        ("wuling.reviewer", 2),
        ("dingcheng.reviewer", 3),
        ("liuyehu.reviewer", 2),
        ("changde.egov", 2),
        ("taohuayuan.coordinator", 2),
        ("zfwz.coordinator", 1),
        ("renshe.coordinator", 2),
        ("unit.dingcheng", 1),
    ],
)
def test_each_sees_its_own(browse: Browse, username: str, count: int) -> None:
    found = _list(browse(username))
    assert found["count"] == len(found["result"]) == count


def test_anothers_sheet_is_not_there(hall: Flask, browse: Browse) -> None:
    pk = _id(hall, "41840037")
    assert browse("dingcheng.reviewer").get(f"/api/v1/surveys/{pk}").status_code == 200
    assert browse("wuling.reviewer").get(f"/api/v1/surveys/{pk}").status_code == 404
    assert browse("changde.egov").get(f"/api/v1/surveys/{pk}").status_code == 404
    assert browse("dingcheng.reviewer").get("/api/v1/surveys/99999999999999999999").status_code == 404


def test_it_filters_orders_and_pages(browse: Browse) -> None:
    client = browse("changde.clerk")
    waiting = _list(
        client, filters=[{"col": "state", "opr": "eq", "value": "submitted"}], order_column="account"
    )
    accounts = [row["account"] for row in waiting["result"]]
    assert len(accounts) == 12
    assert accounts == sorted(accounts)
    first = _list(client, page_size=20)
    after = _list(client, page_size=20, filters=[{"col": "id", "opr": "gt", "value": first["ids"][-1]}])
    assert not set(first["ids"]) & set(after["ids"])


def test_it_only_reads(hall: Flask, browse: Browse) -> None:
    client, pk = browse("changde.clerk"), _id(hall, "41840007")
    assert client.post("/api/v1/surveys/", json={"state": "accepted"}).status_code == 405
    assert client.put(f"/api/v1/surveys/{pk}", json={"state": "accepted"}).status_code == 405
    assert client.delete(f"/api/v1/surveys/{pk}").status_code == 405


@pytest.mark.parametrize(
    "asked", ["(", "(filters:!((col:leader,opr:eq,value:x)))", "(order_column:phone)", "(page:-1)"]
)
def test_what_cannot_be_asked_is_refused(browse: Browse, asked: str) -> None:
    answer = browse("changde.clerk").get(f"/api/v1/surveys/?q={quote(asked)}")
    assert answer.status_code == 400
    assert answer.get_json()["message"]


def test_strangers_and_others_are_turned_away(hall: Flask, browse: Browse) -> None:
    assert hall.test_client().get("/api/v1/surveys/").status_code == 401
    assert browse("conac.registrar").get("/api/v1/surveys/").status_code == 403
