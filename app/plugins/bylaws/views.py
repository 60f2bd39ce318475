"""细则: the ones that bind the reader, and who below has none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_babel import gettext as _

from app.foundation import access, audit
from app.foundation.access import current_actor
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.database import transaction
from app.foundation.files import office_files
from app.kernel.errors import Finding, Invalid
from app.plugins.bylaws import queries, service
from app.plugins.bylaws.models import Bylaw


class BylawView(ScopedView):
    """Bylaws of one's own level and those above, and for offices that oversee those below."""

    route_base = "/bylaws"
    obj = "bylaw"
    acts = {"index": "see", "page": "see", "withdraw": "publish"}
    targets = {"pk": Row(Bylaw, enough=False)}
    default_view = "index"

    @expose("/")
    @has_access
    def index(self) -> str:
        """Those in force, or with ``?show=former`` those that were."""
        actor, former = current_actor(), request.args.get("show") == "former"
        return self.render_template(
            "bylaws/index.html",
            rows=queries.binding(former=former),
            former=former,
            drafts=queries.drafts() if access.may(actor, "draft_bylaw", "see") else [],
            drafts_for=queries.office_of(actor),
            below=queries.below(actor),
        )

    @expose("/<int:pk>")
    @has_access
    def page(self, pk: int) -> Any:
        """One bylaw; a draft has a page of its own."""
        row = queries.get(pk)
        if row.state == "draft":
            return redirect(url_for("BylawDraftView.page", pk=pk))
        return self._page(row)

    def _page(self, row: Bylaw, findings: Sequence[Finding] = ()) -> str:
        actor = current_actor()
        own = access.can(actor, "draft_bylaw", "see", row)
        return self.render_template(
            "bylaws/page.html",
            row=row,
            file=office_files.of(row),
            own=own,
            withdraws=access.can(actor, "bylaw", "publish", row),
            revises=access.can(actor, "draft_bylaw", "edit", row),
            timeline=audit.timeline(row) if own else [],
            findings=list(findings),
            reason=request.form.get("reason", ""),
        )

    @expose("/<int:pk>/withdraw", methods=["POST"])
    @has_access
    def withdraw(self, pk: int) -> Any:
        """Put it out of force."""
        try:
            with transaction():
                service.withdraw(queries.get(pk), request.form.get("reason", ""), actor=current_actor())
        except Invalid as refused:
            return make_response(self._page(queries.get(pk), refused.findings), refused.status)
        flash(_("细则已废止，页面保留并标明。"), "success")
        return redirect(url_for("BylawView.page", pk=pk))
