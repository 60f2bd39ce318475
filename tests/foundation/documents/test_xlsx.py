"""Workbooks read back by another library: what was put in is there, as what it was."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from app.foundation.documents.xlsx import Column, Sheet, Value, workbook


@pytest.fixture(autouse=True)
def _in_app(app: Flask) -> None:
    """Texts are translated, which needs an app."""


def read(*sheets: Sheet) -> Workbook:
    return load_workbook(BytesIO(workbook(sheets)))


def one_cell(value: Value) -> Any:
    page = read(Sheet("表", [Column("值")], [[value]])).active
    assert page is not None
    return page.cell(row=2, column=1)


@pytest.mark.parametrize(
    "text",
    ["=1+1", "=HYPERLINK(\"http://example.test\",\"点\")", "+86 736 7786510", "-1", "@SUM(A1)", "{=1}", "00736", "1e5",
     "http://www.example.test/", "mailto:a@example.test", "internal:Sheet1!A1", "\t=1", " 首尾空格 "],
)  # fmt: skip
def test_text_stays_text(text: str) -> None:
    cell = one_cell(text)
    assert cell.value == text
    assert cell.data_type == "s"
    assert cell.hyperlink is None


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (12, 12),
        (2.5, 2.5),
        (True, "是"),
        (False, "否"),
        (None, None),
        (date(2014, 11, 24), datetime(2014, 11, 24)),
        (datetime(2014, 11, 24, 1, 30, tzinfo=UTC), datetime(2014, 11, 24, 9, 30)),
        ("含\x00控制\x0b符", "含控制符"),
    ],
)
def test_other_values_keep_their_kind(value: Value, shown: object) -> None:
    assert one_cell(value).value == shown


def test_a_very_long_text_is_cut_to_what_a_cell_holds() -> None:
    assert len(one_cell("长" * 40_000).value) == 32_767


def test_title_notes_headings_rows_and_footer_stand_in_order() -> None:
    columns = [
        Column("单位", 30),
        Column("网站数", 8),
        Column("中文域名", 20, group="域名"),
        Column("英文域名", 20, "域名"),
    ]
    page = read(
        Sheet(
            "汇总",
            columns,
            [["甲局", 2, "甲.政务", "a.gov.cn"]],
            title="摸底汇总表",
            notes=["填报日期"],
            footer=["备注"],
        )
    )["汇总"]
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    assert rows == [
        ["摸底汇总表", None, None, None],
        ["填报日期", None, None, None],
        ["单位", "网站数", "域名", None],
        [None, None, "中文域名", "英文域名"],
        ["甲局", 2, "甲.政务", "a.gov.cn"],
        ["备注", None, None, None],
    ]
    merged = {str(found) for found in page.merged_cells.ranges}
    assert merged == {"A1:D1", "A2:D2", "A3:A4", "B3:B4", "C3:D3", "A6:D6"}
    assert page.column_dimensions["A"].width == pytest.approx(30, abs=1)


def test_it_prints_on_one_page_width_with_headings_repeated() -> None:
    page = read(Sheet("表", [Column("一"), Column("二")], [["a", "b"]] * 3, title="题")).worksheets[0]
    assert page.page_setup.paperSize == 9
    assert page.page_setup.orientation == "landscape"
    assert page.page_setup.fitToHeight == 0
    assert page.print_title_rows == "$2:$2"
    assert page.freeze_panes == "A3"
    footer = page.oddFooter
    assert footer is not None and footer.center is not None and "&P" in str(footer.center.text)


def test_tab_names_are_made_acceptable_and_unique() -> None:
    column = [Column("值")]
    names = ["市直/机关[一]", "x" * 40, "x" * 40, "X" * 31, ""]
    book = read(*(Sheet(name, column, []) for name in names))
    assert book.sheetnames == ["市直 机关 一", "x" * 31, "x" * 27 + " (2)", "X" * 27 + " (3)", "Sheet"]


def test_the_same_content_gives_the_same_bytes() -> None:
    sheet = Sheet("表", [Column("值")], [["一"], ["二"]])
    assert workbook([sheet]) == workbook([sheet])


def test_rows_may_come_from_a_generator() -> None:
    page = read(Sheet("表", [Column("值")], ([number] for number in range(500)))).worksheets[0]
    assert page.max_row == 501


def test_a_row_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="a row of 1 for 2 columns"):
        workbook([Sheet("表", [Column("一"), Column("二")], [["只有一个"]])])


def test_a_workbook_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one sheet"):
        workbook([])
    with pytest.raises(ValueError, match="no columns"):
        workbook([Sheet("表", [], [])])
