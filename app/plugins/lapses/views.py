"""视为资格复核未通过: the list, one website, and the head's two decisions."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.foundation import access, audit
from app.foundation.access import current_actor
from app.foundation.admin import arguments
from app.foundation.admin.filters import words
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.admin.widgets import pages_of
from app.foundation.database import transaction
from app.kernel.errors import Finding, Invalid, WrongState
from app.plugins.lapses import labels, queries, rules, service
from app.plugins.lapses.catalogue import consequence
from app.plugins.lapses.models import Lapse

PAGE = 25
LAST_PAGE = 10_000
SIDES = {queries.OWN: _l("本级"), queries.BELOW: _l("下级")}


class LapseView(ScopedView):
    """Candidates, for their owners, the office that decides and those above it (S26)."""

    route_base = "/lapses"
    obj = "lapse"
    acts = {
        "index": "see", "show": "see",
        "check": "decide", "confirm": "decide", "dismiss": "decide", "several": "decide",
    }  # fmt: skip
    targets = {"pk": Lapse, "several.lapses": Row(Lapse)}
    default_view = "index"

    @expose("/")
    @has_access
    def index(self) -> str:
        """The list; what waits to be decided first."""
        return self._index(())

    def _index(self, findings: tuple[Finding, ...], ticked: tuple[int, ...] = ()) -> str:
        actor, number = current_actor(), arguments.page_number()
        state, side = (
            arguments.offered("state", labels.STATES, "candidate"),
            arguments.offered("side", SIDES, ""),
        )
        found = queries.page(actor, state=state, side=side, number=number, size=PAGE)
        decides = [row.id for row in found.rows if _decidable(row)]
        return self.render_template(
            "lapses/list.html",
            found=found,
            page=number,
            pages=pages_of(found.total, PAGE),
            states=[
                (label, url_for("LapseView.index", state=name, side=side or None), name == state, count)
                for name, (label, _tone) in labels.STATES.items()
                if (count := found.states[name]) or name == state
            ],
            sides=[
                (label, url_for("LapseView.index", state=state, side=name or None), name == side, None)
                for name, label in {"": _("全部"), **SIDES}.items()
            ]
            if any(post.office_id is not None for post in actor.posts)
            else [],
            state=state,
            side=side,
            decides=decides,
            ticked=ticked,
            findings=list(findings),
            reason=request.form.get("reason", ""),
        )

    @expose("/<int:pk>")
    @has_access
    def show(self, pk: int) -> str:
        """One website: what it let pass, what follows, what was decided."""
        return self._show(queries.get(pk))

    def _show(self, row: Lapse, findings: tuple[Finding, ...] = ()) -> str:
        actor = current_actor()
        office = queries.office_of(row)
        return self.render_template(
            "lapses/show.html",
            row=row,
            office=office,
            consequence=consequence(office),
            decides=_decidable(row),
            files=row.state == "candidate" and access.can(actor, "application", "submit", row),
            timeline=audit.timeline(row),
            findings=list(findings),
            reason=request.form.get("reason", ""),
        )

    @expose("/<int:pk>/confirm")
    @has_access
    def check(self, pk: int) -> Any:
        """The second step: what confirming means, before it is done."""
        row = queries.get(pk)
        access.require(current_actor(), "lapse", "decide", row)
        if row.state != "candidate":
            return redirect(url_for("LapseView.show", pk=pk))
        return self._check(row)

    def _check(self, row: Lapse, findings: tuple[Finding, ...] = ()) -> str:
        office = queries.office_of(row)
        return self.render_template(
            "lapses/check.html",
            row=row,
            office=office,
            consequence=consequence(office),
            findings=list(findings),
            reason=request.form.get("reason", ""),
            checked=bool(request.form.get("checked")),
        )

    @expose("/<int:pk>/confirm", methods=["POST"])
    @has_access
    def confirm(self, pk: int) -> Any:
        """Confirm it."""
        try:
            with transaction():
                row = service.confirm(
                    queries.get(pk),
                    reason=request.form.get("reason", ""),
                    checked=request.form.get("checked") == "1",
                    actor=current_actor(),
                )
        except Invalid as invalid:
            return make_response(self._check(queries.get(pk), invalid.findings), 422)
        flash(_("已确认“%(site)s”视为资格复核未通过，并告知开办单位。", site=row.site_name), "success")
        return redirect(url_for("LapseView.show", pk=pk))

    @expose("/<int:pk>/dismiss", methods=["POST"])
    @has_access
    def dismiss(self, pk: int) -> Any:
        """Decide that it does not count as failed."""
        try:
            with transaction():
                row = service.dismiss(
                    queries.get(pk), reason=request.form.get("reason", ""), actor=current_actor()
                )
        except Invalid as invalid:
            return make_response(self._show(queries.get(pk), invalid.findings), 422)
        flash(_("“%(site)s”不予认定，已告知开办单位。", site=row.site_name), "success")
        return redirect(url_for("LapseView.show", pk=pk))

    @expose("/dismiss", methods=["POST"])
    @has_access
    def several(self) -> Any:
        """The same of the ticked ones, each in its own transaction; confirming is always one by one."""
        keys = arguments.ticked("lapses")
        if not keys:
            flash(_("没有勾选网站。"), "warning")
            return redirect(url_for("LapseView.index"))
        try:
            reason = rules.ensure_reason(request.form.get("reason", ""))
        except Invalid as invalid:
            return make_response(self._index(invalid.findings, tuple(keys)), 422)
        done = 0
        for key in keys:
            try:
                with transaction():
                    service.dismiss(queries.get(key), reason=reason, actor=current_actor())
                done += 1
            except WrongState as refusal:
                flash(words(refusal), "warning")
        if done:
            flash(ngettext("%(num)d 个网站不予认定。", "%(num)d 个网站不予认定。", done), "success")
        return redirect(url_for("LapseView.index"))


def _decidable(row: Lapse) -> bool:
    return row.state == "candidate" and access.can(current_actor(), "lapse", "decide", row)
