"""Chinese domains to be registered, renewed or repaired, and entries to be brought up to date (S21)."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _

from app.foundation.access import Actor
from app.plugins.desk.tasks import Task
from app.plugins.names import labels, queries


def of_names(actor: Actor) -> Iterator[Task]:
    """A line for each domain of whoever files; one line for the office that keeps the register."""
    for row in queries.of_filer(actor):
        yield Task(
            what=str(labels.TASK_KIND[row.kind][0]),
            subject=row.unit.name if row.unit is not None else row.domain,
            about=row.domain,
            url=url_for("DomainTaskView.page", pk=row.id),
            action=_("去办理"),
            state=("domain-task", row.state),
        )
    waiting = queries.count_reported(actor)
    if waiting:
        yield Task(
            what=_("更新网上名称登记"),
            subject=_("%(n)s 个中文域名已办妥，待更新登记", n=waiting),
            about="",
            url=url_for("DomainTaskView.index", state=queries.REPORTED),
            action=_("去核对"),
            many=True,
        )
