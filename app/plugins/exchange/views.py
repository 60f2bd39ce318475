"""机要交换登记: the book, one envelope, and the two forms that fill it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.foundation import access, clock
from app.foundation.access import current_actor
from app.foundation.admin import arguments
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.admin.widgets import pages_of
from app.kernel.errors import N_, Finding, Refusal
from app.plugins.applications import labels as application_labels
from app.plugins.applications import queries as applications
from app.plugins.applications.models import Application
from app.plugins.applications.views import posted
from app.plugins.exchange import entering, exporting, labels, queries, rules, service
from app.plugins.exchange.models import THINGS_IN, ExchangeEntry, ExchangeLine
from app.plugins.exchange.rules import at

PAGE = 25
PRINTED = 500
TITLES = {"in": _l("登记收件"), "out": _l("登记寄发")}


class ExchangeView(ScopedView):
    """The book of the reader's own office (C-art.8, 9)."""

    route_base = "/exchange"
    obj = "exchange"
    acts = {
        "index": "see", "show": "see", "paper": "see", "export": "see",
        "new_in": "register", "receive": "register", "new_out": "register", "send": "register",
        "mismatch": "register", "scan": "register", "remove_scan": "register",
    }  # fmt: skip
    targets = {
        "pk": ExchangeEntry,
        "line": Row(ExchangeLine, enough=False),
        "application_id": Row(Application, enough=False),
        "new_in.application": Row(Application, enough=False),
        "receive.application": Row(Application, enough=False),
        "new_out.application": Row(Application, enough=False),
        "send.application": Row(Application, enough=False),
    }
    default_view = "index"

    # -- the book --------------------------------------------------------------------------------------------

    @expose("/")
    @has_access
    def index(self) -> str:
        """The book, the newest envelope first, and what waits to be entered."""
        asked, number, actor = entering.asked(), arguments.page_number(), current_actor()
        keeps = access.may(actor, "exchange", "register")
        total = queries.count(asked)
        return self.render_template(
            "exchange/list.html",
            rows=queries.page(asked, number, PAGE),
            page=number,
            pages=pages_of(min(total, queries.BOUND), PAGE),
            total=total,
            asked=asked,
            directions=[
                (
                    label,
                    url_for("ExchangeView.index", **entering.args(asked, direction=key)),
                    key == asked.direction,
                    None,
                )
                for key, label in {"": _("全部"), **labels.BOOK}.items()
            ],
            years=[
                (
                    word,
                    url_for("ExchangeView.index", **entering.args(asked, year=year)),
                    year == asked.year,
                    None,
                )
                for year, word in [(None, _("全部")), *((one, str(one)) for one in queries.years())]
            ],
            files=entering.args(asked),
            awaited=queries.awaited(actor) if keeps else [],
            to_send=queries.to_send(actor) if keeps else [],
            keeps=keeps,
            labels=labels,
            means=application_labels.MEANS,
        )

    @expose("/<int:pk>")
    @has_access
    def show(self, pk: int) -> str:
        """One envelope and what lay in it."""
        return self._show(queries.get(pk))

    def _show(self, entry: ExchangeEntry, findings: Sequence[Finding] = ()) -> str:
        return self.render_template(
            "exchange/show.html",
            entry=entry,
            number=labels.number_of(entry.direction, entry.year, entry.serial),
            keeps=access.can(current_actor(), "exchange", "register", entry),
            labels=labels,
            means=application_labels.MEANS,
            at=at,
            findings=list(findings),
            typed=request.form,
        )

    @expose("/print")
    @has_access
    def paper(self) -> str:
        """The book as a page to print and bind."""
        asked = entering.asked()
        rows = [row for piece in queries.walk(asked, PRINTED) for row in piece][: PRINTED + 1]
        if len(rows) > PRINTED:
            raise Refusal("print-many", N_("一次最多打印 %(most)s 条，请先按方向和年份筛选。"), most=PRINTED)
        return self.render_template(
            "exchange/paper.html",
            rows=rows,
            labels=labels,
            means=application_labels.MEANS,
            asked=asked,
            office=current_actor().posts[0].holder if current_actor().posts else "",
            today=clock.today(),
        )

    @expose("/export.csv")
    @has_access
    def export(self) -> Any:
        """The same as a table, a line for each kind of paper."""
        return exporting.file(entering.asked())

    # -- filling it ------------------------------------------------------------------------------------------

    @expose("/in")
    @has_access
    def new_in(self) -> str:
        """What came in: first tick the cases, then say what lay in each envelope."""
        return self._form("in", entering.chosen(request.args.getlist("application")))

    @expose("/in", methods=["POST"])
    @has_access
    def receive(self) -> Any:
        """Register what came in: an envelope for each unit."""
        return self._register("in", entering.receive)

    @expose("/out")
    @has_access
    def new_out(self) -> str:
        """What goes out."""
        return self._form("out", entering.chosen(request.args.getlist("application")))

    @expose("/out", methods=["POST"])
    @has_access
    def send(self) -> Any:
        """Register what goes out."""
        return self._register("out", entering.send)

    def _form(self, direction: str, rows: Sequence[Application], findings: Sequence[Finding] = ()) -> str:
        actor, typed = current_actor(), request.form
        office = entering.office_of(rows)
        offered = queries.awaited(actor) if direction == "in" else queries.to_send(actor)
        return self.render_template(
            f"exchange/{'receive' if direction == 'in' else 'send'}.html",
            title=TITLES[direction],
            groups=entering.by_unit_of(rows),
            rows=rows,
            offered=[one for one in offered if one not in rows],
            wanted={row.id: service.wanted(row, office) for row in rows},
            things={row.id: (*rules.OUT.get(row.state, ()), "other") for row in rows},
            labels=labels,
            states=application_labels.STATE,
            means=application_labels.MEANS,
            things_in=THINGS_IN,
            today=clock.today(),
            most=rules.MOST_COPIES,
            typed=typed,
            posted=request.method == "POST",
            findings=list(findings),
            at=at,
        )

    def _register(self, direction: str, enter: Callable[[Sequence[Application]], list[ExchangeEntry]]) -> Any:
        rows = entering.chosen(request.form.getlist("application"))
        try:
            with posted.attempt():
                made = enter(queries.chosen([row.id for row in rows]) if rows else [])
                numbers = [labels.number_of(one.direction, one.year, one.serial) for one in made]
                keys = [one.id for one in made]
        except Refusal as refusal:
            if refusal.status in {403, 404}:
                raise
            rows = entering.chosen(request.form.getlist("application"))
            return make_response(self._form(direction, rows, posted.findings_of(refusal)), refusal.status)
        flash(_("已登记：%(numbers)s。", numbers="、".join(numbers)), "success")
        one = len(keys) == 1
        return redirect(
            url_for("ExchangeView.show", pk=keys[0])
            if one
            else url_for("ExchangeView.index", direction=direction)
        )

    # -- afterwards ------------------------------------------------------------------------------------------

    @expose("/line/<int:line>/mismatch", methods=["POST"])
    @has_access
    def mismatch(self, line: int) -> Any:
        """Note what was found not to agree."""
        row = queries.line(line)
        pk = row.entry_id

        def do() -> Any:
            with posted.attempt():
                service.note_mismatch(
                    queries.line(line), posted.text(at("mismatch", line)), actor=current_actor()
                )
            flash(_("已记下不符情况，并告知申请单位。"), "success")
            return redirect(url_for("ExchangeView.show", pk=pk))

        return posted.answered(do, lambda no: self._show(queries.get(pk), posted.findings_of(no)))

    @expose("/scan/<int:application_id>", methods=["POST"])
    @has_access
    def scan(self, application_id: int) -> Any:
        """Keep a scan of the sealed form."""

        def do() -> Any:
            upload = request.files.get("scan")
            with posted.attempt():
                row = applications.get(application_id)
                access.require(current_actor(), "exchange", "register", row)
                if upload is None or not upload.filename:
                    raise Refusal("file-empty", N_("没有选择文件，或者文件是空的。"), field="scan")
                service.scan(row, upload.stream, upload.filename, actor=current_actor())
            flash(_("扫描件已存入。"), "success")
            return _to_case(application_id)

        return self._or_say(do, application_id)

    @expose("/scan/<int:application_id>/remove", methods=["POST"])
    @has_access
    def remove_scan(self, application_id: int) -> Any:
        """Take a wrong scan away."""

        def do() -> Any:
            with posted.attempt():
                row = applications.get(application_id)
                service.remove_scan(row, posted.number("file"), actor=current_actor())
            flash(_("扫描件已删除。"), "success")
            return _to_case(application_id)

        return self._or_say(do, application_id)

    def _or_say(self, do: Callable[[], Any], application_id: int) -> Any:
        """A "no" is said on the case's own page."""
        try:
            return do()
        except Refusal as refusal:
            if refusal.status in {403, 404}:
                raise
            for one in posted.findings_of(refusal):
                flash(str(_(one.message, **one.params)), "warning")
            return _to_case(application_id)


def _to_case(pk: int) -> Any:
    return redirect(url_for("ApplicationView.show", pk=pk, _anchor="exchange"))
