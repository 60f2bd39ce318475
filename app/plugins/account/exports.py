"""A table as a file to take away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from flask import Response, make_response
from flask_babel import gettext as _

from app.foundation import clock
from app.foundation.documents import csv_table, xlsx
from app.foundation.documents.xlsx import Column, Sheet, Value

KINDS = ("xlsx", "csv")
MOST = 10_000


def answer(
    kind: str, title: str, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[Value]]
) -> Response:
    """The rows as ``kind`` (``xlsx`` or ``csv``); ``columns`` are headings with widths in characters."""
    if kind == "csv":
        content, mimetype = (
            csv_table.table([heading for heading, _width in columns], rows),
            csv_table.CONTENT_TYPE,
        )
    else:
        sheet = Sheet(
            title,
            [Column(heading, width) for heading, width in columns],
            rows,
            title=title,
            footer=[
                _(
                    "导出时间：%(at)s。最多导出 %(most)s 条。",
                    at=f"{clock.localise(clock.wall()):%Y-%m-%d %H:%M}",
                    most=MOST,
                )
            ],
        )
        content, mimetype = xlsx.workbook([sheet]), xlsx.CONTENT_TYPE
    response = make_response(content)
    response.headers["Content-Type"] = mimetype
    name = quote(f"{title}-{clock.localise(clock.wall()):%Y%m%d}.{kind}")
    response.headers["Content-Disposition"] = f"attachment; filename=export.{kind}; filename*=UTF-8''{name}"
    return response
