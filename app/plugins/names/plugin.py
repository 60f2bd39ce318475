"""网上名称登记."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.foundation.admin import labels as words
from app.foundation.notices import reminding
from app.foundation.plugin import Plugin
from app.plugins.names import labels, register, tasks
from app.plugins.names.queries import InHouseRegister
from app.plugins.names.task_views import DomainTaskView
from app.plugins.names.views import DomainView
from app.plugins.names.website_names import WebsiteNameView, help_for


class NamesPlugin(Plugin):
    """Keeps the in-house register and answers how a name stands."""

    name = "names"
    title = "网上名称登记"
    requires = ("establishment",)

    def init_app(self, app: Flask) -> None:
        words.add(words.VERB, labels.VERBS)
        words.add("domain-standing", labels.STANDING)
        words.add("domain-task", labels.TASK_STATE)
        register.use(app, InHouseRegister())
        reminding.offer(app, tasks.look)
        app.jinja_env.globals["website_name_help"] = help_for

    def register_views(self, appbuilder: Any) -> None:
        appbuilder.add_view(
            DomainView, "domains", label=_l("网上名称"), category="office", category_label=_l("本机构")
        )
        appbuilder.add_view(
            DomainTaskView,
            "domain-tasks",
            label=_l("中文域名办理"),
            category="review",
            category_label=_l("审核"),
        )
        appbuilder.add_view_no_menu(WebsiteNameView)
