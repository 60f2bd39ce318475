"""授权与权限."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.foundation import access
from app.foundation.admin import labels as words
from app.foundation.plugin import Plugin
from app.plugins.permits.labels import GRANT_STATES, VERBS
from app.plugins.permits.matrix import MatrixView
from app.plugins.permits.posts import MyPostsView
from app.plugins.permits.views import GrantView
from app.plugins.permits.why import WhyView


def policy_word(kind: str, key: str) -> str:
    """The policy's word for a role, relation, object or act."""
    return access.policy().label(kind, key)


class PermitsPlugin(Plugin):
    """Who may do what, until when, by which document, and why."""

    name = "permits"
    title = "授权与权限"
    requires = ("applications", "badges")

    def init_app(self, app: Flask) -> None:
        words.add("grant", GRANT_STATES)
        words.add(words.VERB, VERBS)
        app.jinja_env.globals["policy_word"] = policy_word

    def register_views(self, appbuilder: Any) -> None:
        appbuilder.add_view(
            GrantView, "grants", label=_l("授权与共享"), category="office", category_label=_l("本机构")
        )
        appbuilder.add_view(MatrixView, "matrix", label=_l("权限矩阵"), category="office")
        appbuilder.add_view(MyPostsView, "posts", label=_l("我的岗位"), category="office")
        appbuilder.add_view(WhyView, "why", label=_l("为什么看不到"), category="office")
