"""单位和网站登记."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.foundation.admin import labels as words
from app.foundation.plugin import Plugin
from app.plugins.establishment.labels import VERBS
from app.plugins.establishment.views import SiteView, UnitsApi, UnitView


class EstablishmentPlugin(Plugin):
    """The register an office keeps of its own units."""

    name = "establishment"
    title = "单位登记"

    def init_app(self, app: Flask) -> None:
        words.add(words.VERB, VERBS)

    def register_views(self, appbuilder: Any) -> None:
        appbuilder.add_view(
            UnitView, "units", label=_l("单位"), category="office", category_label=_l("本机构")
        )
        appbuilder.add_view(SiteView, "sites", label=_l("网站"), category="office")
        appbuilder.add_api(UnitsApi)
