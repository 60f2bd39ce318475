"""网站责任人."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.foundation.admin import labels as words
from app.foundation.plugin import Plugin
from app.plugins.liaisons import labels
from app.plugins.liaisons.views import LiaisonView


class LiaisonsPlugin(Plugin):
    """The one person in each unit who answers for its websites."""

    name = "liaisons"
    title = "网站责任人"
    requires = ("establishment",)

    def init_app(self, app: Flask) -> None:
        words.add(words.VERB, labels.VERBS)

    def register_views(self, appbuilder: Any) -> None:
        appbuilder.add_view(
            LiaisonView, "liaisons", label=_l("网站责任人"), category="arrange", category_label=_l("部署")
        )
