"""Versions of the aggregate that wait for this person: to receive, to report, to lock, to correct."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _

from app.foundation import access
from app.foundation.access import Actor
from app.plugins.aggregates import queries
from app.plugins.aggregates.models import AggregateVersion
from app.plugins.desk.tasks import Task

MOST = 20


def of_aggregates(actor: Actor) -> Iterator[Task]:
    """One statement for each act the actor has at all."""
    if access.may(actor, "aggregate", "receive"):
        for row in queries.waiting(actor, MOST):
            yield _task(row, _("接收下级汇总"), _("去核对"))
    if access.may(actor, "aggregate", "publish"):
        for row in queries.unfinished(actor, "publish", ("locked",), MOST):
            if row.office.parent_id is not None:
                yield _task(row, _("上报汇总"), _("去上报"))
    if access.may(actor, "aggregate", "aggregate"):
        for row in queries.unfinished(actor, "aggregate", ("draft", "returned"), MOST):
            draft = row.state == "draft"
            yield _task(row, _("核对并锁定汇总") if draft else _("更正退回的汇总"), _("去办理"))


def _task(row: AggregateVersion, what: str, action: str) -> Task:
    return Task(
        what=what,
        subject=row.office.short_name,
        about=_("第 %(n)s 版汇总", n=row.number),
        url=url_for("VersionView.show", pk=row.id),
        action=action,
        state=("aggregate", row.state),
    )
