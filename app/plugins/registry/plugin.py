"""报送注册管理中心."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.foundation.admin import labels as words
from app.foundation.plugin import Plugin
from app.plugins.applications import panels
from app.plugins.registry import panel, receivers
from app.plugins.registry.labels import ITEM, VERBS
from app.plugins.registry.views import BatchView, ReportView


class RegistryPlugin(Plugin):
    """Approved sites on their way to the central layer."""

    name = "registry"
    title = "报送注册管理中心"
    requires = ("applications",)

    def init_app(self, app: Flask) -> None:
        words.add("item", ITEM)
        words.add(words.VERB, VERBS)
        panels.offer(app, panel.SENT_BACK)
        receivers.connect()

    def register_views(self, appbuilder: Any) -> None:
        appbuilder.add_view(
            ReportView, "reports", label=_l("报送标识"), category="badge", category_label=_l("标识")
        )
        appbuilder.add_view_no_menu(BatchView)
