"""The uploaded workbook given back, with each reason in the cell it is about and in a column of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.foundation import access, audit, jobs
from app.foundation.access import Actor
from app.foundation.database import transaction
from app.foundation.documents import reasons
from app.kernel.errors import N_, AccessDenied, NotSeen, fill
from app.plugins.imports import containers, queries
from app.plugins.imports.limits import limits
from app.plugins.imports.models import ImportBatch, ImportFile, ImportLine
from app.plugins.imports.template import CONTENT_TYPE
from app.plugins.operations import exports

KIND = "imports.errors"
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
    found = [
        reasons.Reason(line.tab, line.row, told(one), one["cell"]) for line in lines for one in line.findings
    ]
    sent = containers.unpack(content, limits()).content
    try:
        return reasons.annotated(sent, found, heading=str(_("导入时发现的问题")), author=str(_("导入检查")))
    except ValueError as error:
        raise jobs.GiveUp(UNWRITABLE) from error


def told(one: Mapping[str, Any]) -> str:
    """A kept finding in words, with the article it rests on."""
    words = str(one["message"])
    text = fill(str(_(words)), one["params"])
    return f"{text.rstrip('。')}（{one['source']}）" if one["source"] else text
