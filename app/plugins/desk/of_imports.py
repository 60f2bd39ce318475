"""Workbooks that were tried and wait to be taken in or withdrawn."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _

from app.foundation import access
from app.foundation.access import Actor
from app.plugins.desk.tasks import Task
from app.plugins.imports import queries


def of_imports(actor: Actor) -> Iterator[Task]:
    """The batches of one's own."""
    if not access.may(actor, "import", "run"):
        return
    for one in queries.waiting(actor):
        yield Task(
            what=_("确认导入摸底调查表"),
            subject=_("第 %(n)s 批", n=one.batch.id),
            about=_("可导入 %(n)s 份", n=one.good),
            url=url_for("ImportView.show", pk=one.batch.id),
            action=_("去核对"),
            state=("import", one.batch.state),
        )
