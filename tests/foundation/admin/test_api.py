"""The API: a token or a session, one's own rows, only the columns offered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.foundation import access
from app.foundation.database import db
from app.foundation.tenancy.models import Person, Post
from tests.foundation.admin.test_lists import fill
from tests.foundation.admin.world import PASSWORD, WULING

UNITS = "/api/v1/probe-units/"


def token(client: FlaskClient, username: str) -> dict[str, str]:
    body = {"username": username, "password": PASSWORD, "provider": "db"}
    answer = client.post("/api/v1/security/login", json=body)
    assert answer.status_code == 200
    return {"Authorization": f"Bearer {answer.get_json()['access_token']}"}


def rows(client: FlaskClient, q: str = "", **kwargs: Any) -> list[dict[str, Any]]:
    answer = client.get(UNITS, query_string={"q": q} if q else {}, **kwargs)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.get_json()["result"]
    return found


@pytest.mark.parametrize(
    ("username", "prefix", "count"),
    [("wuling.clerk", "武陵", 3), ("dingcheng.clerk", "鼎城", 3), ("changde.clerk", "", 9)],
)
def test_a_token_shows_ones_own(app: Flask, username: str, prefix: str, count: int) -> None:
    client = app.test_client()
    found = rows(client, headers=token(client, username))
    assert len(found) == count
    assert all(row["name"].startswith(prefix) for row in found)


def test_a_session_shows_ones_own(wuling: FlaskClient) -> None:
    assert {row["review_path"] for row in rows(wuling)} == {WULING}


def test_a_row_lists_what_is_offered_and_no_more(wuling: FlaskClient) -> None:
    row = rows(wuling)[0]
    assert set(row) == {"id", "review_path", "name", "account", "home", "administrative", "created_at"}
    assert row["home"] == {"short_name": "武陵区编办"}
    assert row["administrative"] is True
    assert isinstance(row["review_path"], str)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Bearer a.b.c"},
        {"Authorization": "Basic eDp5"},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer \u00ff"},
    ],
)
def test_without_a_valid_token_there_is_nothing(app: Flask, headers: dict[str, str]) -> None:
    for path in ("", "1", "_info"):
        answer = app.test_client().get(UNITS + path, headers=headers)
        assert answer.status_code == 401
        assert "令牌" in answer.get_json()["message"]


def test_a_token_of_somebody_gone_opens_nothing(app: Flask) -> None:
    client = app.test_client()
    headers = token(client, "wuling.clerk")
    assert rows(client, headers=headers)
    with app.app_context(), access.acting_as(access.system("tests", over="0.")):
        db.session.execute(db.update(Person).where(Person.username == "wuling.clerk").values(active=False))
        db.session.commit()
    assert client.get(UNITS, headers=headers).status_code == 401


def test_another_persons_row_is_not_found(browse: Any, ids: dict[str, int]) -> None:
    own, foreign = ids["武陵第1单位"], ids["鼎城第1单位"]
    wuling = browse("wuling.clerk")
    assert wuling.get(f"{UNITS}{own}").get_json()["result"]["name"] == "武陵第1单位"
    answer = wuling.get(f"{UNITS}{foreign}")
    assert answer.status_code == 404
    assert "鼎城" not in answer.text
    assert "没有找到" in answer.get_json()["message"]


def test_whoever_has_no_post_for_it_is_refused(app: Flask, browse: Any) -> None:
    client = browse("wuling.clerk")
    with app.app_context(), access.acting_as(access.system("tests", over="0.")):
        person = db.session.scalar(db.select(Person.id).where(Person.username == "wuling.clerk"))
        db.session.execute(db.delete(Post).where(Post.person_id == person))
        db.session.commit()
    answer = client.get(UNITS)
    assert answer.status_code == 403
    assert "message" in answer.get_json()


def test_filters_narrow_within_the_scope(wuling: FlaskClient) -> None:
    def by(*conditions: tuple[str, str, str]) -> list[str]:
        listed = ",".join(f"(col:{col},opr:{opr},value:{value})" for col, opr, value in conditions)
        return [row["name"] for row in rows(wuling, f"(filters:!({listed}))")]

    assert by(("name", "ct", "第2")) == ["武陵第2单位"]
    assert by(("name", "sw", "武陵第3")) == ["武陵第3单位"]
    assert by(("name", "sw", "第3")) == []
    assert by(("name", "eq", "武陵第1单位")) == ["武陵第1单位"]
    assert by(("name", "neq", "武陵第1单位")) == ["武陵第2单位", "武陵第3单位"]
    assert by(("name", "in", "!(武陵第1单位,鼎城第1单位)")) == ["武陵第1单位"]
    assert by(("name", "not_in", "!(武陵第1单位)")) == ["武陵第2单位", "武陵第3单位"]
    assert by(("administrative", "eq", "!t")) == ["武陵第1单位"]
    assert by(("administrative", "eq", "!f")) == ["武陵第2单位", "武陵第3单位"]
    assert by(("name", "ct", "鼎城")) == []
    assert by(("created_at", "gt", "'2000-01-01'"), ("account", "eq", "'00000001'")) == ["武陵第1单位"]
    assert by(("id", "gt", "1"), ("id", "le", "2")) == ["武陵第2单位"]


def test_json_is_understood_like_rison(wuling: FlaskClient) -> None:
    q = '{"filters": [{"col": "name", "opr": "ct", "value": "第2"}], "columns": ["id", "name"]}'
    assert rows(wuling, q) == rows(wuling, "(filters:!((col:name,opr:ct,value:第2)),columns:!(id,name))")
    assert set(rows(wuling, q)[0]) == {"id", "name"}


def test_pages_are_clamped_and_deep_ones_go_by_id(app: Flask, wuling: FlaskClient, statements: Any) -> None:
    fill(app, 130)
    with statements() as found:
        assert len(rows(wuling, "(page_size:100000)")) == 100
    assert len(found) <= 8
    assert len(rows(wuling, "(page_size:-1)")) == 100
    assert len(rows(wuling)) == 20
    assert rows(wuling, "(page:9999,page_size:1)") == []
    seen, last = [], 0
    while batch := rows(wuling, f"(filters:!((col:id,opr:gt,value:{last})),page_size:50)"):
        seen += [row["id"] for row in batch]
        last = seen[-1]
    assert len(seen) == len(set(seen)) == 133
    answer = wuling.get(UNITS, query_string={"q": "(page:100,page_size:100)"})
    assert answer.status_code == 400
    assert "id" in answer.get_json()["message"]


def test_count_and_order(wuling: FlaskClient) -> None:
    body = wuling.get(UNITS, query_string={"q": "(order_column:name,order_direction:desc)"}).get_json()
    assert [row["name"] for row in body["result"]] == ["武陵第3单位", "武陵第2单位", "武陵第1单位"]
    assert (body["count"], body["count_more"]) == (3, False)
    assert body["ids"] == [row["id"] for row in body["result"]]


def test_info_tells_nothing_of_others(browse: Any) -> None:
    answer = browse("wuling.clerk").get(UNITS + "_info")
    body = answer.get_json()
    assert set(body) == {"permissions", "list_columns", "show_columns", "order_columns", "search_columns"}
    assert body["permissions"] == ["can_get", "can_info"]
    assert set(body["search_columns"]) == {"id", "name", "account", "administrative", "created_at"}
    for word in ("武陵", "鼎城", "市编办", "supervisor"):
        assert word not in answer.text
    only = browse("wuling.clerk").get(UNITS + "_info", query_string={"q": "(keys:!(permissions))"})
    assert set(only.get_json()) == {"permissions"}


def test_keys_choose_what_is_told(wuling: FlaskClient) -> None:
    none = wuling.get(UNITS, query_string={"q": "(keys:!(none))"}).get_json()
    assert set(none) == {"count", "count_more", "ids", "result"}
    titled = wuling.get(UNITS, query_string={"q": "(keys:!(list_title))"}).get_json()
    assert titled["list_title"] == "单位"


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_nothing_is_written(wuling: FlaskClient, ids: dict[str, int], method: str) -> None:
    for path in ("", str(ids["武陵第1单位"])):
        answer = getattr(wuling, method)(UNITS + path, json={"name": "改名"})
        assert answer.status_code == 405
        assert "message" in answer.get_json()
    assert rows(wuling)[0]["name"] == "武陵第1单位"


def test_the_document_describes_it(app: Flask) -> None:
    answer = app.test_client().get("/api/v1/_openapi")
    assert answer.status_code == 200
    body = answer.get_json()
    assert set(body["paths"]) >= {UNITS, UNITS + "{pk}", UNITS + "_info"}
    assert set(body["paths"][UNITS]) == {"get"}
    schema = body["components"]["schemas"]["UnitProbeApi.get_list"]["properties"]
    assert schema["review_path"]["type"] == schema["name"]["type"] == "string"
    used = set(_references(body["paths"]))
    assert used
    for reference in used:
        kind, name = reference.removeprefix("#/components/").split("/")
        assert name in body["components"][kind], reference


def _references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if "$ref" in node else []
        return own + [one for value in node.values() for one in _references(value)]
    return [one for value in node for one in _references(value)] if isinstance(node, list) else []


def test_the_document_is_served_where_the_page_is_off(make_app: Callable[..., Flask]) -> None:
    app = make_app(FAB_API_SWAGGER_UI=False)
    client = app.test_client()
    assert client.get("/api/v1/_openapi").status_code == 200
    assert client.get("/swagger/v1").status_code == 404
    assert client.get("/api/v9/_openapi").status_code == 404
