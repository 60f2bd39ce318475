"""机构、人员信息和工作方案."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.foundation.admin import labels as words
from app.foundation.plugin import Plugin
from app.plugins.campaigns import urging
from app.plugins.returns import labels, queries, rules
from app.plugins.returns.copy_views import ReturnCopyView
from app.plugins.returns.urge_view import ReturnUrgeView
from app.plugins.returns.views import ReturnView


class ReturnsPlugin(Plugin):
    """What each office reports upwards about who does the work and how, with both receipts."""

    name = "returns"
    title = "机构、人员信息和工作方案"
    requires = ("campaigns",)

    def init_app(self, app: Flask) -> None:
        words.add("return", labels.STATES)
        words.add("return-copy", labels.COPY_STATES)
        words.add(words.VERB, labels.VERBS)
        urging.offer(app, rules.RETURN, queries.is_in)

    def register_views(self, appbuilder: Any) -> None:
        appbuilder.add_view(
            ReturnView, "returns", label=_l("机构、人员和方案"), category="arrange", category_label=_l("部署")
        )
        appbuilder.add_view(ReturnCopyView, "return-copies", label=_l("抄报件"), category="arrange")
        appbuilder.add_view_no_menu(ReturnUrgeView)
