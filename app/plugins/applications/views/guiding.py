"""核对要点: what one's own office adds to the guidance of the five items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from app.foundation import access
from app.foundation.access import current_actor
from app.foundation.admin.arguments import unseen
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.tenancy.models import Office
from app.kernel.errors import Finding, Stale
from app.plugins.applications import evidence, queries, service
from app.plugins.applications.models import Checkpoint
from app.plugins.applications.service import guiding
from app.plugins.applications.views import posted


class CheckpointView(ScopedView):
    """The five items with the platform's text, and one's own office's words under each."""

    route_base = "/checkpoints"
    obj = "checkpoint"
    acts = {"index": "see", "write": "edit", "undo": "edit"}
    targets = {"number": tuple(str(number) for number in guiding.NUMBERS), "pk": Checkpoint}
    default_view = "index"

    @expose("/")
    @has_access
    def index(self) -> str:
        """All five."""
        return self._page()

    def _page(self, typed: Mapping[str, str] | None = None, findings: Sequence[Finding] = ()) -> str:
        actor = current_actor()
        office = queries.office_of_checkpoints(actor)
        return self.render_template(
            "applications/checkpoints.html",
            office=office,
            titles=evidence.TITLES,
            rows=queries.checkpoints(office) if office is not None else {},
            edits=office is not None and access.can(actor, "checkpoint", "edit", office),
            typed=typed or {},
            findings=list(findings),
            longest=guiding.LONGEST,
        )

    @expose("/<int:number>", methods=["POST"])
    @has_access
    def write(self, number: int) -> Any:
        """Put the office's words under an item."""

        def do() -> Any:
            with posted.attempt():
                office = _own()
                row = queries.checkpoint(office, number)
                _ensure_fresh(row)
                service.write_checkpoint(office, number, posted.text(f"text-{number}"), actor=current_actor())
            flash(_("第 %(n)s 项的要点已保存，审核页上即可看到。", n=number), "success")
            return redirect(url_for("CheckpointView.index", _anchor=f"item-{number}"))

        return posted.answered(do, lambda refusal: self._page(posted.texts(), posted.findings_of(refusal)))

    @expose("/<int:pk>/undo", methods=["POST"])
    @has_access
    def undo(self, pk: int) -> Any:
        """Take the last change back."""

        def do() -> Any:
            with posted.attempt():
                row = _seen(pk)
                _ensure_fresh(row)
                service.undo_checkpoint(row, actor=current_actor())
                number = row.number
            flash(_("已恢复第 %(n)s 项修改之前的内容。", n=number), "success")
            return redirect(url_for("CheckpointView.index", _anchor=f"item-{number}"))

        return posted.answered(do, lambda refusal: self._page(findings=posted.findings_of(refusal)))


def _own() -> Office:
    """The office whose words the actor writes.

    Raises:
        NotSeen: none.
    """
    office = queries.office_of_checkpoints(current_actor())
    if office is None:
        raise unseen()
    return office


def _seen(pk: int) -> Checkpoint:
    row = queries.checkpoint_by_id(pk)
    if row is None:
        raise unseen()
    return row


def _ensure_fresh(row: Checkpoint | None) -> None:
    """Raises:
    Stale: somebody else changed it since the page was opened.
    """
    seen = request.form.get("version", "")
    if seen != (str(row.version) if row is not None else ""):
        raise Stale("application-stale", posted.STALE)
