"""审核办理."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.foundation.admin import labels as words
from app.foundation.plugin import Plugin
from app.plugins.applications import panels
from app.plugins.applications.panels import Panel
from app.plugins.worklist import labels, panel
from app.plugins.worklist.below_views import BelowView, GuidanceView
from app.plugins.worklist.views import WorkView


class WorklistPlugin(Plugin):
    """An office's queue: what waits, what is done, what one has had in hand; late cases seen from above."""

    name = "worklist"
    title = "审核办理"
    requires = ("applications", "exchange")

    def init_app(self, app: Flask) -> None:
        words.add(words.VERB, labels.VERBS)
        panels.offer(app, Panel("guidance", "first", 5, panel.said, "worklist/_said.html"))
        panels.offer(app, Panel("in-hand", "side", 5, panel.in_hand, "worklist/_in_hand.html"))
        panels.offer(app, Panel("periods", "side", 20, panel.periods, "worklist/_periods.html"))

    def register_views(self, appbuilder: Any) -> None:
        appbuilder.add_view(
            WorkView, "work", label=_l("审核办理"), category="review", category_label=_l("审核")
        )
        appbuilder.add_view(BelowView, "below", label=_l("下级在办"), category="review")
        appbuilder.add_view_no_menu(GuidanceView)
