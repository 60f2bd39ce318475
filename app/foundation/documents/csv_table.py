"""Tables as CSV that a spreadsheet opens as text: UTF-8 with its mark, and no cell that would be a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import StringIO

from app.foundation import clock
from app.foundation.documents.xlsx import Value

CONTENT_TYPE = "text/csv; charset=utf-8"
# Spreadsheets calculate what begins so, also behind blanks; the wide forms count where Chinese is typed.
_STARTS = ("=", "+", "-", "@", "|", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def table(headings: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """The rows under their headings.

    Raises:
        ValueError: a row of another length than the headings.
    """
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_cell(one) for one in headings])
    for row in rows:
        if len(row) != len(headings):
            raise ValueError(f"a row of {len(row)} for {len(headings)} columns")
        writer.writerow([_cell(one) for one in row])
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Value) -> str:
    """A number stays one; a text that would calculate is marked as text by the apostrophe spreadsheets know."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float | date | str):
        return str(value)
    if isinstance(value, datetime):
        return clock.localise(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        kept = value.replace("\x00", "")
        return f"'{kept}" if kept.lstrip(" \u3000\xa0\ufeff").startswith(_STARTS) else kept
    return str(value)
