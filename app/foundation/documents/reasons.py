"""A workbook that was sent in, given back with reasons in it: beside each bad row, and in the bad cell itself.

openpyxl keeps what it reads, so the sender finds his own pages again; nothing in them calculates any more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import coordinate_to_tuple

_BAD = PatternFill("solid", fgColor="FFFCE4E4")
_SAID = Font(color="FFB3261E")
_WRAPPED = Alignment(wrap_text=True, vertical="top")


@dataclass(frozen=True)
class Reason:
    """What is wrong: on which tab, in which row (from 1), and where known in which cell (``C4``)."""

    tab: str
    row: int
    text: str
    cell: str = ""


def annotated(content: bytes, reasons: Iterable[Reason], *, heading: str, author: str) -> bytes:
    """The workbook with the reasons in it; what would calculate in it is text.

    Args:
        heading: of the column of reasons. author: whom the comments name.

    Raises:
        ValueError: it cannot be written back.
    """
    by_tab: defaultdict[str, list[Reason]] = defaultdict(list)
    for one in reasons:
        by_tab[one.tab].append(one)
    buffer = BytesIO()
    try:
        book = openpyxl.load_workbook(BytesIO(content))
        for page in book.worksheets:
            _disarm(page)
            if page.title in by_tab:
                _mark(page, by_tab[page.title], heading, author)
        book.save(buffer)
    except (KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
        raise ValueError("cannot be written back") from error
    return buffer.getvalue()


def _disarm(page: Any) -> None:
    """A formula stays readable and calculates nothing."""
    for row in page.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                text = getattr(cell.value, "text", cell.value)
                cell.value = str(text)
                cell.data_type = "s"


def _mark(page: Any, reasons: list[Reason], heading: str, author: str) -> None:
    column = page.max_column + 1
    head = min(one.row for one in reasons)
    said: defaultdict[int, list[str]] = defaultdict(list)
    for one in reasons:
        said[_row(page, one, author)].append(one.text)
    for row, texts in said.items():
        cell = page.cell(row, column)
        cell.value, cell.data_type = "；".join(dict.fromkeys(texts)), "s"
        cell.font, cell.fill, cell.alignment = _SAID, _BAD, _WRAPPED
    title = page.cell(max(head - 1, 1), column)
    if title.value is None:
        title.value, title.font = heading, Font(bold=True)
    page.column_dimensions[title.column_letter].width = 60


def _row(page: Any, one: Reason, author: str) -> int:
    """The row a reason stands in, its own cell marked where it has one."""
    if not one.cell:
        return one.row
    row, column = coordinate_to_tuple(one.cell)
    cell = page.cell(row, column)
    cell.fill = _BAD
    before = f"{cell.comment.text}\n" if cell.comment is not None else ""
    cell.comment = Comment(before + one.text, author, width=320, height=120)
    return row
