"""网站开办审核和资格复核."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.foundation.admin import labels as words
from app.foundation.clock import recounting as clocks
from app.foundation.notices import reminding
from app.foundation.plugin import Plugin
from app.plugins.applications import changing, endings, guides, handover, labels, panels, recounting, views
from app.plugins.applications.panels import Panel
from app.plugins.applications.service import domains

OTHERS = (views.ApplicationView, views.FilingView, views.MaterialView, views.UnderwayView)


class ApplicationsPlugin(Plugin):
    """From a unit's draft to an office's decision."""

    name = "applications"
    title = "网站开办审核和资格复核"
    requires = ("establishment", "names", "campaigns")

    def init_app(self, app: Flask) -> None:
        words.add("application", labels.STATE)
        words.add("kind", labels.KIND)
        words.add(words.VERB, labels.VERBS)
        panels.offer(app, endings.ENDING)
        handover.register()
        domains.connect()
        reminding.offer(app, domains.look)
        clocks.offer(app, recounting.RUNNING)
        panels.offer(app, Panel("changes", "first", 20, changing.panel, "applications/_changes.html"))
        panels.offer(app, Panel("reviewed-by", "side", 10, guides.panel, "applications/_guide.html"))

    def register_views(self, appbuilder: Any) -> None:
        appbuilder.add_view(
            views.ApplicationListView,
            "applications",
            label=_l("申请"),
            category="review",
            category_label=_l("审核"),
        )
        appbuilder.add_view(views.CheckpointView, "checkpoints", label=_l("核对要点"), category="review")
        for view in OTHERS:
            appbuilder.add_view_no_menu(view)
        appbuilder.add_api(views.ApplicationsApi)
