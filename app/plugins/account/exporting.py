"""Long exports of the logs: put to work for whoever asks, done with the posts he holds by then.

What he filtered by may be somebody's name, so it waits sealed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Flask, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from app.foundation import access, jobs
from app.foundation.access import Actor
from app.foundation.access.facts import Facts
from app.foundation.admin.addresses import query_kept
from app.foundation.documents.xlsx import Value
from app.foundation.keys import sealing
from app.kernel.errors import AccessDenied
from app.plugins.account import exports as files
from app.plugins.operations import exports

PIECE = 1000  # rows read at a time
OBJ, ACT = "log", "see"
Args = MultiDict[str, str]
# How many rows there are (to one more than so many), and all of them piece by piece: as the acting person sees them.
Count = Callable[[Args, int], int]
Walk = Callable[[Args, int], Iterator[Sequence[Sequence[Value]]]]


def kind_of(what: str) -> str:
    """The kind of job that exports a log."""
    return f"account.{what}"


def declare(app: Flask, what: str, count: Count, walk: Walk) -> None:
    """Say that this app can export a log."""

    def run(work: jobs.Work) -> None:
        _run(work, what, count, walk)

    titles = {files.SIGN_INS: _l("导出登录日志"), files.DEEDS: _l("导出操作记录")}
    jobs.declare(app, jobs.Kind(kind_of(what), titles[what], run, attempts=3, lease=60, on_behalf=True))


def offer(what: str, rows: int, start: str, back: str, kind: str) -> dict[str, Any]:
    """What the page that offers the export as work to wait for needs; the filters stay in its addresses."""
    args: dict[str, Any] = query_kept()
    return {
        "what": str(files.TITLES[what]),
        "rows": rows,
        "action": url_for(start, kind=kind, **args),
        "back": url_for(back, **args),
    }


def put(what: str, kind: str, rows: int, *, actor: Actor) -> None:
    """Let it be done for the actor, with the filters of the present address; inside the caller's transaction.

    Raises:
        AccessDenied, Refusal: see ``exports.put``, ``exports.long``.
    """
    exports.long(what, rows)
    asked = sealing.seal(urlencode(list(request.args.items(multi=True))))
    path = _own(actor)
    exports.put(
        kind_of(what),
        {"kind": kind, "asked": asked},
        actor=actor,
        needs=(OBJ, ACT, Facts(path)),
        path=path,
        total=rows,
    )


def _own(actor: Actor) -> str:
    """The office whose post lets the actor read the logs.

    Raises:
        AccessDenied: none does.
    """
    access.require_any(actor, OBJ, ACT)
    return next(post.path for post in actor.posts if access.policy().lines_for(post.role, OBJ, ACT))


def _run(work: jobs.Work, what: str, count: Count, walk: Walk) -> None:
    """Read the rows piece by piece, write the file, leave it.

    Raises:
        GiveUp: the log is not the person's to see any more, or has become too long.
    """
    actor = access.current_actor()
    _obj, _act, path = work.payload["needs"]
    try:
        access.require(actor, OBJ, ACT, Facts(path))
        asked = sealing.unseal(work.payload["asked"])
    except AccessDenied:
        raise jobs.GiveUp(exports.NO_LONGER) from None
    except sealing.Unreadable:
        raise jobs.GiveUp(exports.UNREADABLE) from None
    args: Args = MultiDict(parse_qsl(asked, keep_blank_values=True))
    total = count(args, exports.limit(what).most)
    exports.ensure_fits(what, total)
    work.progress(0, total)
    rows: list[Sequence[Value]] = []
    for piece in walk(args, PIECE):
        rows += piece
        exports.ensure_fits(what, len(rows))
        work.progress(len(rows), max(total, len(rows)))
    work.progress(len(rows), len(rows), exports.WRITING)
    made = files.written(what, work.payload["kind"], rows)
    work.result(made.name, made.content_type, made.content)
