"""Annex 5 as PDF: one sheet, the ticked ones, or a whole list as work to wait for (A5, S12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Flask
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from app.foundation import access, audit, clock, jobs
from app.foundation.access import Actor, Facts
from app.foundation.database import transaction
from app.foundation.documents import pdf
from app.foundation.keys import sealing
from app.kernel.errors import N_, AccessDenied, Refusal
from app.plugins.establishment.labels import RANK
from app.plugins.operations import exports
from app.plugins.surveys import labels, offices, queries
from app.plugins.surveys.models import SurveySheet

NAME = "survey_sheets"
KIND = "surveys.sheets"
TEMPLATE = Path(__file__).with_name("sheet.typ")
LEAST_ROWS = 3  # annex 5 prints so many, filled in or not
PIECE = 50

Args = MultiDict[str, str]
Count = Callable[[Args, int], int]
Walk = Callable[[Args, int], Iterator[list[int]]]


@dataclass(frozen=True)
class Printed:
    """A file to take away."""

    name: str
    content: bytes
    content_type: str = pdf.CONTENT_TYPE


def one(sheet: SurveySheet) -> Printed:
    """One sheet as the annex prints it, whatever is filled in so far."""
    name = f"{_('摸底调查表')}_{sheet.unit_name}.pdf"
    return Printed(name, pdf.pdf(TEMPLATE, {"sheets": [drawn(sheet)]}))


def several(sheets: Sequence[SurveySheet]) -> Printed:
    """Sheets in one file, each on a page of its own, by office and account."""
    ordered = sorted(sheets, key=lambda row: (row.review_path, row.account, row.filing_desk_id or 0))
    made = pdf.pdf(TEMPLATE, {"sheets": [drawn(sheet) for sheet in ordered]})
    return Printed(f"{_('摸底调查表')}_{clock.today():%Y%m%d}.pdf", made)


def drawn(sheet: SurveySheet) -> dict[str, Any]:
    """What the template draws of a sheet: its words, which boxes are ticked, and at least the annex's three rows.

    The form is the notice's: it does not follow the language of whoever prints it.
    """
    fields = ("unit_name", "supervisor_name", "leader", "address", "contact", "phone", "email", "no_website")
    rows = [
        {name: getattr(row, name) for name in ("number", "name", "chinese_domain", "english_domain", "ip")}
        for row in sheet.sites
    ]
    blank = dict.fromkeys(("name", "chinese_domain", "english_domain", "ip"), "")
    rows += [{"number": number, **blank} for number in range(len(rows) + 1, LEAST_ROWS + 1)]
    with force_locale("zh"):
        boxes = {
            "natures": [
                {"label": str(word), "on": sheet.nature == key} for key, word in labels.NATURE.items()
            ],
            "ranks": [{"label": str(word), "on": sheet.rank == key} for key, word in RANK.items()],
        }
    return {
        **boxes,
        **{name: getattr(sheet, name) for name in fields},
        "site_count": "" if sheet.site_count is None else str(sheet.site_count),
        "sites": rows,
    }


def remember(count: int, *, actor: Actor) -> None:
    """Who printed how many at once, in the record; inside the caller's transaction."""
    path = actor.posts[0].path
    audit.record(actor, "survey.printed", offices.by_path({path})[path], after={"sheets": count})


# -- a whole list, as work to wait for -----------------------------------------------------------------------


def declare(app: Flask, count: Count, walk: Walk) -> None:
    """Say that this app can print a list; ``count`` and ``walk`` read it as the acting person sees it."""

    def run(work: jobs.Work) -> None:
        _run(work, count, walk)

    jobs.declare(app, jobs.Kind(KIND, _l("打印摸底调查表"), run, attempts=3, lease=120, on_behalf=True))


def put(args: Args, count: int, *, actor: Actor) -> None:
    """Let a list be printed for the actor, with its filters; inside the caller's transaction.

    Raises:
        Refusal: too many sheets, too many exports open, or no post at an office where the work could wait.
    """
    exports.long(NAME, count)
    path = next(
        (post.path for post in actor.posts if access.can(actor, "survey", "see", Facts(post.path))), None
    )
    if path is None:
        raise Refusal(
            "print-many",
            N_("一次最多打印 %(most)s 份。请先按条件筛选，或者勾选后分次打印。"),
            most=exports.limit(NAME).direct,
        )
    exports.put(
        KIND,
        {"asked": sealing.seal(urlencode(list(args.items(multi=True))))},
        actor=actor,
        needs=("survey", "see", Facts(path)),
        path=path,
        total=count,
    )


def _run(work: jobs.Work, count: Count, walk: Walk) -> None:
    """Read the sheets piece by piece, set them, leave the file.

    Raises:
        GiveUp: the list is not the person's to see any more, or has become too long.
    """
    actor = access.current_actor()
    obj, act, path = work.payload["needs"]
    try:
        access.require(actor, obj, act, Facts(path))
        asked = sealing.unseal(work.payload["asked"])
    except AccessDenied:
        raise jobs.GiveUp(exports.NO_LONGER) from None
    except sealing.Unreadable:
        raise jobs.GiveUp(exports.UNREADABLE) from None
    args: Args = MultiDict(parse_qsl(asked, keep_blank_values=True))
    total = count(args, exports.limit(NAME).most)
    exports.ensure_fits(NAME, total)
    work.progress(0, total)
    sheets: list[SurveySheet] = []
    for keys in walk(args, PIECE):
        sheets += queries.several(keys)
        exports.ensure_fits(NAME, len(sheets))
        work.progress(len(sheets), max(total, len(sheets)))
    work.progress(len(sheets), len(sheets), exports.WRITING)
    made = several(sheets)
    with transaction():
        remember(len(sheets), actor=actor)
    work.result(made.name, made.content_type, made.content)
