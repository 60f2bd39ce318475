"""机要交换登记."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.foundation.admin import labels as words
from app.foundation.plugin import Plugin
from app.plugins.applications import panels
from app.plugins.exchange import exporting, labels, panel, receivers
from app.plugins.exchange.views import ExchangeView


class ExchangePlugin(Plugin):
    """The register of sealed paper that came in and went out (C-art.8, C-art.9)."""

    name = "exchange"
    title = "机要交换登记"
    requires = ("operations", "applications")

    def init_app(self, app: Flask) -> None:
        words.add(words.VERB, labels.VERBS)
        panels.offer(app, panels.Panel("exchange", "side", 30, panel.build, "exchange/_panel.html"))
        panels.offer(
            app,
            panels.Panel("exchange-mismatch", "first", 30, panel.mismatches, "exchange/_mismatch.html"),
        )
        exporting.declare(app)
        receivers.connect()

    def register_views(self, appbuilder: Any) -> None:
        appbuilder.add_view(
            ExchangeView, "exchange", label=_l("机要交换登记"), category="review", category_label=_l("审核")
        )
