"""The tables of a book: values, merged cells and formulas of every tab, read by calamine. Pure.

What is parsed here declares no entities: ``containers`` has looked.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

import python_calamine as calamine

from app.kernel.errors import N_, Refusal
from app.plugins.imports.containers import FIELD, Book

# An empty element and its attributes, as the two parts that name the tabs write them.
_ELEMENT = r"<(?:[\w.-]+:)?{}((?:\s+[\w:.-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))+)\s*/?>"
_TABS = re.compile(_ELEMENT.format("sheet"))
_LINKS = re.compile(_ELEMENT.format("Relationship"))
_ATTRIBUTE = re.compile(r"([\w:.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")


@dataclass(frozen=True)
class Tab:
    """One tab: its cells by row and column from 0, and those that hold a formula.

    Attributes:
        rows: values as calamine gives them, from the first cell of the tab on.
        merged: (first row, first column, last row, last column) of merged cells.
    """

    name: str
    hidden: bool
    rows: list[list[Any]]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    formulas: frozenset[tuple[int, int]] = frozenset()


def tabs(book: Book) -> Iterator[Tab]:
    """Every tab of the book, in its order.

    Raises:
        Refusal: it cannot be read after all.
    """
    try:
        opened = calamine.CalamineWorkbook.from_filelike(io.BytesIO(book.content))
        parts = _parts(book.content)
        for seen in opened.sheets_metadata:
            if seen.typ != calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = opened.get_sheet_by_name(seen.name)
            rows = sheet.to_python(skip_empty_area=False)
            spans = tuple((*first, *last) for first, last in sheet.merged_cell_ranges or ())
            hidden = seen.visible != calamine.SheetVisibleEnum.Visible
            formulas = book.formulas.get(parts.get(seen.name, ""), frozenset())
            _show(rows, formulas)
            yield Tab(seen.name, hidden, rows, spans, formulas)
    except (calamine.CalamineError, ValueError, KeyError, SyntaxError) as error:
        raise Refusal(
            "file-broken", N_("文件不完整或者已经损坏，打不开。请重新保存后上传。"), field=FIELD
        ) from error


def _show(rows: list[list[Any]], formulas: frozenset[tuple[int, int]]) -> None:
    """A formula nobody has calculated yet leaves its cell blank: let it be seen all the same."""
    width = max(map(len, rows), default=0)
    for row, column in formulas:
        while len(rows) <= row:
            rows.append([""] * width)
        line = rows[row]
        line += [""] * (column + 1 - len(line))
        if line[column] in ("", None):
            line[column] = "="


def _parts(content: bytes) -> dict[str, str]:
    """The name of each tab's part."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        book = archive.read("xl/workbook.xml").decode("utf-8-sig")
        links = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8-sig")
    targets = {
        one.get("Id", ""): re.sub(r"^/?(xl/)?", "xl/", one.get("Target", ""), count=1)
        for one in _attributes(_LINKS, links)
    }
    return {one.get("name", ""): targets.get(one.get("id", ""), "") for one in _attributes(_TABS, book)}


def _attributes(element: re.Pattern[str], text: str) -> Iterator[dict[str, str]]:
    """The attributes of each such element, by name without its prefix."""
    for found in element.finditer(text):
        yield {
            name.rpartition(":")[2]: unescape(double or single)
            for name, double, single in _ATTRIBUTE.findall(found[1])
        }
