"""工作日历."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.foundation.admin import labels as words
from app.foundation.plugin import Plugin
from app.plugins.calendars import labels, recount
from app.plugins.calendars.views import ArrangementView, CalendarView


class CalendarsPlugin(Plugin):
    """Which days are worked, by whose word."""

    name = "calendars"
    title = "工作日历"
    requires = ("operations",)

    def init_app(self, app: Flask) -> None:
        words.add("arrangement", labels.STATES)
        words.add(words.VERB, labels.VERBS)
        recount.declare(app)

    def register_views(self, appbuilder: Any) -> None:
        appbuilder.add_view(
            CalendarView, "calendar", label=_l("工作日历"), category="arrange", category_label=_l("部署")
        )
        appbuilder.add_view_no_menu(ArrangementView)
