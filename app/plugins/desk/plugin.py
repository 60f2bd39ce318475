"""我的工作台."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.foundation.admin.index import land
from app.foundation.plugin import Plugin
from app.plugins.applications.evidence_sources import Source, offer
from app.plugins.desk import evidence
from app.plugins.desk.views import DeskView


class DeskPlugin(Plugin):
    """Where a signed-in person lands."""

    name = "desk"
    title = "工作台"
    requires = (
        "operations", "surveys", "imports", "aggregates", "applications", "worklist", "lapses", "results", "badges",
        "calendars", "returns", "bylaws", "liaisons", "names", "opinions",
    )  # fmt: skip

    def init_app(self, app: Flask) -> None:
        land(app, "desk", "DeskView.show")
        offer(app, Source("survey", evidence.of_survey))
        offer(app, Source("badge", evidence.of_badges))

    def register_views(self, appbuilder: Any) -> None:
        appbuilder.add_view(DeskView, "desk", label=_l("我的工作台"))
