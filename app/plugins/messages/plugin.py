"""消息和公告."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.foundation import access
from app.foundation.admin import labels as words
from app.foundation.database import db
from app.foundation.notices import inbox, reminding
from app.foundation.plugin import Plugin
from app.plugins.messages import (
    announcements,
    filing_receivers,
    labels,
    lapse_receivers,
    opinion_receivers,
    receivers,
    result_receivers,
    returns_receivers,
    review_receivers,
)
from app.plugins.messages.announcement_views import AnnouncementView
from app.plugins.messages.delivery_views import DeliveryView
from app.plugins.messages.reminders import remind
from app.plugins.messages.template_views import TemplateView
from app.plugins.messages.views import InboxView


class MessagesPlugin(Plugin):
    """What people are told, by which way, and what became of it."""

    name = "messages"
    title = "消息和公告"
    requires = (
        "account", "people", "surveys", "applications", "exchange", "worklist", "lapses", "results", "badges", "returns",
        "bylaws", "liaisons", "opinions",
    )  # fmt: skip

    def init_app(self, app: Flask) -> None:
        words.add(words.VERB, labels.VERBS)
        words.add("delivery", labels.STATE)
        words.add("channel", labels.CHANNEL)
        reminding.offer(app, remind)
        receivers.connect()
        lapse_receivers.connect()
        filing_receivers.connect()
        returns_receivers.connect()
        opinion_receivers.connect()
        result_receivers.connect()
        review_receivers.connect()
        app.context_processor(lambda: {"menu_counts": Unread(), "inbox_url": url_for("InboxView.index")})

    def register_views(self, appbuilder: Any) -> None:
        appbuilder.add_view(
            InboxView, "inbox", label=_l("我的消息"), category="messages", category_label=_l("消息和公告")
        )
        appbuilder.add_view(AnnouncementView, "announcements", label=_l("通知公告"), category="messages")
        appbuilder.add_view(DeliveryView, "deliveries", label=_l("邮件和短信"), category="messages")
        appbuilder.add_view(TemplateView, "templates", label=_l("通知模板"), category="messages")


class Unread:
    """Unread messages and announcements of whoever is signed in, by menu entry; asked only where the frame is drawn."""

    def get(self, name: str) -> int:
        """How many; 0 for every other entry."""
        actor = access.current_actor()
        if actor.person_id is None or name not in ("inbox", "announcements"):
            return 0
        if "unread" not in g:
            asked = select(inbox.counting(actor.person_id), announcements.counting(actor))
            messages, notices = db.session.execute(asked).one()
            g.unread = {"inbox": messages, "announcements": notices}
        return int(g.unread[name])
