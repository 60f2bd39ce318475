"""任务: each person's own, and the queues for whoever runs the system."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.foundation.plugin import Plugin
from app.foundation.telemetry import page
from app.plugins.operations import gauges, limits, shown
from app.plugins.operations.own_views import OwnJobsView
from app.plugins.operations.queue_views import JobView


class OperationsPlugin(Plugin):
    """Waiting for long work, and watching over the queues."""

    name = "operations"
    title = "任务"

    def init_app(self, app: Flask) -> None:
        limits.init_app(app)
        app.jinja_env.filters["waited"] = shown.waited
        page.collect_with(gauges.JOBS)

    def register_views(self, appbuilder: Any) -> None:
        appbuilder.add_view(OwnJobsView, "my-jobs", label=_l("我的任务"))
        appbuilder.add_view(
            JobView, "jobs", label=_l("后台任务"), category="office", category_label=_l("本机构")
        )
