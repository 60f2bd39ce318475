"""What the queue has beside its cases: words from above to sign for, and how many cases below are late."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _

from app.foundation.access import Actor
from app.plugins.desk.tasks import Task
from app.plugins.worklist import queries


def of_worklist(actor: Actor) -> Iterator[Task]:
    """A line for each case somebody above spoke of; one line for all late cases below."""
    for row in queries.unread(actor):
        case = row.application
        yield Task(
            what=_("签收上级催办") if row.kind == "urge" else _("签收上级指导"),
            subject=case.organ_name if case is not None else row.office_name,
            about=case.site_name if case is not None else "",
            url=url_for("ApplicationView.show", pk=row.application_id, _anchor="guidance"),
            action=_("去签收"),
            state=("application", case.state) if case is not None else None,
        )
    late = queries.count_late_below(actor)
    if late:
        yield Task(
            what=_("催办下级超期审核"),
            subject=_("%(n)s 件审核超期", n=late),
            about="",
            url=url_for("BelowView.index"),
            action=_("去查看"),
            many=True,
        )
