"""The arrangement of a year that nobody has pasted yet: from November on, for whoever keeps the calendar."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _

from app.foundation import clock
from app.foundation.access import Actor
from app.plugins.calendars import queries
from app.plugins.desk.tasks import Task


def of_calendars(actor: Actor) -> Iterator[Task]:
    """One line while a year is missing."""
    missing = clock.calendar().unpublished(clock.today()) if queries.may_arrange(actor) else None
    if missing is not None:
        yield Task(
            what=_("录入放假安排"),
            subject=_("%(year)s年放假安排尚未录入，跨年期限均为暂定", year=missing),
            about="",
            url=url_for("ArrangementView.new"),
            action=_("去录入"),
            many=True,
        )
