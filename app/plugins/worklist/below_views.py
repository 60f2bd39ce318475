"""下级在办: late cases of the offices below; urging and guiding, never deciding (S6, S25, P-4)."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.foundation.access import current_actor
from app.foundation.admin import arguments
from app.foundation.admin.each import each
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.admin.widgets import pages_of
from app.kernel.errors import Refusal
from app.plugins.applications import clocks
from app.plugins.applications import queries as applications
from app.plugins.applications.models import Application
from app.plugins.applications.views import posted
from app.plugins.worklist import dates, guiding, labels, queries, rules
from app.plugins.worklist.models import Guidance

PAGE = 25


class BelowView(ScopedView):
    """For offices above, and desks that guide by document."""

    route_base = "/reviewing/below"
    obj = "application"
    acts = {"index": "guide", "several": "guide", "urge": "guide", "guide": "guide"}
    targets = {"pk": Row(Application, enough=False), "several.application": Row(Application, enough=False)}
    default_view = "index"

    @expose("/")
    @has_access
    def index(self) -> str:
        """Late first; other cases below on demand."""
        which = arguments.offered("which", labels.BELOW, "late") or "late"
        number = arguments.page_number()
        found = queries.below(current_actor(), which, number, PAGE)
        return self.render_template(
            "worklist/below.html",
            which=which,
            choices=[
                (label, url_for("BelowView.index", which=key), key == which, None)
                for key, label in labels.BELOW.items()
            ],
            found=found,
            page=number,
            pages=pages_of(min(found.total, queries.BOUND), PAGE),
            clock_of=clocks.view,
            past=dates.Finish(),
            labels=labels,
            longest=rules.LONGEST,
        )

    @expose("/urge", methods=["POST"])
    @has_access
    def several(self) -> Any:
        """Urge the ticked ones, each in its own transaction."""
        words = posted.text("words")
        each(
            "application",
            applications.get,
            lambda row: guiding.urge(row, words, actor=current_actor()),
            name=lambda row: row.site_name,
            done=lambda n: ngettext("已催办 %(num)d 件。", "已催办 %(num)d 件。", n),
            nothing=_("没有勾选要催办的申请。"),
        )
        return redirect(url_for("BelowView.index"))

    @expose("/<int:pk>/urge", methods=["POST"])
    @has_access
    def urge(self, pk: int) -> Any:
        """Urge one, from its own page."""
        return self._say(pk, "urge")

    @expose("/<int:pk>/guide", methods=["POST"])
    @has_access
    def guide(self, pk: int) -> Any:
        """Give guidance on one."""
        return self._say(pk, "guide")

    def _say(self, pk: int, kind: str) -> Any:
        verb = guiding.urge if kind == "urge" else guiding.guide
        try:
            with posted.attempt():
                verb(applications.get(pk), posted.text(rules.FIELDS[kind]), actor=current_actor())
        except Refusal as refusal:
            if refusal.status in {403, 404}:
                raise
            row = applications.get(pk)
            page = self.render_template(
                "worklist/say.html",
                application=row,
                kind=kind,
                word=labels.GUIDANCE[kind][0],
                field=rules.FIELDS[kind],
                words=request.form.get(rules.FIELDS[kind], ""),
                findings=posted.findings_of(refusal),
                longest=rules.LONGEST,
            )
            return page, refusal.status
        flash(
            _("已催办，审核机关收到后签收。")
            if kind == "urge"
            else _("指导意见已发出，审核机关收到后签收。"),
            "success",
        )
        return redirect(url_for("ApplicationView.show", pk=pk, _anchor="guidance"))


class GuidanceView(ScopedView):
    """The receipt of the deciding office."""

    route_base = "/reviewing/guidance"
    obj = "guidance"
    acts = {"read": "read"}
    targets = {"pk": Row(Guidance, enough=False)}
    default_view = "read"

    @expose("/<int:pk>/read", methods=["POST"])
    @has_access
    def read(self, pk: int) -> Any:
        """Sign for it."""
        row = guiding.get(pk)
        case = row.application_id

        def do() -> Any:
            with posted.attempt():
                guiding.read(guiding.get(pk), actor=current_actor())
            flash(_("已签收，上级可以看到签收人和时间。"), "success")
            return redirect(url_for("ApplicationView.show", pk=case, _anchor="guidance"))

        def again(refusal: Refusal) -> Any:
            for one in posted.findings_of(refusal):
                flash(str(_(one.message, **one.params)), "warning")
            return redirect(url_for("ApplicationView.show", pk=case, _anchor="guidance"))

        try:
            return do()
        except Refusal as refusal:
            if refusal.status in {403, 404}:
                raise
            return again(refusal)
