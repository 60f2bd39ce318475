"""细则."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.foundation.admin import labels as words
from app.foundation.plugin import Plugin
from app.plugins.bylaws import labels
from app.plugins.bylaws.draft_views import BylawDraftView
from app.plugins.bylaws.views import BylawView


class BylawsPlugin(Plugin):
    """The rules each office publishes for its own level."""

    name = "bylaws"
    title = "细则"
    requires = ("operations",)

    def init_app(self, app: Flask) -> None:
        words.add("bylaw", labels.STATES)
        words.add(words.VERB, labels.VERBS)

    def register_views(self, appbuilder: Any) -> None:
        appbuilder.add_view(
            BylawView, "bylaws", label=_l("细则"), category="arrange", category_label=_l("部署")
        )
        appbuilder.add_view_no_menu(BylawDraftView)
