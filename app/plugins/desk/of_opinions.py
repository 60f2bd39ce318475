"""Opinions the actor's desk is asked for (S4)."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _

from app.foundation.access import Actor
from app.plugins.desk.tasks import Task
from app.plugins.opinions import queries

SHOWN = 50


def of_opinions(actor: Actor) -> Iterator[Task]:
    """One line a case."""
    for row in queries.to_answer(actor, SHOWN):
        yield Task(
            what=_("反馈意见"),
            subject=row.application.organ_name,
            about=row.application.site_name,
            url=url_for("OpinionView.page", pk=row.id),
            action=_("去反馈"),
            due=row.due,
            clock=queries.chip(row),
            state=("opinion", "open"),
        )
