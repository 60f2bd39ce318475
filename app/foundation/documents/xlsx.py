"""Workbooks (XlsxWriter): tables with a title, headings, widths and print settings. Text stays text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any

from flask_babel import gettext as _
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from app.foundation import clock

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
A4 = 9
FONT = "宋体"
LONGEST_TEXT = 32767  # what a cell holds
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

Value = str | int | float | bool | date | datetime | None


@dataclass(frozen=True)
class Column:
    """A heading and its width in characters; with ``group`` set, neighbours of one group share a heading above."""

    heading: str
    width: float = 14
    group: str = ""
    centred: bool = False


@dataclass(frozen=True)
class Sheet:
    """One table on one page.

    Attributes:
        name: of the tab; shortened and cleaned to what a workbook allows.
        rows: as many values as there are columns; an ``Iterable`` is read once.
        title: above the table, across all columns.
        notes: lines between title and headings (who filed, when), across all columns.
        footer: lines below the table (remarks, signatures).
        header: printed at the top of every page.
    """

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Value]]
    title: str = ""
    notes: Sequence[str] = ()
    footer: Sequence[str] = ()
    landscape: bool = True
    header: str = ""


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """The sheets as an .xlsx file.

    Raises:
        ValueError: no sheet, a sheet without columns, or a row of another length than the columns.
    """
    if not sheets:
        raise ValueError("a workbook needs at least one sheet")
    buffer = BytesIO()
    book = Workbook(buffer, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    # XlsxWriter stamps real time: the same content must give the same bytes.
    book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001  (XlsxWriter takes naive UTC)
    formats = _formats(book)
    taken: set[str] = set()
    for sheet in sheets:
        if not sheet.columns:
            raise ValueError(f"sheet {sheet.name!r} has no columns")
        page = book.add_worksheet(_tab(sheet.name, taken))
        _fill(page, sheet, formats)
    book.close()
    return buffer.getvalue()


def _formats(book: Workbook) -> dict[str, Any]:
    base = {"font_name": FONT, "font_size": 11, "valign": "vcenter"}
    cell = {**base, "border": 1, "text_wrap": True}
    styles: dict[str, dict[str, Any]] = {
        "title": {**base, "font_size": 18, "bold": True, "align": "center"},
        "note": {**base, "text_wrap": True},
        "heading": {**cell, "bold": True, "align": "center", "bg_color": "#EEF1F6"},
        "text": {**cell, "num_format": "@"},
        "centred": {**cell, "num_format": "@", "align": "center"},
        "number": {**cell, "align": "center"},
        "date": {**cell, "align": "center", "num_format": "yyyy-mm-dd"},
        "moment": {**cell, "align": "center", "num_format": "yyyy-mm-dd hh:mm"},
    }
    return {name: book.add_format(style) for name, style in styles.items()}


def _tab(name: str, taken: set[str]) -> str:
    """A tab name Excel accepts: at most 31 characters, none of ``[]:*?/\\``, unique without regard to case."""
    base = _FORBIDDEN.sub(" ", name).strip(" '")[:31] or "Sheet"
    tab, number = base, 2
    while tab.lower() in taken:
        ending = f" ({number})"
        tab, number = base[: 31 - len(ending)] + ending, number + 1
    taken.add(tab.lower())
    return tab


def _fill(page: Worksheet, sheet: Sheet, formats: dict[str, Any]) -> None:
    last = len(sheet.columns) - 1
    for number, column in enumerate(sheet.columns):
        page.set_column(number, number, column.width)
    row = 0
    for style, lines in (("title", [sheet.title] if sheet.title else []), ("note", sheet.notes)):
        for line in lines:
            _across(page, row, 0, last, line, formats[style])
            if style == "title":
                page.set_row(row, 30)
            row += 1
    first = row
    row = _headings(page, sheet.columns, row, formats["heading"])
    page.freeze_panes(row, 0)
    page.repeat_rows(first, row - 1)
    for values in sheet.rows:
        if len(values) != len(sheet.columns):
            raise ValueError(f"sheet {sheet.name!r}: a row of {len(values)} for {len(sheet.columns)} columns")
        for number, (column, value) in enumerate(zip(sheet.columns, values, strict=True)):
            _write(page, row, number, value, formats, centred=column.centred)
        row += 1
    for line in sheet.footer:
        _across(page, row, 0, last, line, formats["note"])
        row += 1
    _print_settings(page, sheet, row - 1, last)


def _headings(page: Worksheet, columns: Sequence[Column], row: int, style: Any) -> int:
    """Write one row of headings, or two where groups stand above; the row after them."""
    grouped = any(column.group for column in columns)
    number = 0
    while number < len(columns):
        column, end = columns[number], number
        if not column.group:
            if grouped:
                page.merge_range(row, number, row + 1, number, "", style)
            page.write_string(row, number, column.heading, style)
        else:
            while end + 1 < len(columns) and columns[end + 1].group == column.group:
                end += 1
            _across(page, row, number, end, column.group, style)
            for below in range(number, end + 1):
                page.write_string(row + 1, below, columns[below].heading, style)
        number = end + 1
    return row + (2 if grouped else 1)


def _across(page: Worksheet, row: int, first: int, last: int, text: str, style: Any) -> None:
    if last > first:
        page.merge_range(row, first, row, last, "", style)
    page.write_string(row, first, _text(text), style)


def _text(value: str) -> str:
    return _UNPRINTABLE.sub("", value)[:LONGEST_TEXT]


def _write(
    page: Worksheet, row: int, column: int, value: Value, formats: dict[str, Any], *, centred: bool
) -> None:
    """One cell by the value's own type: a text is never read as a formula, a link or a number."""
    if value is None:
        page.write_blank(row, column, None, formats["text"])
    elif isinstance(value, bool):
        page.write_string(row, column, _("是") if value else _("否"), formats["centred"])
    elif isinstance(value, int | float):
        page.write_number(row, column, value, formats["number"])
    elif isinstance(value, datetime):
        shown = clock.localise(value).replace(tzinfo=None) if value.tzinfo else value
        page.write_datetime(row, column, shown, formats["moment"])
    elif isinstance(value, date):
        page.write_datetime(row, column, value, formats["date"])
    else:
        page.write_string(row, column, _text(str(value)), formats["centred" if centred else "text"])


def _print_settings(page: Worksheet, sheet: Sheet, last_row: int, last_column: int) -> None:
    page.set_paper(A4)
    if sheet.landscape:
        page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
    page.center_horizontally()
    if sheet.header:
        page.set_header("&L" + sheet.header.replace("&", "&&")[:200])
    page.set_footer("&C" + _("第 %(page)s 页，共 %(pages)s 页", page="&P", pages="&N"))
    page.print_area(0, 0, max(last_row, 0), last_column)
