"""The long export of the collated survey: put to work for whoever asks, done with the posts he holds by then (S14)."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.foundation import access, audit, jobs
from app.foundation.database import transaction
from app.foundation.documents import xlsx
from app.kernel.errors import AccessDenied, NotSeen
from app.plugins.operations import exports
from app.plugins.surveys import collation, workbook
from app.plugins.surveys.place import Place, Wanted, find
from app.plugins.surveys.workbook import Workbook

NAME = "aggregate"
KIND = "surveys.aggregate"
PIECE = 500  # rows read at a time


def declare(app: Flask) -> None:
    """Say that this app can do it."""
    jobs.declare(app, jobs.Kind(KIND, _l("导出摸底汇总表"), run, attempts=3, lease=60, on_behalf=True))


def title(place: Place) -> str:
    """What is exported, in words."""
    return str(_("%(office)s的摸底汇总表", office=place.office.short_name))


def named(place: Place) -> dict[str, Any]:
    """The arguments that lead to this place again."""
    return {"office": place.office.code, "campaign": place.survey.id}


def long(place: Place) -> int:
    """How many rows it has, where that is more than a page answers; else 0.

    Raises:
        Refusal: more than a file may have.
    """
    return exports.long(NAME, collation.count(place, exports.limit(NAME).most))


def put(place: Place) -> None:
    """Let it be done; inside the caller's transaction.

    Raises:
        AccessDenied, Refusal: see ``exports.put``, ``exports.long``.
    """
    rows = collation.count(place, exports.limit(NAME).most)
    exports.long(NAME, rows)
    exports.put(
        KIND,
        {"office": place.office.code, "campaign": place.survey.id},
        actor=place.actor,
        needs=("aggregate", "see", place.office),
        path=place.own.path,
        total=rows,
    )


def run(work: jobs.Work) -> None:
    """Read the rows piece by piece, make the workbook, remember who took it, leave the file.

    Raises:
        GiveUp: the survey is not the person's to see any more, or has become too long.
    """
    payload = work.payload
    try:
        place = find(access.current_actor(), Wanted(str(payload["office"]), str(payload["campaign"])))
    except (AccessDenied, NotSeen):
        raise jobs.GiveUp(exports.NO_LONGER) from None
    sheets = collation.keys(place)
    exports.ensure_fits(NAME, len(sheets))
    chosen = collation.fields(place.actor, place.office)
    rows: list[list[xlsx.Value]] = []
    work.progress(0, len(sheets))
    for piece in _pieces(sheets):
        rows += collation.lines(place, chosen, piece)
        work.progress(len(rows), len(sheets))
    work.progress(len(rows), len(sheets), exports.WRITING)
    made = workbook.workbook(place, rows)
    with transaction():
        remember(place, made)
    work.result(made.name, workbook.CONTENT_TYPE, made.content)


def _pieces(sheets: list[int]) -> list[list[int]]:
    """Keys of so many rows each; the rows of one sheet stay together."""
    found: list[list[int]] = [[]]
    rows = 0
    for key, group in groupby(sheets):
        if rows >= PIECE:
            found.append([])
            rows = 0
        found[-1].append(key)
        rows += len(list(group))
    return found


def remember(place: Place, made: Workbook) -> None:
    """Who took it, in the record; inside the caller's transaction."""
    after = {
        "office": place.office.code,
        "document": place.survey.document,
        "rows": made.rows,
        "contacts": made.personal,
    }
    audit.record(place.actor, "aggregate.exported", place.office, after=after)
