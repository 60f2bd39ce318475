"""Pages: what one's office owes and has handed in, what it is owed, one return, and its form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_babel import gettext as _

from app.foundation import access, audit, clock
from app.foundation.access import current_actor
from app.foundation.admin import arguments, conflicts
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.database import transaction
from app.foundation.files import office_files
from app.kernel.errors import Finding, Invalid, Refusal, Stale, WrongState
from app.plugins.campaigns.models import CampaignStep
from app.plugins.returns import copies, forms, labels, queries, rules, service, urging
from app.plugins.returns.forms import Typed
from app.plugins.returns.models import EDITABLE, OfficeReturn
from app.plugins.returns.rules import ReturnEntry


class ReturnView(ScopedView):
    """An office's returns to the offices above it, and those of the offices below."""

    route_base = "/returns"
    obj = "return"
    acts = {
        "index": "see", "page": "see", "paper": "see", "begin": "edit", "edit": "edit", "fill": "edit",
        "correct": "edit", "submit": "submit", "withdraw": "submit", "receive": "receive", "send_back": "send-back",
        "reveal": "reveal",
    }  # fmt: skip
    targets = {
        "pk": Row(OfficeReturn, enough=False),
        "step": Row(CampaignStep, act="see", enough=False),
    }
    default_view = "index"

    @expose("/")
    @has_access
    def index(self) -> str:
        """What one owes, then who has handed in what to one's own office."""
        actor = current_actor()
        mine = queries.mine(actor)
        asked = [(plan, step, queries.lines(plan, step)) for plan, step in queries.steps_above(actor)]
        rows = [line.row for _plan, _step, lines in asked for line in lines if line.row is not None]
        rows += [one.row for one in mine if one.row is not None]
        return self.render_template(
            "returns/index.html",
            mine=[(one, queries.chip(one.owed, done=one.done)) for one in mine],
            asked=asked,
            copies=copies.receipts(rows),
            urged={step.id: urging.urged_today(queries.step(step.id)) for _plan, step, _lines in asked},
            may_urge=access.may(actor, "return", "urge"),
        )

    @expose("/new/<int:step>", methods=["POST"])
    @has_access
    def begin(self, step: int) -> Any:
        """Start the return of one's own office."""
        actor = current_actor()
        with transaction():
            found = queries.step(step)
            office = queries.own_office(actor, found.id)
            if office is None:
                raise arguments.unseen()
            row = service.open_(found, office, actor=actor)
        return redirect(url_for("ReturnView.edit", pk=row.id))

    @expose("/<int:pk>")
    @has_access
    def page(self, pk: int) -> str:
        """One return, with what may be done next."""
        return self._page(queries.get(pk))

    def _page(self, row: OfficeReturn, findings: Sequence[Finding] = (), *, full: bool = False) -> str:
        actor = current_actor()
        entry, owed = queries.entry_of(row), queries.owed_by(row)
        plan = office_files.of(row)
        handed_in = clock.localise(row.submitted_at).date() if row.submitted_at else clock.today()
        return self.render_template(
            "returns/page.html",
            row=row,
            entry=entry,
            phone=(lambda text: text) if full else rules.masked,
            full=full,
            owed=owed,
            clock_view=queries.chip(owed, done=row.state not in EDITABLE),
            late=row.submitted_at is not None and rules.late(handed_in, owed.due if owed else None),
            plan=plan,
            copy=copies.receipts([row]).get(row.id),
            editions=queries.editions(row),
            may={act: access.can(actor, "return", act, row) for act in ("edit", "submit", "reveal")},
            receives=queries.receives(row, actor),
            missing=self._missing(row, entry, planned=plan is not None),
            timeline=audit.timeline(row),
            findings=list(findings),
            reason=request.form.get("reason", ""),
            fields=labels.FIELDS,
            staff_fields=labels.STAFF_FIELDS,
        )

    @staticmethod
    def _missing(row: OfficeReturn, entry: ReturnEntry, *, planned: bool) -> list[Finding]:
        """What a draft still lacks."""
        if row.state not in EDITABLE:
            return []
        return rules.examine(entry, area_code=service.area_code(row), planned=planned)[0]

    @expose("/<int:pk>/edit")
    @has_access
    def edit(self, pk: int) -> Any:
        """The form.

        Raises:
            WrongState: handed in already.
        """
        row = queries.get(pk)
        access.require(current_actor(), "return", "edit", row)
        service.ensure_editable(row)
        return self._form(row, forms.of(queries.entry_of(row), row.version))

    @expose("/<int:pk>/edit", methods=["POST"])
    @has_access
    def fill(self, pk: int) -> Any:
        """Save, or add and remove people; what was typed stays whatever is wrong."""
        typed, do = forms.read(request.form), request.form.get("do", "save")
        row = queries.get(pk)
        if forms.reshape(typed, do):
            access.require(current_actor(), "return", "edit", row)
            return self._form(row, typed, unsaved=True)
        try:
            with transaction():
                row = queries.get(pk)
                self._settle(row, typed)
                service.save(row, typed.entry(), version=typed.version, actor=current_actor())
                upload = request.files.get("plan")
                if upload is not None and upload.filename:
                    service.attach_plan(row, upload.stream, upload.filename, actor=current_actor())
        except Invalid as refused:
            return make_response(self._form(queries.get(pk), typed, refused.findings, unsaved=True), 422)
        except Stale as refused:
            row = queries.get(pk)
            typed.version = row.version
            page = self._form(row, typed, [refused.finding("")], unsaved=True, both=self._both(row, typed))
            return make_response(page, refused.status)
        except WrongState:
            raise
        except Refusal as refused:
            if refused.field != "plan":
                raise
            page = self._form(queries.get(pk), typed, [refused.finding()], unsaved=True)
            return make_response(page, refused.status)
        flash(_("已保存。"), "success")
        if do == "check":
            return redirect(url_for("ReturnView.page", pk=pk))
        return redirect(url_for("ReturnView.edit", pk=pk))

    @staticmethod
    def _settle(row: OfficeReturn, typed: Typed) -> None:
        """Take the other's value where the person chose it.

        Raises:
            Stale: a choice was left open.
        """
        if conflicts.unsettled():
            raise Stale("stale", service.STALE)
        theirs = forms.of(queries.entry_of(row), row.version)
        for name in typed.values:
            if conflicts.takes_theirs(name):
                typed.values[name] = theirs.values[name]
        if conflicts.takes_theirs("staff"):
            typed.rows = theirs.rows

    @staticmethod
    def _both(row: OfficeReturn, typed: Typed) -> list[conflicts.Conflict]:
        theirs = forms.of(queries.entry_of(row), row.version)
        fields = [
            (name, str(label), theirs.values[name], typed.values[name])
            for name, label in labels.FIELDS.items()
        ]
        people = ("staff", str(_("工作人员")), forms.said(theirs.rows), forms.said(typed.rows))
        return conflicts.differing([*fields, people])

    def _form(
        self,
        row: OfficeReturn,
        typed: Typed,
        findings: Sequence[Finding] = (),
        *,
        unsaved: bool = False,
        both: Sequence[conflicts.Conflict] = (),
    ) -> str:
        owed = queries.owed_by(row)
        return self.render_template(
            "returns/form.html",
            row=row,
            typed=typed,
            findings=list(findings),
            unsaved=unsaved,
            both=both,
            owed=owed,
            clock_view=queries.chip(owed),
            plan=office_files.of(row),
            fields=labels.FIELDS,
            staff_fields=labels.STAFF_FIELDS,
            longest=rules.LONGEST,
            staff_longest=rules.STAFF_LONGEST,
            area_code=service.area_code(row),
        )

    @expose("/<int:pk>/submit", methods=["POST"])
    @has_access
    def submit(self, pk: int) -> Any:
        """Hand it in."""
        try:
            with transaction():
                row = service.submit(queries.get(pk), version=_version(), actor=current_actor())
        except Invalid as refused:
            return make_response(self._page(queries.get(pk), refused.findings), refused.status)
        flash(_("已报送%(office)s，等待签收。", office=row.campaign.office.short_name), "success")
        return redirect(url_for("ReturnView.page", pk=pk))

    @expose("/<int:pk>/withdraw", methods=["POST"])
    @has_access
    def withdraw(self, pk: int) -> Any:
        """Take it back."""
        with transaction():
            service.withdraw(queries.get(pk), actor=current_actor())
        flash(_("已撤回，修改后请重新报送。"), "success")
        return redirect(url_for("ReturnView.page", pk=pk))

    @expose("/<int:pk>/receive", methods=["POST"])
    @has_access
    def receive(self, pk: int) -> Any:
        """Sign for it."""
        with transaction():
            row = service.receive(queries.get(pk), version=_version(), actor=current_actor())
        flash(_("已签收%(office)s的报送材料。", office=row.office.short_name), "success")
        return redirect(url_for("ReturnView.page", pk=pk))

    @expose("/<int:pk>/send-back", methods=["POST"])
    @has_access
    def send_back(self, pk: int) -> Any:
        """Send it back with a reason."""
        reason = request.form.get("reason", "")
        try:
            with transaction():
                row = service.send_back(queries.get(pk), reason, version=_version(), actor=current_actor())
        except Invalid as refused:
            return make_response(self._page(queries.get(pk), refused.findings), refused.status)
        flash(_("已退回%(office)s补正。", office=row.office.short_name), "success")
        return redirect(url_for("ReturnView.page", pk=pk))

    @expose("/<int:pk>/correct", methods=["POST"])
    @has_access
    def correct(self, pk: int) -> Any:
        """Begin the next edition."""
        with transaction():
            made = service.correct(queries.get(pk), actor=current_actor())
        flash(_("已按签收的内容新建一次报送，更正后请负责人重新报送。"), "success")
        return redirect(url_for("ReturnView.edit", pk=made.id))

    @expose("/<int:pk>/reveal", methods=["POST"])
    @has_access
    def reveal(self, pk: int) -> Any:
        """The page with telephone numbers in full; the look is recorded."""
        with transaction():
            row = queries.get(pk)
            service.reveal(row, actor=current_actor())
        response = make_response(self._page(row, full=True))
        response.headers["Cache-Control"] = "no-store"
        return response

    @expose("/<int:pk>/paper")
    @has_access
    def paper(self, pk: int) -> str:
        """The return as it goes on paper."""
        row = queries.get(pk)
        own = access.can(current_actor(), "return", "edit", row)
        return self.render_template(
            "returns/paper.html",
            row=row,
            entry=queries.entry_of(row),
            phone=(lambda text: text) if own else rules.masked,
            plan=office_files.of(row),
            day=clock.localise(row.submitted_at).date() if row.submitted_at else None,
        )


def _version() -> int | None:
    raw = request.form.get("version", "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None
