"""CSV: what is text stays text, whatever it begins with."""

from __future__ import annotations

import ast
import csv
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config import ROOT
from app.foundation.documents import csv_table

FORMULAS = (
    '=HYPERLINK("http://evil.example")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "　＝1",
    "＋1",
    "|cmd",
)


def read(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf"), "a spreadsheet of Chinese text needs the mark"
    return list(csv.reader(StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_calculates(text: str) -> None:
    (_head, (cell,)) = read(csv_table.table(["名称"], [[text]]))
    assert cell == f"'{text}"
    ((heading,),) = read(csv_table.table([text], []))
    assert heading.startswith("'")


@given(st.text())
def test_whatever_is_typed_comes_back_as_text(text: str) -> None:
    rows = read(csv_table.table(["名称"], [[text]]))
    cell = rows[1][0] if len(rows) > 1 and rows[1] else ""
    assert cell.removeprefix("'") == text.replace("\x00", "").removeprefix("'")
    assert not cell.lstrip(" \u3000\xa0\ufeff").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_values_keep_their_kind() -> None:
    moment = datetime(2014, 11, 18, 1, 30, tzinfo=UTC)
    row = [-3, 1.5, None, True, date(2014, 11, 18), moment, "武陵教育网,“一”"]
    assert read(csv_table.table(list("abcdefg"), [row]))[1] == [
        "-3", "1.5", "", "True", "2014-11-18", "2014-11-18 09:30", "武陵教育网,“一”",
    ]  # fmt: skip


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="a row of 2 for 1"):
        csv_table.table(["一"], [["a", "b"]])


def test_nobody_writes_csv_or_workbooks_by_hand() -> None:
    """One writer each: anything else would have to think of formulas again."""
    own = {ROOT / "app/foundation/documents" / name for name in ("csv_table.py", "xlsx.py", "reasons.py")}
    for path in sorted((ROOT / "app").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and path not in own:
                assert node.attr not in {"DictWriter"}, f"{path}:{node.lineno}"
                written = isinstance(node.value, ast.Name) and (node.value.id, node.attr) == ("csv", "writer")
                assert not written, f"{path}:{node.lineno}"
            if isinstance(node, ast.ImportFrom | ast.Import) and path not in own:
                names = {alias.name for alias in node.names} | {getattr(node, "module", "") or ""}
                assert not names & {"xlsxwriter", "openpyxl"}, f"{path}:{node.lineno}"
