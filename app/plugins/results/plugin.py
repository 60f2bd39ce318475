"""结果通报和停止解析."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.foundation import jobs
from app.foundation.admin import labels as words
from app.foundation.plugin import Plugin
from app.plugins.applications import panels
from app.plugins.results import delivering, labels, panel, receivers
from app.plugins.results.views import OrderView, ResultView


class ResultsPlugin(Plugin):
    """What the registries are told of each result, and orders to stop resolution (C-art.9, C-art.11, P-3.4)."""

    name = "results"
    title = "结果通报和停止解析"
    requires = ("applications", "registry", "lapses")

    def init_app(self, app: Flask) -> None:
        words.add("recipient", labels.RECIPIENT)
        words.add("result-outcome", labels.OUTCOME)
        words.add("result-notice", labels.NOTICE)
        words.add("stop-cause", labels.CAUSE)
        words.add("stop-order", labels.ORDER)
        words.add(words.VERB, labels.VERBS)
        for kind in delivering.KINDS:
            jobs.declare(app, kind)
        panels.offer(app, panel.TOLD)
        receivers.connect()

    def register_views(self, appbuilder: Any) -> None:
        appbuilder.add_view(
            ResultView, "results", label=_l("结果通报"), category="review", category_label=_l("审核")
        )
        appbuilder.add_view(OrderView, "stop-orders", label=_l("停止解析"), category="review")
