"""导入附件5工作簿."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.foundation.admin import labels as words
from app.foundation.plugin import Plugin
from app.plugins.imports import errors, labels, limits, working
from app.plugins.imports.views import ImportView


class ImportsPlugin(Plugin):
    """Survey sheets from workbooks."""

    name = "imports"
    title = "导入摸底调查表"
    requires = ("surveys", "operations")

    def init_app(self, app: Flask) -> None:
        limits.init_app(app)
        words.add("import", labels.STATES)
        words.add("import-act", labels.ACTS)
        words.add("import-outcome", labels.OUTCOMES)
        words.add(words.VERB, labels.VERBS)
        working.declare(app)
        errors.declare(app)

    def register_views(self, appbuilder: Any) -> None:
        appbuilder.add_view(ImportView, "imports", label=_l("导入工作簿"), category="survey")
