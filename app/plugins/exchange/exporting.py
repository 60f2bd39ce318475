"""The book as CSV: at once, or as work to wait for where it is long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flask import Flask, flash, redirect
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.foundation import access, clock, jobs
from app.foundation.access import Facts, current_actor
from app.foundation.database import transaction
from app.foundation.documents import csv_table
from app.foundation.documents.xlsx import Value
from app.foundation.keys import sealing
from app.kernel.errors import AccessDenied
from app.plugins.applications.labels import MEANS
from app.plugins.exchange import labels, queries
from app.plugins.exchange.models import ExchangeEntry
from app.plugins.exchange.queries import Asked
from app.plugins.operations import exports

NAME, KIND = "exchange", "exchange.book"
OBJ, ACT = "exchange", "see"
PIECE = 200
HEADINGS = (
    "登记号", "日期", "方式", "对方单位", "机要编号", "单位", "网站", "书面材料", "份数", "盖章", "不符情况", "备注", "登记人",
)  # fmt: skip


def declare(app: Flask) -> None:
    """Say that this app can export the book."""
    jobs.declare(app, jobs.Kind(KIND, _l("导出机要交换登记"), _run, attempts=3, lease=60, on_behalf=True))


def lines(rows: Iterable[ExchangeEntry]) -> Iterator[tuple[Value, ...]]:
    """A line for each kind of paper; one for an envelope without any. The book is the office's: in Chinese."""
    with force_locale("zh"):
        for row in rows:
            front = (
                labels.number_of(row.direction, row.year, row.serial), row.day, str(MEANS[row.means]),
                row.counterpart, row.slip,
            )  # fmt: skip
            back = (row.note, row.entered_by)
            for line in row.lines:
                sealed = "是" if line.sealed else "否"
                what = str(labels.THING[line.what])
                yield (
                    *front, line.organ_name, line.site_name, what, line.copies, sealed, line.mismatch, *back,
                )  # fmt: skip
            if not row.lines:
                yield (*front, "", "", "", None, "", "", *back)


def written(rows: Iterable[ExchangeEntry]) -> tuple[str, bytes]:
    """Name and content of the file."""
    return f"机要交换登记-{clock.today():%Y%m%d}.csv", csv_table.table(HEADINGS, lines(rows))


def file(asked: Asked) -> Any:
    """The file, or where to wait for it.

    Raises:
        Refusal: more than a file may have.
    """
    long = exports.long(NAME, queries.count(asked, exports.limit(NAME).most))
    if not long:
        rows = [row for piece in queries.walk(asked, PIECE) for row in piece]
        name, content = written(rows)
        return exports.answer(name, csv_table.CONTENT_TYPE, content)
    actor = current_actor()
    path = next(post.path for post in actor.posts if access.can(actor, OBJ, ACT, Facts(post.path)))
    with transaction():
        sealed = sealing.seal(f"{asked.direction}|{asked.year or ''}|{asked.text}")
        exports.put(
            KIND, {"asked": sealed}, actor=actor, needs=(OBJ, ACT, Facts(path)), path=path, total=long
        )
    flash(_("登记较多，正在生成文件，办好后在“我的任务”下载。"), "success")
    return redirect(exports.wait_url())


def _run(work: jobs.Work) -> None:
    """Read the book piece by piece, write the file, leave it.

    Raises:
        GiveUp: the book is not the person's to see any more, or has become too long.
    """
    _obj, _act, path = work.payload["needs"]
    try:
        access.require(current_actor(), OBJ, ACT, Facts(path))
        direction, year, text = sealing.unseal(work.payload["asked"]).split("|", 2)
    except AccessDenied:
        raise jobs.GiveUp(exports.NO_LONGER) from None
    except sealing.Unreadable:
        raise jobs.GiveUp(exports.UNREADABLE) from None
    asked = Asked(direction, int(year) if year else None, text)
    total = queries.count(asked, exports.limit(NAME).most)
    exports.ensure_fits(NAME, total)
    rows: list[ExchangeEntry] = []
    for piece in queries.walk(asked, PIECE):
        rows += piece
        exports.ensure_fits(NAME, len(rows))
        work.progress(len(rows), max(total, len(rows)))
    work.progress(len(rows), len(rows), exports.WRITING)
    name, content = written(rows)
    work.result(name, csv_table.CONTENT_TYPE, content)
