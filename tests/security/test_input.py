"""What people type is text: printed as text, stored as text, and it writes only the fields it was asked for."""

from __future__ import annotations

import json
import re

import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation import access
from app.foundation.database import db, transaction
from app.foundation.documents import csv_table
from app.foundation.tenancy.models import Unit
from app.plugins.campaigns.text import render
from tests.security.test_concurrency import FILLED, fields, read, wuling_unit
from tests.services.instance import SignIn

NASTY = """"><script>alert(1)</script><img src=x onerror=alert(1)>'{{7*7}}${7*7}#{7*7}%(x)s{0}👻ねこO'Hara"""


@pytest.fixture
def nasty(app: Flask) -> int:
    key = wuling_unit()
    with access.acting_as(access.system("tests", over="0.")), transaction() as session:
        unit = session.get(Unit, key)
        assert unit is not None
        unit.name, unit.short_name, unit.address = NASTY, NASTY[:60], NASTY
    return key


def pages(sign_in: SignIn, key: int) -> str:
    client = sign_in("wuling.clerk")
    paths = (
        "/units/list/",
        f"/units/show/{key}",
        f"/units/edit/{key}",
        "/units/list/?_flt_2_name=%3Cscript%3E",
    )
    return "".join(client.get(path).text for path in paths)


def test_what_was_typed_is_printed_as_text(nasty: int, sign_in: SignIn) -> None:
    said = pages(sign_in, nasty)
    assert "&lt;script&gt;alert(1)" in said
    assert "<script>alert(1)" not in said
    assert "<img src=x" not in said
    assert "👻ねこ" in said
    row = sign_in("wuling.clerk").get(f"/api/v1/units/{nasty}")
    assert row.get_json()["result"]["name"] == NASTY
    assert row.mimetype == "application/json"


def test_typed_templates_are_printed_not_run(nasty: int, sign_in: SignIn) -> None:
    said = pages(sign_in, nasty)
    assert "{{7*7}}" in said
    assert "%(x)s{0}" in said
    assert not re.search(r"49\$?\{?#?49", said)


def test_a_query_is_printed_as_text(sign_in: SignIn) -> None:
    client = sign_in("wuling.clerk")
    for path in ("/units/list/", "/applications/list/", "/badge/", "/login/", "/nowhere"):
        page = client.get(
            path, query_string={"q": NASTY, "next": NASTY, "_flt_2_name": NASTY, "page": "<b>"}
        ).text
        assert "<script>alert(1)" not in page, path
        assert "<img src=x" not in page, path


def test_fields_the_form_does_not_show_are_not_written(app: Flask, sign_in: SignIn) -> None:
    key, client = wuling_unit(), sign_in("wuling.clerk")
    before = read(lambda: db.session.get(Unit, key))
    assert before is not None
    kept = {
        name: getattr(before, name) for name in ("id", "account", "review_path", "filing_path", "city_id")
    }
    forged = {
        "id": "1", "account": "99999999", "review_path": "0.", "filing_path": "0.", "city_id": "1", "county_id": "1",
        "province_id": "1", "created_at": "1999-01-01", "is_admin": "1", "__class__": "x", "_sa_instance_state": "x",
    }  # fmt: skip
    typed = {**fields(client.get(f"/units/edit/{key}").text, 'id="model_form"'), **FILLED, **forged}
    assert client.post(f"/units/edit/{key}", data=typed).status_code == 302
    after = read(lambda: db.session.get(Unit, key, populate_existing=True))
    assert after is not None
    assert after.address == FILLED["address"]
    assert {name: getattr(after, name) for name in kept} == kept


def test_a_doubled_or_misplaced_parameter_changes_nothing(app: Flask, sign_in: SignIn) -> None:
    key, client = wuling_unit(), sign_in("wuling.clerk")
    typed = {**fields(client.get(f"/units/edit/{key}").text, 'id="model_form"'), **FILLED}
    typed.pop("address")
    answer = client.post(f"/units/edit/{key}", data=typed, query_string={"address": "在网址里"})
    assert answer.status_code in {302, 422}
    unit = read(lambda: db.session.get(Unit, key, populate_existing=True))
    assert unit is not None
    assert unit.address != "在网址里", "a form is read from the body alone"
    typed["version"] = str(unit.version)
    doubled = {**typed, "address": ["第一个", "第二个"]}
    assert client.post(f"/units/edit/{key}", data=doubled).status_code == 302
    unit = read(lambda: db.session.get(Unit, key, populate_existing=True))
    assert unit is not None
    assert unit.address == "第一个"
    answer = client.get("/api/v1/units/", query_string=[("q", "(page_size:1)"), ("q", "(page_size:100)")])
    assert len(answer.get_json()["result"]) == 1


def test_sql_in_a_field_or_a_filter_is_text(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("wuling.clerk")
    everything = client.get("/api/v1/units/", query_string={"q": "(page_size:100)"}).get_json()["count"]
    for text in ("' OR '1'='1", "'; DROP TABLE unit; --", "%' OR 1=1 --", "\\' OR 1=1 --", "%", "_"):
        q = json.dumps({"filters": [{"col": "name", "opr": "ct", "value": text}]})
        answer = client.get("/api/v1/units/", query_string={"q": q})
        assert answer.status_code == 200
        assert answer.get_json()["count"] == 0, text
        assert client.get("/units/list/", query_string={"_flt_2_name": text}).status_code == 200
    assert (
        client.get("/api/v1/units/", query_string={"q": "(page_size:100)"}).get_json()["count"] == everything
    )
    for column in ("name; DROP TABLE unit", "(select 1)", "name,id", "1"):
        answer = client.get(
            "/api/v1/units/", query_string={"q": f"(order_column:'{column}',order_direction:asc)"}
        )
        assert answer.status_code == 400, column


def test_markdown_makes_no_script_and_no_foreign_picture() -> None:
    made = render(
        "# 标题\n\n<script>alert(1)</script>\n\n<b onclick=x>粗</b>\n\n[点](javascript:alert(1)) "
        "[点](data:text/html,x) [点](vbscript:x)\n\n![图](https://evil.example/x.png)\n\n|a|b|\n|-|-|\n|1|2|"
    )
    assert "<script" not in made
    assert "<b " not in made
    assert "<img" not in made
    assert not re.search(r'href="(javascript|data|vbscript)', made)
    assert "<table" in made


def test_line_ends_in_a_name_or_address_reach_no_header(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("wuling.clerk")
    for text in ("x\r\nSet-Cookie: a=b", "x\nLocation: //evil.example", "x%0d%0aSet-Cookie:%20a=b"):
        for path in ("/units/list/", "/login/", "/badge/"):
            answer = client.get(path, query_string={"q": text, "next": text, "_flt_2_name": text})
            assert "a=b" not in str(answer.headers.getlist("Set-Cookie")), path
            assert "evil" not in answer.headers.get("Location", ""), path


def test_a_name_that_would_calculate_is_text_in_every_export(nasty: int) -> None:
    with access.acting_as(access.system("tests", over="0.")):
        names = list(db.session.scalars(select(Unit.name)))
    db.session.rollback()
    assert csv_table.table(["名称"], [[f"={name}"] for name in names]).count(b"'=") == len(names)


@pytest.mark.parametrize("address", ["http://[", "//[", "http://[x]/"])
def test_an_address_that_is_none_breaks_no_page(sign_in: SignIn, address: str) -> None:
    client = sign_in("wuling.clerk")
    assert client.get("/no/such/page", headers={"Referer": address}).status_code == 404
    assert client.get("/login/", query_string={"next": address}).headers["Location"] == "/"
