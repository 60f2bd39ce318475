"""工作安排与时限."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.foundation.admin import labels as words
from app.foundation.plugin import Plugin
from app.plugins.campaigns import labels, telling
from app.plugins.campaigns.cli import campaigns_cli
from app.plugins.campaigns.draft_views import CampaignDraftView
from app.plugins.campaigns.issue_views import CampaignAnnexView, CampaignIssueView
from app.plugins.campaigns.views import CampaignListView, CampaignView
from app.plugins.campaigns.work_views import CampaignWorkView


class CampaignsPlugin(Plugin):
    """Keeps the notices and answers which date binds whom."""

    name = "campaigns"
    title = "工作安排与时限"
    requires = ("establishment",)

    def init_app(self, app: Flask) -> None:
        app.cli.add_command(campaigns_cli)
        telling.init_app(app)
        words.add(words.VERB, labels.VERBS)
        words.add("campaign-step", labels.KIND)
        words.add("campaign-draft", labels.DRAFT)

    def register_views(self, appbuilder: Any) -> None:
        appbuilder.add_view(
            CampaignListView,
            "campaigns",
            label=_l("工作安排与时限"),
            category="arrange",
            category_label=_l("部署"),
        )
        appbuilder.add_view_no_menu(CampaignView)
        appbuilder.add_view(
            CampaignDraftView, "campaign-drafts", label=_l("起草工作安排"), category="arrange"
        )
        appbuilder.add_view_no_menu(CampaignAnnexView)
        appbuilder.add_view_no_menu(CampaignIssueView)
        appbuilder.add_view_no_menu(CampaignWorkView)
