"""视为资格复核未通过."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.foundation.admin import labels as words
from app.foundation.notices import reminding
from app.foundation.plugin import Plugin
from app.plugins.lapses import catalogue, labels, receivers
from app.plugins.lapses.looking import look
from app.plugins.lapses.views import LapseView


class LapsesPlugin(Plugin):
    """Websites that were surveyed and not filed for by their date."""

    name = "lapses"
    title = "视为资格复核未通过"
    requires = ("surveys", "applications")

    def init_app(self, app: Flask) -> None:
        catalogue.init_app(app)
        words.add("lapse", labels.STATES)
        words.add(words.VERB, labels.VERBS)
        reminding.offer(app, look)
        receivers.connect()

    def register_views(self, appbuilder: Any) -> None:
        appbuilder.add_view(
            LapseView, "lapses", label=_l("视为未通过"), category="review", category_label=_l("审核")
        )
