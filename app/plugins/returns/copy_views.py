"""抄报件: the copies a desk was sent, and its receipts."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, url_for
from flask_babel import gettext as _

from app.foundation import audit
from app.foundation.access import current_actor
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.database import transaction
from app.foundation.files import office_files
from app.plugins.returns import copies, labels, rules
from app.plugins.returns.models import ReturnCopy


class ReturnCopyView(ScopedView):
    """For the desk a copy goes to; it sees the copies and nothing of the returns themselves."""

    route_base = "/return-copies"
    obj = "notice"
    acts = {"index": "see", "page": "see", "sign": "cc", "reveal": "reveal"}
    targets = {"pk": Row(ReturnCopy, enough=False)}
    default_view = "index"

    @expose("/")
    @has_access
    def index(self) -> str:
        """Those to sign for first."""
        return self.render_template("returns/copies.html", rows=copies.mine(current_actor()))

    @expose("/<int:pk>")
    @has_access
    def page(self, pk: int) -> str:
        """One copy."""
        return self._page(copies.get(pk))

    def _page(self, row: ReturnCopy, *, full: bool = False) -> str:
        return self.render_template(
            "returns/copy.html",
            row=row,
            entry=copies.entry_of(row),
            phone=(lambda text: text) if full else rules.masked,
            full=full,
            plan=office_files.of(row),
            timeline=audit.timeline(row),
            fields=labels.FIELDS,
            staff_fields=labels.STAFF_FIELDS,
        )

    @expose("/<int:pk>/sign", methods=["POST"])
    @has_access
    def sign(self, pk: int) -> Any:
        """Sign for a copy."""
        with transaction():
            row = copies.sign(copies.get(pk), actor=current_actor())
        flash(_("已签收%(office)s的抄报件。", office=row.sender), "success")
        return redirect(url_for("ReturnCopyView.page", pk=pk))

    @expose("/<int:pk>/reveal", methods=["POST"])
    @has_access
    def reveal(self, pk: int) -> Any:
        """The page with telephone numbers in full; the look is recorded."""
        with transaction():
            row = copies.get(pk)
            copies.reveal(row, actor=current_actor())
        response = make_response(self._page(row, full=True))
        response.headers["Cache-Control"] = "no-store"
        return response
