"""Candidates for 视为资格复核未通过: to be decided by the head, to be filed for by their owners (S26)."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _

from app.foundation import clock
from app.foundation.access import Actor
from app.kernel import workdays
from app.plugins.desk.tasks import Task
from app.plugins.lapses import queries


def of_lapses(actor: Actor) -> Iterator[Task]:
    """One line for the head; a line for each website of whoever files."""
    waiting = queries.waiting(actor)
    if waiting:
        yield Task(
            what=_("确认逾期未申请"),
            subject=_("%(n)s 个网站逾期未提交资格复核申请", n=waiting),
            about="",
            url=url_for("LapseView.index"),
            action=_("去核对"),
            many=True,
        )
    for row in queries.of_filer(actor):
        passed = workdays.fixed("filing", row.due, row.due, rule=_("在线提交资格复核申请"), source=row.source)
        yield Task(
            what=_("补报资格复核申请"),
            subject=row.organ_name,
            about=row.site_name,
            url=url_for("LapseView.show", pk=row.id),
            action=_("去查看"),
            due=row.due,
            clock=clock.view(passed, clock.today()),
            state=("lapse", row.state),
        )
