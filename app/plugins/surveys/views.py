"""The list of sheets, and one sheet read, handed in, returned and accepted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from flask import flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from app.foundation import access, audit, clock
from app.foundation.access import Facts, current_actor
from app.foundation.admin import memory
from app.foundation.admin.arguments import LIST_MAX, BadArgument
from app.foundation.admin.formatters import Cell
from app.foundation.admin.interface import ScopedInterface
from app.foundation.admin.operators import In, RequestFilters
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedModelView, ScopedView, action, expose, has_access
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Office, Unit
from app.kernel.errors import N_, Invalid
from app.plugins.establishment.labels import RANK
from app.plugins.operations.exports import answer, limit, long, wait_url
from app.plugins.surveys import labels, printing, queries, register, rules, service, shown
from app.plugins.surveys.filling import Filling
from app.plugins.surveys.models import EDITABLE, SurveySheet
from app.plugins.surveys.offices import OwnAndBelow, name_of
from app.plugins.surveys.printing import PIECE


class SheetListView(ScopedModelView):
    """Every sheet one sees; sheets not started yet stand under 待填写 and in the aggregate."""

    route_base = "/surveys"
    datamodel = ScopedInterface(SurveySheet)
    obj = "survey"
    acts = {"ticked": "see", "sheets": "see", "sheets_pdf": "see", "start_print": "see"}
    targets = {"sheets.sheet": Row(SurveySheet), "sheets_pdf.sheet": Row(SurveySheet)}
    base_permissions = ["can_list"]
    list_template = "surveys/list.html"
    list_title = _l("摸底调查表")
    list_columns = ["unit_name", "nature", "review_path", "site_count", "state", "submitted_at"]
    label_columns = {
        "unit_name": _l("填报单位"),
        "account": _l("单位账号"),
        "nature": _l("单位性质"),
        "review_path": _l("接收机构"),
        "site_count": _l("网站"),
        "state": _l("状态"),
        "submitted_at": _l("报送 / 期限"),
        "no_website": _l("无网站"),
    }
    search_columns = ["unit_name", "account", "state", "nature", "review_path", "no_website"]
    order_columns = ["unit_name", "submitted_at"]
    base_order = ("id", "desc")
    chips = {"state": labels.STATES, "nature": labels.NATURE, "review_path": OwnAndBelow()}
    list_empty = _l("本范围内还没有摸底调查表")
    list_hint = _l("由单位政工人事部门或者承办科室填写；点右上角“新增”查看待填写的单位。")

    def row_url(self, row: SurveySheet) -> str:
        """The page of one sheet."""
        return url_for("SurveyView.page", pk=row.id)

    def add_url(self) -> str | None:
        """The units whose sheet the actor may start."""
        return url_for("SurveyView.todo") if access.may(current_actor(), "survey", "edit") else None

    def cells(self, one: SurveySheet, columns: Any) -> tuple[Cell, ...]:
        """The row's own cells, with the date in place of a bare moment and the office by its name."""
        drawn = dict(zip(columns, super().cells(one, columns), strict=True))
        text, tone = shown.due_cell(one, queries.deadline(one))
        drawn["submitted_at"] = Cell(text, tone, chip=bool(tone), name="submitted_at")
        drawn["review_path"] = Cell(name_of(one.review_path), name="review_path")
        drawn["nature"] = Cell(str(labels.NATURE[one.nature]), name="nature")
        count = (
            str(_("无网站"))
            if one.no_website
            else ""
            if one.site_count is None
            else str(_("%(n)s 个", n=one.site_count))
        )
        drawn["site_count"] = Cell(count, name="site_count")
        return tuple(drawn[name] for name in columns)

    @action("print", _l("打印"))
    def ticked(self, rows: Any) -> Any:
        """Go on to the page that prints the ticked sheets."""
        chosen = rows if isinstance(rows, list) else [rows]
        return redirect(url_for("SheetListView.sheets", sheet=[row.id for row in chosen]))

    @expose("/sheets")
    @has_access
    def sheets(self) -> str:
        """Before printing: which sheets, at once or as work to wait for.

        Raises:
            NotSeen: a sheet that was ticked is not there, or not the actor's to see.
            Refusal: more than a file may have.
        """
        args = MultiDict(request.args)
        if "sheet" not in args:
            args, _found = memory.list_arguments(self.name, self.read_list)
        count = self.counted(args, limit(printing.NAME).most)
        return self.render_template(
            "surveys/print.html",
            count=count,
            waits=bool(long(printing.NAME, count)),
            file=_with("SheetListView.sheets_pdf", args),
            start=_with("SheetListView.start_print", args),
        )

    @expose("/sheets.pdf")
    @has_access
    def sheets_pdf(self) -> Any:
        """The sheets an address asks for in one file; who took it is remembered.

        Raises:
            NotSeen, Refusal: as ``sheets``; also more than can be waited for.
        """
        count = self.counted(request.args, limit(printing.NAME).most)
        if long(printing.NAME, count):
            return redirect(_with("SheetListView.sheets", request.args))
        keys = [key for piece in self.walk(request.args, PIECE) for key in piece]
        made = printing.several(queries.several(keys))
        with transaction():
            printing.remember(len(keys), actor=current_actor())
        return answer(made.name, made.content_type, made.content)

    @expose("/sheets", methods=["POST"])
    @has_access
    def start_print(self) -> Any:
        """Put a long print to work.

        Raises:
            Refusal: see ``printing.put``.
        """
        count = self.counted(request.args, limit(printing.NAME).most)
        with transaction():
            printing.put(MultiDict(request.args), count, actor=current_actor())
        return redirect(wait_url())

    def counted(self, args: MultiDict[str, str], most: int) -> int:
        """How many sheets an address asks for, to one more than ``most``."""
        found = self.datamodel.count(self._chosen(args), most)
        return most + 1 if found.more else int(found)

    def walk(self, args: MultiDict[str, str], size: int) -> Iterator[list[int]]:
        """Their keys, piece by piece."""
        for rows in self.datamodel.walk(self._chosen(args), "asc", size):
            yield [row.id for row in rows]

    def _chosen(self, args: MultiDict[str, str]) -> RequestFilters:
        """The ticked sheets, each of them seen; without any, the filters of the list."""
        keys = args.getlist("sheet")
        if not keys:
            _asked, filters = self.read_list(args)
            return filters
        if len(keys) > LIST_MAX:
            raise BadArgument("sheet", N_("一次最多办理 %(most)s 条。"), most=LIST_MAX)
        filters = self.filters_prototype.fresh()
        filters.add_filter("id", In, [row.id for row in self.datamodel.all_seen(keys)])
        return filters


class SurveyView(Filling, ScopedView):
    """One sheet."""

    route_base = "/surveys"
    obj = "survey"
    acts = {
        "page": "see", "paper": "see", "todo": "edit", "new": "edit", "start": "edit", "edit": "edit", "fill": "edit", "look": "edit",
        "check": "edit", "submit": "submit", "withdraw": "submit", "accept": "accept", "give_back": "return",
    }  # fmt: skip
    targets = {"pk": SurveySheet, "new.unit": Unit, "start.unit": Unit}
    default_view = "todo"

    @expose("/todo")
    @has_access
    def todo(self) -> str:
        """Sheets to fill in, those not started included."""
        tasks = queries.to_fill(current_actor(), limit=100)
        return self.render_template(
            "surveys/todo.html", tasks=[(task, shown.chip(task.deadline)) for task in tasks]
        )

    @expose("/new")
    @has_access
    def new(self) -> Any:
        """Before the first word: which sheet is started, from what, by whom; one that exists opens instead.

        Raises:
            NotSeen, AccessDenied: the unit, or its sites filed by that desk, are not the actor's to see or fill in.
        """
        unit_id, desk_id = _number(request.args, "unit") or 0, _number(request.args, "desk")
        found = register.entry_for(unit_id, desk_id)
        access.require(
            current_actor(), "survey", "edit", Facts(found.review_path, found.filing_path, unit_id)
        )
        plan = queries.plan_for(found.review_path, found.filing_path)
        sheet = queries.find(plan.id, unit_id, desk_id) if plan is not None else None
        if sheet is not None:
            return redirect(url_for("SurveyView.edit", pk=sheet.id))
        desk = db.session.get(Office, desk_id) if desk_id is not None else None
        rule, source = shown.desk_rule(desk) if desk is not None else shown.filing_rule(unit_id)
        return self.render_template(
            "surveys/new.html",
            found=found,
            plan=plan,
            unit_id=unit_id,
            desk_id=desk_id,
            responsible=rule,
            responsible_source=source,
        )

    @expose("/new", methods=["POST"])
    @has_access
    def start(self) -> Any:
        """Start a sheet and go on to its form.

        Raises:
            NotSeen, AccessDenied, Refusal, WrongState: see ``service.open_``.
        """
        unit_id, desk_id = _number(request.form, "unit"), _number(request.form, "desk")
        with transaction():
            sheet = service.open_(unit_id or 0, desk_id, actor=current_actor())
        return redirect(url_for("SurveyView.edit", pk=sheet.id))

    @expose("/<int:pk>/")
    @has_access
    def page(self, pk: int) -> str:
        """The sheet with its dates, what happened, and what may be done now."""
        return self._page(queries.get(pk))

    @expose("/<int:pk>/sheet.pdf")
    @has_access
    def paper(self, pk: int) -> Any:
        """Annex 5 as paper, for the seals."""
        made = printing.one(queries.get(pk))
        return answer(made.name, made.content_type, made.content)

    @expose("/<int:pk>/withdraw", methods=["POST"])
    @has_access
    def withdraw(self, pk: int) -> Any:
        """Take it back to change it."""
        with transaction():
            service.withdraw(queries.get(pk), actor=current_actor())
        flash(_("已撤回。修改后请重新提交。"), "success")
        return redirect(url_for("SurveyView.edit", pk=pk))

    @expose("/<int:pk>/accept", methods=["POST"])
    @has_access
    def accept(self, pk: int) -> Any:
        """Accept it."""
        with transaction():
            service.accept(queries.get(pk), actor=current_actor(), version=_number(request.form, "version"))
        flash(_("已接收。表中未登记的网站已记入网站登记。"), "success")
        return redirect(url_for("SurveyView.page", pk=pk))

    @expose("/<int:pk>/return", methods=["POST"])
    @has_access
    def give_back(self, pk: int) -> Any:
        """Return it with a reason; without one the page comes back with what was typed."""
        reason = request.form.get("reason", "")
        try:
            with transaction():
                service.return_(
                    queries.get(pk), reason, actor=current_actor(), version=_number(request.form, "version")
                )
        except Invalid as refused:
            page = self._page(queries.get(pk), reason=reason, findings=refused.findings)
            return make_response(page, refused.status)
        flash(_("已退回补正，理由已送达填报单位。"), "success")
        return redirect(url_for("SurveyView.page", pk=pk))

    def _page(self, sheet: SurveySheet, *, reason: str = "", findings: Any = ()) -> str:
        actor, deadline, office = current_actor(), queries.deadline(sheet), queries.reviewing_office(sheet)
        office_name = office.short_name if office is not None else ""
        can = {act: access.can(actor, "survey", act, sheet) for act in ("edit", "submit", "accept", "return")}
        can["reassign"] = access.can(actor, "unit", "edit", sheet)
        rule, source = shown.responsible(sheet)
        return self.render_template(
            "surveys/show.html",
            sheet=sheet,
            fields=labels.FIELDS,
            site_fields=labels.SITE_FIELDS,
            natures=labels.NATURE,
            ranks=RANK,
            can=can,
            editable=sheet.state in EDITABLE,
            clock_view=shown.chip(deadline) if sheet.state in EDITABLE else None,
            handed_in=shown.handed_in(sheet, deadline),
            deadline=deadline,
            stages=shown.stages(sheet),
            next_step=shown.next_step(sheet, deadline, office_name),
            responsible=rule,
            responsible_source=source,
            office=office_name,
            scans=queries.scans(sheet) if sheet.no_website else [],
            compared=shown.compared(sheet) if can["accept"] and sheet.state == "submitted" else [],
            story=shown.story(audit.timeline(sheet)),
            today=clock.today(),
            reason=reason,
            reason_longest=rules.REASON_LONGEST,
            findings=list(findings),
        )


def _with(endpoint: str, args: MultiDict[str, str]) -> str:
    """The address of a page with the arguments of another; whatever they are called, ``url_for`` is not told them."""
    query = urlencode(list(args.items(multi=True)))
    return f"{url_for(endpoint)}?{query}" if query else url_for(endpoint)


def _number(values: Mapping[str, str], name: str) -> int | None:
    raw = values.get(name, "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None
