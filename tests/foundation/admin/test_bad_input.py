"""Whatever a person can send: refused by name, or harmless; never a fault of ours, on both databases."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from tests.foundation.admin import conftest

HUGE = "9" * 5000
QUERIES = {
    "page_UnitProbe=abc": "page_UnitProbe",
    "page_UnitProbe=-1": "page_UnitProbe",
    "page_UnitProbe=1.5": "page_UnitProbe",
    "page_UnitProbe=%F0%9D%9F%99": "page_UnitProbe",
    "psize_UnitProbe=x": "psize_UnitProbe",
    "_oc_UnitProbe=nonsense": "_oc_UnitProbe",
    "_oc_UnitProbe=credit_code": "_oc_UnitProbe",
    "_oc_UnitProbe=home.short_name": "_oc_UnitProbe",
    "_oc_UnitProbe=__class__": "_oc_UnitProbe",
    "_oc_UnitProbe=name&_od_UnitProbe=sideways": "_od_UnitProbe",
    "_flt_0_credit_code=1": "_flt_0_credit_code",
    "_flt_0_review_path=0.": "_flt_0_review_path",
    "_flt_0_home=1": "_flt_0_home",
    "_flt_0_nonsense=1": "_flt_0_nonsense",
    "_flt_9_name=1": "_flt_9_name",
    "_flt_99_name=1": "_flt_99_name",
    "_flt_x_name=1": "_flt_x_name",
    "_flt_=1": "_flt_",
    "_flt_0_administrative=maybe": "_flt_0_administrative",
    "_flt_1_created_at=yesterday": "_flt_1_created_at",
    "_flt_1_created_at=0001-01-01": "_flt_1_created_at",
    "_flt_2_created_at=9999-12-31": "_flt_2_created_at",
    "_flt_0_name=" + "x" * 201: "_flt_0_name",
    "_flt_0_name=" + "&_flt_0_name=".join(map(str, range(200))): "_flt_0_name",
    "_flt_0_name=a%00b": "_flt_0_name",
    "_flt_0_name=%FF%FE": "_flt_0_name",
    "_flt_0_name=" + quote("武陵", encoding="gbk"): "_flt_0_name",
    "%00=1": "□",
}
HARMLESS = [
    f"page_UnitProbe={HUGE}",
    "page_Elsewhere=abc",
    "_oc_Elsewhere=nonsense",
    "_flt_0_name=",
    "psize_UnitProbe=",
    f"psize_UnitProbe={HUGE}",
    "unknown=1",
    "_flt_0_name=%25%5F%27%22%3B--",
]
KEYS = [
    "abc",
    "0",
    "-1",
    "1.5",
    "1e3",
    HUGE,
    "2147483648",
    "99999999999999999999",
    "%00",
    "%FF",
    "1%00",
    "None",
    "１",
]


@pytest.fixture(params=["sqlite", "postgres"])
def client(request: pytest.FixtureRequest) -> FlaskClient:
    """A signed-in browser on each database."""
    found = request.getfixturevalue("app" if request.param == "sqlite" else "postgres_app")
    return conftest.signed_in(found, "wuling.clerk")


def test_bad_list_arguments_are_named(client: FlaskClient) -> None:
    for query, named in QUERIES.items():
        answer = client.get(f"/probe-units/list/?{query}")
        assert answer.status_code == 400, query[:60]
        assert named in answer.text, query[:60]
        assert "共 3 条" not in answer.text


def test_harmless_list_arguments_are_ignored(client: FlaskClient) -> None:
    for query in HARMLESS:
        assert client.get(f"/probe-units/list/?{query}").status_code == 200, query[:60]


def test_keys_that_are_none_are_not_found(client: FlaskClient) -> None:
    for key in KEYS:
        for path in ("probe-units/show", "probe-sites/edit", "api/v1/probe-units", "probe-pages"):
            if path != "probe-pages" or key not in {
                "0",
                "１",
            }:  # whole numbers: a page of one's own looks for them
                assert client.get(f"/{path}/{key}").status_code == 404, (path, key[:40])
        for path in ("probe-sites/edit", "probe-sites/delete", "probe-units/action/rename"):
            answer = client.post(f"/{path}/{key}", data={"version": "1"})
            assert answer.status_code == 404, (path, key[:40])


def test_bad_foreign_keys_are_errors_of_their_field(client: FlaskClient) -> None:
    for key in KEYS:
        if "%" in key:
            continue
        answer = client.post("/probe-sites/add", data={"name": "某网站", "unit": key, "hosting": "own"})
        assert answer.status_code == 422, key[:40]
        assert 'id="f-unit"' in answer.text
        assert "某网站" in answer.text


FIELDS = {
    "name": ["a\x00b", "\ufffd", "x" * 61, "", "\x1b[0m"],
    "english_domain": ["\x00", "y" * 256],
    "hosting": ["moon", "", "\x00"],
    "unit": ["\x00", "1; DROP TABLE unit"],
    "host_desk": ["1", "x", HUGE],
}


def test_bad_fields_are_named_and_nothing_typed_is_lost(client: FlaskClient) -> None:
    good = {"name": "某网站", "unit": "1", "hosting": "own", "english_domain": "a.example"}
    for field, values in FIELDS.items():
        for value in values:
            answer = client.post("/probe-sites/add", data={**good, field: value})
            assert answer.status_code == 422, (field, value[:20])
            assert f'class="field bad" id="f-{field}"' in answer.text, (field, value[:20])
            assert ("某网站" if field != "name" else "a.example") in answer.text


def test_a_form_in_another_encoding_is_refused(client: FlaskClient) -> None:
    body = b"unit=1&hosting=own&name=" + quote("武陵", encoding="gbk").encode()
    answer = client.post("/probe-sites/add", data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422
    assert "UTF-8" in answer.text


def test_a_huge_body_is_refused(client: FlaskClient) -> None:
    client.application.config["MAX_CONTENT_LENGTH"] = 10_000
    answer = client.post("/probe-sites/add", data={"name": "x" * 20_000})
    assert answer.status_code == 413
    assert "大小限制" in answer.text or "不得超过" in answer.text


Q = {
    "(": "q",
    "!": "q",
    "(((((((((((((": "q",
    "(" * 3000: "q",
    "x" * 5000: "q",
    "!(1,2)": "q",
    "1": "q",
    "{": "q",
    "[1]": "q",
    "(page:abc)": "page",
    "(page:-1)": "page",
    "(page:1.5)": "page",
    "(page:!t)": "page",
    "(page:1e400)": "page",
    f"(page:{HUGE[:200]})": "page",
    "(page:2147483647)": "page",
    '{"page": 99999999999999999999}': "page",
    "(page_size:0)": "page_size",
    "(page_size:abc)": "page_size",
    "(order_column:credit_code)": "order_column",
    "(order_column:home)": "order_column",
    "(order_column:!(name))": "order_column",
    "(order_column:name,order_direction:up)": "order_direction",
    "(columns:!(credit_code))": "columns",
    "(columns:!(supervisor))": "columns",
    "(columns:name)": "columns",
    "(columns:!(1))": "columns",
    "(select_columns:!(mobile))": "columns",
    "(keys:!(filters))": "keys",
    "(keys:all)": "keys",
    "(nonsense:1)": "nonsense",
    "(filters:x)": "filters",
    "(filters:!(x))": "filters",
    "(filters:!((col:name)))": "filters",
    "(filters:!((col:!(name),opr:eq,value:x)))": "filters",
    "(filters:!((col:credit_code,opr:eq,value:x)))": "credit_code",
    "(filters:!((col:review_path,opr:sw,value:'0.')))": "review_path",
    "(filters:!((col:home,opr:rel_o_m,value:1)))": "home",
    "(filters:!((col:name,opr:nonsense,value:x)))": "name",
    "(filters:!((col:name,opr:in,value:x)))": "name",
    "(filters:!((col:name,opr:eq,value:!(x))))": "name",
    "(filters:!((col:name,opr:in,value:!())))": "name",
    "(filters:!((col:name,opr:eq,value:!n)))": "name",
    "(filters:!((col:name,opr:eq,value:(a:b))))": "name",
    "(filters:!((col:id,opr:eq,value:abc)))": "id",
    "(filters:!((col:id,opr:gt,value:99999999999999999999)))": "id",
    "(filters:!((col:id,opr:gt,value:!t)))": "id",
    "(filters:!((col:administrative,opr:eq,value:perhaps)))": "administrative",
    "(filters:!((col:created_at,opr:gt,value:perhaps)))": "created_at",
    '{"filters":[{"col":"name","opr":"eq","value":"\\ud800"}]}': "name",
    '{"filters":[{"col":"name","opr":"eq","value":"a\\u0000"}]}': "name",
    '{"filters":[{"col":"id","opr":"eq","value":NaN}]}': "id",
    json.dumps({"filters": [{"col": "name", "opr": "in", "value": ["x"] * 101}]}): "name",
    json.dumps({"filters": [{"col": "name", "opr": "eq", "value": "x"}] * 21}): "filters",
}


def test_bad_queries_of_the_api_are_named(client: FlaskClient) -> None:
    for query, named in Q.items():
        answer = client.get("/api/v1/probe-units/", query_string={"q": query})
        assert answer.status_code == 400, query[:80]
        body = answer.get_json()
        assert body["field"] == named, query[:80]
        assert named in body["message"], query[:80]
        assert any("\u4e00" <= letter <= "\u9fff" for letter in body["message"])


def test_bad_queries_of_one_row_are_named(client: FlaskClient) -> None:
    for query in ("(", "(columns:!(credit_code))", "(keys:!(x))", "(page:1)", "\x00", "!"):
        assert client.get("/api/v1/probe-units/1", query_string={"q": query}).status_code == 400, query
        assert client.get("/api/v1/probe-units/_info", query_string={"q": query}).status_code == 400, query


def test_bad_look_ups_are_named(client: FlaskClient) -> None:
    for query in ("page=abc", "page=-1", "term=" + "x" * 201, "term=%00", "term=%FF"):
        answer = client.get(f"/probe-sites/lookup/unit?{query}")
        assert answer.status_code == 400, query[:30]
        assert query.partition("=")[0] in answer.text
    for path in ("nonsense", "name", "%00"):
        assert client.get(f"/probe-sites/lookup/{path}").status_code == 404
    assert client.get(f"/probe-sites/lookup/unit?page={HUGE[:9]}").status_code == 200


def test_bad_actions_are_refused(client: FlaskClient) -> None:
    for data in ({}, {"action": "nonsense", "rowid": "1"}, {"action": "\x00", "rowid": "1"}):
        assert client.post("/probe-units/action_post", data=data).status_code == 404
    for row in ("abc", "\x00", HUGE, "-1", ""):
        answer = client.post("/probe-units/action_post", data={"action": "rename", "rowid": row})
        assert answer.status_code == 404, row[:20]
    many = {"action": "rename", "rowid": [str(n) for n in range(101)]}
    answer = client.post("/probe-units/action_post", data=many)
    assert answer.status_code == 400
    assert "100" in answer.text


@pytest.mark.parametrize("data", [{"username": "a\x00b"}, {"password": "x\x00"}, {"username": "\ufffd"}])
def test_signing_in_is_screened(client: FlaskClient, data: dict[str, str]) -> None:
    stranger = client.application.test_client()
    answer = stranger.post("/login/", data={"username": "a", "password": "b", **data})
    assert answer.status_code == 400
    assert next(iter(data)) in answer.text
    assert stranger.get("/login/?next=%00").status_code == 400
    assert stranger.get("/files/99999999999999999999").status_code == 404


BODIES = {
    '{"username": "a\\u0000b", "password": "x"}': "username",
    '{"username": "a", "password": "\\ud800"}': "password",
    '{"username": "a", "password": "b", "refresh": {"deep": ["\\ud800"]}}': "deep",
    '{"\\ud800": "a"}': "□",
    "[" * 100_000: "body",
}


def test_bodies_of_the_token_api_are_screened(client: FlaskClient) -> None:
    for body, named in BODIES.items():
        answer = client.application.test_client().post(
            "/api/v1/security/login", data=body, content_type="application/json"
        )
        assert answer.status_code == 400, body[:60]
        assert named in answer.get_json()["message"], body[:60]
