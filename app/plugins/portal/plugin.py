"""公开首页."""

from __future__ import annotations

from typing import Any

from flask import Flask

from app.foundation.admin import index
from app.foundation.plugin import Plugin
from app.plugins.portal.views import PortalView, public_links


class PortalPlugin(Plugin):
    """The public site."""

    name = "portal"
    title = "公开首页"
    requires = ("badges", "operations")

    def init_app(self, app: Flask) -> None:
        index.land(app, "public", "PortalView.index")
        app.context_processor(public_links)

    def register_views(self, appbuilder: Any) -> None:
        appbuilder.add_view_no_menu(PortalView)
