"""权限矩阵 says what the policy says, and nothing it hands out is a formula."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO

import openpyxl
import pytest
from flask import Flask

from app.foundation import access
from app.plugins.permits import rights
from app.plugins.permits.matrix import comma_separated
from tests.services.instance import SignIn

PAGE = "/permits/matrix/"


@pytest.fixture
def seed() -> str:
    return "demo"


def test_every_line_of_the_policy_stands_in_it_and_nothing_else(app: Flask) -> None:
    with app.test_request_context():
        policy = access.policy()
        found = rights.matrix(policy)
        shown = {
            (role, row.obj, row.act, right.relation)
            for row in found.rows
            for (role, _word), cell in zip(found.roles, row.cells, strict=True)
            for right in cell
        }
        wanted = {
            (
                held,
                policy.label("obj", obj),
                policy.label("act", f"{obj}:{act}"),
                policy.label("relation", line.relation),
            )
            for (held, obj, act), lines in policy.table.items()
            for line in lines
        }
    assert shown == wanted


def test_an_inherited_right_names_where_it_comes_from(app: Flask) -> None:
    with app.test_request_context():
        found = rights.matrix(access.policy(), role="head", obj="application")
    cells = {row.act: row.cells[0] for row in found.rows}
    assert {right.source for right in cells["在线初审"]} == {"审核岗"}
    assert {right.source for right in cells["书面审核"]} == {""}


def test_it_is_for_those_the_policy_names(app: Flask, sign_in: SignIn) -> None:
    for username, status in (
        ("changde.security", 200), ("changde.inspector", 200), ("changde.admin", 200), ("changde.reviewer", 200),
        ("unit.wuling", 403), ("changde.egov", 403),
    ):  # fmt: skip
        for route in ("", "print", "export.xlsx", "export.csv"):
            assert sign_in(username).get(PAGE + route).status_code == status, (username, route)


def test_filters(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("changde.inspector")
    text = client.get(f"{PAGE}?role=egov").get_data(as_text=True)
    assert "反馈意见" in text and "核发" not in text
    assert client.get(f"{PAGE}?role=king").status_code == 400
    assert client.get(f"{PAGE}export.csv?obj=moon").status_code == 400
    assert "没有任何权限" in client.get(f"{PAGE}?role=cac&obj=grant").get_data(as_text=True)


def test_the_workbook_and_the_csv_hold_text_only(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("changde.security")
    answer = client.get(f"{PAGE}export.xlsx")
    sheet = openpyxl.load_workbook(BytesIO(answer.data)).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert len(cells) > 200 and all(cell.data_type == "s" for cell in cells)
    table = client.get(f"{PAGE}export.csv")
    assert "attachment" in table.headers["Content-Disposition"]
    rows = list(csv.reader(StringIO(table.data.decode("utf-8-sig"))))
    assert rows[0][0] == "岗位" and len(rows) > 150
    assert not [cell for row in rows for cell in row if cell[:1] in {"=", "+", "-", "@"}]


def test_a_word_that_looks_like_a_formula_comes_out_as_text(app: Flask) -> None:
    with app.test_request_context():
        found = rights.Matrix(
            (("x", "=cmd"),), (("@obj", (rights.Row("@obj", "+act", False, ((rights.Right("-rel"),),)),)),)
        )
        rows = list(csv.reader(StringIO(comma_separated(found).decode("utf-8-sig"))))
    assert rows[1][:4] == ["'=cmd", "'@obj", "'+act", "'-rel"]
