"""Domains to register, renew or repair: the list, and one with what to do (S21)."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_babel import gettext as _

from app.foundation import access, audit, clock
from app.foundation.access import current_actor
from app.foundation.admin import arguments
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.admin.widgets import pages_of
from app.foundation.database import transaction
from app.kernel.errors import Finding, Invalid
from app.plugins.names import labels, queries, tasks
from app.plugins.names.models import DomainTask
from app.plugins.names.register import register

PAGE = 25


class DomainTaskView(ScopedView):
    """For whoever files for the website, and the office that reviews it."""

    route_base = "/domain-tasks"
    obj = "application"
    acts = {"index": "see", "page": "see", "report": "edit", "drop": "edit"}
    targets = {"pk": DomainTask}
    default_view = "index"

    @expose("/")
    @has_access
    def index(self) -> str:
        """The list, open ones first."""
        number = arguments.page_number()
        words = {
            queries.OPEN: labels.TASK_STATE["open"][0],
            queries.REPORTED: labels.TASK_STATE["reported"][0],
            queries.CLOSED: _("已办结"),
        }
        state = arguments.offered("state", words, queries.OPEN)
        found = queries.tasks(state, number, PAGE)
        return self.render_template(
            "names/tasks.html",
            found=found,
            page=number,
            pages=pages_of(found.total, PAGE),
            states=[
                (word, url_for("DomainTaskView.index", state=one), one == state, found.states[one])
                for one, word in words.items()
            ],
            state=state,
            kinds=labels.TASK_KIND,
        )

    @expose("/<int:pk>")
    @has_access
    def page(self, pk: int) -> str:
        """One domain: how it stands, what to do, who does what next."""
        return self._page(queries.task(pk))

    def _page(self, row: DomainTask, findings: tuple[Finding, ...] = ()) -> str:
        actor = current_actor()
        return self.render_template(
            "names/task.html",
            row=row,
            kind=labels.TASK_KIND[row.kind],
            step=labels.TASK_STEPS[row.kind],
            standing=register().standing(row.unit_id, row.ascii, clock.today()),
            standings=labels.STANDING,
            works=row.closed_at is None and access.can(actor, "application", "edit", row),
            record=queries.record_of(row) if access.can(actor, "domain", "edit", row) else None,
            keeps=row.closed_at is None and access.can(actor, "domain", "edit", row),
            timeline=audit.timeline(row),
            findings=list(findings),
            note=request.form.get("note", ""),
            reason=request.form.get("reason", ""),
        )

    @expose("/<int:pk>/report", methods=["POST"])
    @has_access
    def report(self, pk: int) -> Any:
        """The applicant has seen to it."""
        try:
            with transaction():
                row = tasks.report(queries.task(pk), request.form.get("note", ""), actor=current_actor())
        except Invalid as invalid:
            return make_response(self._page(queries.task(pk), invalid.findings), 422)
        done = row.closed_at is not None
        flash(_("登记显示该域名有效，可以提交申请。") if done else _("已告知审核机关更新登记。"), "success")
        return redirect(url_for("DomainTaskView.page", pk=pk))

    @expose("/<int:pk>/drop", methods=["POST"])
    @has_access
    def drop(self, pk: int) -> Any:
        """The name is wanted no more."""
        try:
            with transaction():
                tasks.drop(queries.task(pk), request.form.get("reason", ""), actor=current_actor())
        except Invalid as invalid:
            return make_response(self._page(queries.task(pk), invalid.findings), 422)
        flash(_("已记为不再使用。申请中的中文域名请一并更改。"), "success")
        return redirect(url_for("DomainTaskView.page", pk=pk))
