"""操作记录: what was done, for the officers who watch over an office, at their level and below."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from flask import redirect, request

from app.foundation.access import current_actor
from app.foundation.admin import labels as words
from app.foundation.admin.arguments import BadArgument, unseen
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.admin.widgets import pages_of
from app.foundation.audit import reading
from app.foundation.audit.reading import Asked
from app.foundation.database import transaction
from app.foundation.documents.xlsx import Value
from app.kernel.errors import N_
from app.plugins.account import exporting, exports, labels
from app.plugins.operations.exports import answer, limit, long, wait_url

PAGE = 50
PAGE_MAX = 200


class DeedView(ScopedView):
    """操作记录: the audit record by office, read through ``audit.reading``."""

    route_base = "/deeds"
    obj = "log"
    acts = {"index": "see", "export": "see", "start": "see"}
    targets = {"kind": exports.KINDS}
    default_view = "index"

    @expose("/")
    @has_access
    def index(self) -> str:
        """One page of what was done.

        Raises:
            BadArgument: a day, verb or page that is none.
        """
        actor, asked = current_actor(), _asked(request.args)
        total = reading.count(actor, asked)
        page = min(_page(), pages_of(total, PAGE) or 1)
        return self.render_template(
            "account/deeds.html",
            rows=reading.entries(actor, asked, page=page, size=PAGE),
            asked=asked,
            verbs=words.choices(words.VERB),
            tables=labels.TABLES,
            page=page,
            pages=min(pages_of(total, PAGE), PAGE_MAX),
            total=total,
        )

    @expose("/export/<kind>")
    @has_access
    def export(self, kind: str) -> Any:
        """The same as a file.

        Raises:
            NotSeen: another kind than XLSX or CSV.
        """
        if kind not in exports.KINDS:
            raise unseen()
        many = long(exports.DEEDS, counted(request.args, limit(exports.DEEDS).most))
        if many:
            page = exporting.offer(exports.DEEDS, many, "DeedView.start", "DeedView.index", kind)
            return self.render_template("operations/offer.html", **page)
        rows = reading.entries(current_actor(), _asked(request.args), size=limit(exports.DEEDS).direct)
        made = exports.written(exports.DEEDS, kind, map(exports.deed, rows))
        return answer(made.name, made.content_type, made.content)

    @expose("/export/<kind>", methods=["POST"])
    @has_access
    def start(self, kind: str) -> Any:
        """Put a long export to work.

        Raises:
            NotSeen: another kind than XLSX or CSV.
            Refusal: too many rows, or too many exports open.
        """
        if kind not in exports.KINDS:
            raise unseen()
        rows = counted(request.args, limit(exports.DEEDS).most)
        with transaction():
            exporting.put(exports.DEEDS, kind, rows, actor=current_actor())
        return redirect(wait_url())


def counted(args: exporting.Args, most: int) -> int:
    """How many entries an address asks for, to one more than ``most``."""
    return reading.count(current_actor(), _asked(args), most)


def walk(args: exporting.Args, size: int) -> Iterator[list[tuple[Value, ...]]]:
    """The entries an address asks for, piece by piece."""
    for rows in reading.walk(current_actor(), _asked(args), size):
        yield [exports.deed(row) for row in rows]


def _asked(args: exporting.Args) -> Asked:
    person, verb = args.get("person", "").strip(), args.get("verb", "")
    if verb and verb not in dict(words.choices(words.VERB)):
        raise BadArgument("verb", N_("“%(name)s”不是所列的操作。"))
    return Asked(_day(args, "since"), _day(args, "until"), person[:80], verb)


def _day(args: exporting.Args, name: str) -> date | None:
    raw = args.get(name, "").strip()
    if not raw:
        return None
    try:
        day = date.fromisoformat(raw)
    except ValueError:
        raise BadArgument(name, N_("“%(name)s”应为日期，例如 2026-01-31。")) from None
    if not 1900 < day.year < 9000:
        raise BadArgument(name, N_("“%(name)s”应为日期，例如 2026-01-31。"))
    return day


def _page() -> int:
    raw = request.args.get("page", "1")
    if not (raw.isascii() and raw.isdecimal() and len(raw) < 7):
        raise BadArgument("page", N_("参数“%(name)s”应为不小于 0 的整数。"))
    return min(max(1, int(raw)), PAGE_MAX)
