"""工作安排与时限."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.foundation.admin import labels as words
from app.foundation.plugin import Plugin
from app.plugins.campaigns import labels
from app.plugins.campaigns.cli import campaigns_cli
from app.plugins.campaigns.views import CampaignListView, CampaignView


class CampaignsPlugin(Plugin):
    """Keeps the notices and answers which date binds whom."""

    name = "campaigns"
    title = "工作安排与时限"
    requires = ("establishment",)

    def init_app(self, app: Flask) -> None:
        app.cli.add_command(campaigns_cli)
        words.add(words.VERB, labels.VERBS)
        words.add("campaign-step", labels.KIND)

    def register_views(self, appbuilder: Any) -> None:
        appbuilder.add_view(
            CampaignListView,
            "campaigns",
            label=_l("工作安排与时限"),
            category="survey",
            category_label=_l("摸底"),
        )
        appbuilder.add_view_no_menu(CampaignView)
