"""The steps a version takes, from being prepared to being shared: mixed into its view."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import lazy_gettext as _l

from app.foundation import access
from app.foundation.access import current_actor
from app.foundation.admin.views import expose, has_access
from app.foundation.database import transaction
from app.kernel.errors import Invalid
from app.plugins.aggregates import queries, rules, seen, service
from app.plugins.aggregates.models import AggregateVersion
from app.plugins.surveys.place import Place, asked, find


class Steps:
    """Each step in a transaction; what is refused for its words is shown on the version's page again."""

    page_of: Callable[..., str]

    @expose("/new", methods=["POST"])
    @has_access
    def prepare(self) -> Any:
        """Begin a version."""
        actor = current_actor()
        with transaction():
            row = service.prepare(find(actor, asked()), actor=actor)
        return redirect(url_for("VersionView.show", pk=row.id))

    @expose("/<int:pk>/lock", methods=["POST"])
    @has_access
    def lock(self, pk: int) -> Any:
        """Lock it."""

        def step(row: AggregateVersion, actor: access.Actor) -> None:
            access.require(actor, "aggregate", "aggregate", row)
            rules.ensure_draft(row)
            place: Place = seen.place_of(row, actor)
            service.lock(row, place, request.form.get("note", ""), actor=actor, version=_version())

        return self._step(pk, "lock", step, _l("已锁定。锁定的内容不再变动，如需更正请编制新版。"))

    @expose("/<int:pk>/report", methods=["POST"])
    @has_access
    def report(self, pk: int) -> Any:
        """Hand it up."""
        return self._step(
            pk,
            "report",
            lambda row, actor: service.report(row, actor=actor, version=_version()),
            _l("已上报，等待上级接收；接收之前可以撤回。"),
        )

    @expose("/<int:pk>/withdraw", methods=["POST"])
    @has_access
    def withdraw(self, pk: int) -> Any:
        """Take it back from the office above."""
        return self._step(
            pk, "withdraw", lambda row, actor: service.withdraw(row, actor=actor), _l("已撤回上报。")
        )

    @expose("/<int:pk>/receive", methods=["POST"])
    @has_access
    def receive(self, pk: int) -> Any:
        """Accept a lower office's version."""
        return self._step(
            pk,
            "receive",
            lambda row, actor: service.receive(row, actor=actor, version=_version()),
            _l("已接收，本机构编制汇总时自动计入。"),
        )

    @expose("/<int:pk>/return", methods=["POST"])
    @has_access
    def send_back(self, pk: int) -> Any:
        """Send a lower office's version back."""
        return self._step(
            pk,
            "return",
            lambda row, actor: service.return_(
                row, request.form.get("reason", ""), actor=actor, version=_version()
            ),
            _l("已退回，报送机构更正后以新的一版重新上报。"),
        )

    @expose("/<int:pk>/share", methods=["POST"])
    @has_access
    def share(self, pk: int) -> Any:
        """Share it."""
        return self._step(
            pk,
            "share",
            lambda row, actor: service.share(row, actor=actor),
            _l("已共享，被共享的机构可以查看和导出这一版汇总。"),
        )

    @expose("/<int:pk>/unshare", methods=["POST"])
    @has_access
    def unshare(self, pk: int) -> Any:
        """Take the share back."""
        return self._step(
            pk,
            "unshare",
            lambda row, actor: service.unshare(row, request.form.get("reason", ""), actor=actor),
            _l("已撤销共享，被共享的机构不再看到这一版汇总。"),
        )

    def _step(
        self, pk: int, name: str, step: Callable[[AggregateVersion, access.Actor], Any], done: Any
    ) -> Any:
        actor = current_actor()
        try:
            with transaction():
                step(queries.get(pk, actor), actor)
        except Invalid as invalid:
            return self.page_of(pk, invalid.findings, name), invalid.status
        flash(str(done), "success")
        return redirect(url_for("VersionView.show", pk=pk))


def _version() -> int | None:
    raw = request.form.get("version", "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None
