"""我的账号、在线会话、登录日志、操作记录."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, url_for
from flask_babel import lazy_gettext as _l

from app.foundation.admin import labels as words
from app.foundation.plugin import Plugin
from app.plugins.account import deeds, exporting, exports, labels
from app.plugins.account.deeds import DeedView
from app.plugins.account.records import SessionView, SignInLogView
from app.plugins.account.views import AccountView


class AccountPlugin(Plugin):
    """What everybody does with his own account, and what officers see of others'."""

    name = "account"
    title = "账号与登录"
    requires = ("operations",)

    def init_app(self, app: Flask) -> None:
        words.add(words.VERB, labels.VERBS)
        app.context_processor(lambda: {"account_url": url_for("AccountView.index")})

    def register_views(self, appbuilder: Any) -> None:
        appbuilder.add_view_no_menu(AccountView)
        appbuilder.add_view(
            SessionView, "sessions", label=_l("在线会话"), category="office", category_label=_l("本机构")
        )
        log = appbuilder.add_view(SignInLogView, "sign-ins", label=_l("登录日志"), category="office")
        appbuilder.add_view(DeedView, "deeds", label=_l("操作记录"), category="office")
        exporting.declare(current_app, exports.SIGN_INS, log.counted, log.walk)
        exporting.declare(current_app, exports.DEEDS, deeds.counted, deeds.walk)
