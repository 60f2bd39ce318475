"""网站标识."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.foundation.admin import labels as words
from app.foundation.clock import recounting as clocks
from app.foundation.plugin import Plugin
from app.plugins.applications import inforce
from app.plugins.badges import catalogue, recounting
from app.plugins.badges.inforce import BadgesInForce
from app.plugins.badges.labels import STATE, VERBS
from app.plugins.badges.public_views import VerifyView
from app.plugins.badges.queue import QueueView
from app.plugins.badges.views import BadgesApi, BadgeView, for_unit


class BadgesPlugin(Plugin):
    """Badges from issue to revocation, and the pages on which anyone checks one."""

    name = "badges"
    title = "网站标识"
    requires = ("registry",)

    def init_app(self, app: Flask) -> None:
        catalogue.init_app(app)
        inforce.use(app, BadgesInForce())
        clocks.offer(app, recounting.RUNNING)
        words.add("badge", STATE)
        words.add(words.VERB, VERBS)

    def register_views(self, appbuilder: Any) -> None:
        appbuilder.add_view(
            QueueView, "queue", label=_l("核发队列"), category="badge", category_label=_l("标识")
        )
        appbuilder.add_view(
            BadgeView, "badges", label=_l("网站标识"), category="badge", menu_cond=lambda: not for_unit()
        )
        appbuilder.add_link(
            "own-badges", "BadgeView.list", label=_l("本单位标识"), category="badge",
            baseview=appbuilder.baseviews[-1], cond=for_unit,
        )  # fmt: skip
        appbuilder.add_view_no_menu(VerifyView)
        appbuilder.add_api(BadgesApi)
