"""征求意见."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.foundation.admin import labels as words
from app.foundation.plugin import Plugin
from app.plugins.applications.panels import Panel, offer
from app.plugins.opinions import labels, panels
from app.plugins.opinions.views import OpinionView


class OpinionsPlugin(Plugin):
    """What the consulted desks say of a case: asked, answered, due; never a veto (S4, C-1)."""

    name = "opinions"
    title = "征求意见"
    requires = ("applications",)

    def init_app(self, app: Flask) -> None:
        words.add("opinion", labels.STATE)
        words.add(words.VERB, labels.VERBS)
        offer(app, Panel("opinions-pending", "first", 10, panels.pending, "opinions/_pending.html"))
        offer(app, Panel("opinions", "main", 30, panels.asked, "opinions/_asked.html"))

    def register_views(self, appbuilder: Any) -> None:
        appbuilder.add_view(OpinionView, "opinions", label=_l("征求意见"), category="review")
