"""汇总的各版."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.foundation.admin import labels as words
from app.foundation.plugin import Plugin
from app.plugins.aggregates import exporting, labels
from app.plugins.aggregates.views import VersionView


class AggregatesPlugin(Plugin):
    """Versions of the aggregate: locked, reported upwards, rolled up, shared."""

    name = "aggregates"
    title = "汇总上报"
    requires = ("surveys", "applications")

    def init_app(self, app: Flask) -> None:
        words.add("aggregate", labels.STATES)
        words.add("lower-aggregate", labels.LOWER)
        words.add(words.VERB, labels.VERBS)
        exporting.declare(app)

    def register_views(self, appbuilder: Any) -> None:
        appbuilder.add_view(VersionView, "aggregates", label=_l("汇总上报"), category="survey")
