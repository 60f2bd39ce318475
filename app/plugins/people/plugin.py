"""人员与岗位."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.foundation.admin import labels as words
from app.foundation.plugin import Plugin
from app.plugins.people import labels, service
from app.plugins.people.leaving_views import LeavingView
from app.plugins.people.post_views import PostView
from app.plugins.people.public_views import InvitationView
from app.plugins.people.views import PeopleView


class PeoplePlugin(Plugin):
    """Who works where, from when until when, and how they get in."""

    name = "people"
    title = "人员与岗位"

    def init_app(self, app: Flask) -> None:
        service.init_app(app)
        words.add(words.VERB, labels.VERBS)
        words.add("account", labels.STATE)
        words.add("invitation", labels.INVITATION)
        words.add("invitation-purpose", labels.PURPOSE)
        words.add("invitation-way", labels.WAY)
        words.add("post", labels.POST)

    def register_views(self, appbuilder: Any) -> None:
        appbuilder.add_view(
            PeopleView, "people", label=_l("人员与岗位"), category="office", category_label=_l("本机构")
        )
        for view in (PostView, LeavingView, InvitationView):
            appbuilder.add_view_no_menu(view)
