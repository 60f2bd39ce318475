"""The uploaded workbook given back, with each reason in the cell it is about and in a column of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any

import openpyxl
from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import coordinate_to_tuple

from app.foundation import access, audit, jobs
from app.foundation.access import Actor
from app.foundation.database import transaction
from app.kernel.errors import N_, AccessDenied, NotSeen, fill
from app.plugins.imports import containers, queries
from app.plugins.imports.limits import limits
from app.plugins.imports.models import ImportBatch, ImportFile, ImportLine
from app.plugins.imports.template import CONTENT_TYPE
from app.plugins.operations import exports

KIND = "imports.errors"
_BAD = PatternFill("solid", fgColor="FFFCE4E4")
_SAID = Font(color="FFB3261E")
_WRAPPED = Alignment(wrap_text=True, vertical="top")
UNWRITABLE = N_("这份工作簿的格式不能写回，没有生成文件。请按页面上逐条列出的问题更正。")


def declare(app: Flask) -> None:
    """Say that this app can do it."""
    jobs.declare(app, jobs.Kind(KIND, _l("生成问题工作簿"), run, attempts=2, lease=120, on_behalf=True))


def put(batch: ImportBatch, file: ImportFile, *, actor: Actor) -> None:
    """Let it be made; inside the caller's transaction.

    Raises:
        AccessDenied, Refusal: see ``exports.put``.
    """
    exports.put(
        KIND, {"batch": batch.id, "file": file.id}, actor=actor, needs=("import", "see", batch), path=batch.review_path
    )  # fmt: skip
    audit.record(actor, "import.errors-taken", batch, after={"file": file.name})


def run(work: jobs.Work) -> None:
    """Make it for whoever asked.

    Raises:
        GiveUp: the batch is not his to see any more, was withdrawn, or cannot be written back.
    """
    try:
        batch = queries.get(int(work.payload["batch"]))
        file = queries.file(batch, int(work.payload["file"]))
        access.require(access.current_actor(), "import", "see", batch)
    except (AccessDenied, NotSeen):
        raise jobs.GiveUp(exports.NO_LONGER) from None
    content = next((data for one, data in queries.contents(batch) if one.id == file.id), None)
    if content is None:
        raise jobs.GiveUp(exports.NO_LONGER)
    lines = queries.refused(batch, file)
    work.progress(0, len(lines), exports.WRITING)
    made = annotated(content, lines)
    work.progress(len(lines), len(lines), exports.WRITING)
    stem = file.name.rpartition(".")[0] or file.name
    with transaction():
        work.result(str(_("%(name)s（问题）.xlsx", name=stem)), CONTENT_TYPE, made)


def annotated(content: bytes, lines: Iterable[ImportLine]) -> bytes:
    """The workbook with the lines' findings in it; what would calculate in it is text, what was linked is gone.

    Raises:
        GiveUp: it cannot be written back.
    """
    by_tab: defaultdict[str, list[ImportLine]] = defaultdict(list)
    for line in lines:
        by_tab[line.tab].append(line)
    buffer = BytesIO()
    try:
        book = openpyxl.load_workbook(BytesIO(containers.unpack(content, limits()).content))
        for page in book.worksheets:
            _disarm(page)
            if page.title in by_tab:
                _mark(page, by_tab[page.title])
        book.save(buffer)
    except (KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
        raise jobs.GiveUp(UNWRITABLE) from error
    return buffer.getvalue()


def _disarm(page: Any) -> None:
    """A formula stays readable and calculates nothing."""
    for row in page.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                text = getattr(cell.value, "text", cell.value)
                cell.value = str(text)
                cell.data_type = "s"


def _mark(page: Any, lines: Iterable[ImportLine]) -> None:
    column = page.max_column + 1
    head = min((line.row for line in lines), default=1)
    reasons: defaultdict[int, list[str]] = defaultdict(list)
    for line in lines:
        for one in line.findings:
            row = _row(page, line, one)
            reasons[row].append(told(one))
    for row, texts in reasons.items():
        cell = page.cell(row, column)
        cell.value, cell.data_type = "；".join(dict.fromkeys(texts)), "s"
        cell.font, cell.fill, cell.alignment = _SAID, _BAD, _WRAPPED
    title = page.cell(max(head - 1, 1), column)
    if title.value is None:
        title.value, title.font = str(_("导入时发现的问题")), Font(bold=True)
    page.column_dimensions[title.column_letter].width = 60


def _row(page: Any, line: ImportLine, one: Mapping[str, Any]) -> int:
    """The row a finding stands in, its own cell marked where it has one."""
    if not one["cell"]:
        return line.row
    row, column = coordinate_to_tuple(one["cell"])
    cell = page.cell(row, column)
    cell.fill = _BAD
    before = f"{cell.comment.text}\n" if cell.comment is not None else ""
    cell.comment = Comment(before + told(one), str(_("导入检查")), width=320, height=120)
    return row


def told(one: Mapping[str, Any]) -> str:
    """A kept finding in words, with the article it rests on."""
    words = str(one["message"])
    text = fill(str(_(words)), one["params"])
    return f"{text.rstrip('。')}（{one['source']}）" if one["source"] else text
