"""摸底调查."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app
from flask_babel import lazy_gettext as _l

from app.foundation.admin import labels as words
from app.foundation.plugin import Plugin
from app.plugins.surveys import desk_views, exporting, labels, printing, report
from app.plugins.surveys.aggregate import AggregateView
from app.plugins.surveys.api import SurveysApi
from app.plugins.surveys.desk_views import UndertakenListView, UndertakingView
from app.plugins.surveys.report import ProgressReportView
from app.plugins.surveys.urge_view import UrgeView
from app.plugins.surveys.views import SheetListView, SurveyView


class SurveysPlugin(Plugin):
    """Survey sheets and their aggregate."""

    name = "surveys"
    title = "摸底调查"
    requires = ("campaigns", "operations")

    def init_app(self, app: Flask) -> None:
        words.add("survey", labels.STATES)
        words.add(words.VERB, labels.VERBS)
        exporting.declare(app)
        app.context_processor(lambda: {"report_url": report.url_of, "may_arrange": desk_views.may_arrange})

    def register_views(self, appbuilder: Any) -> None:
        sheets = appbuilder.add_view(
            SheetListView, "surveys", label=_l("摸底调查表"), category="survey", category_label=_l("摸底")
        )
        appbuilder.add_view(AggregateView, "aggregate", label=_l("汇总"), category="survey")
        appbuilder.add_view_no_menu(SurveyView)
        appbuilder.add_view_no_menu(UrgeView)
        appbuilder.add_view_no_menu(UndertakenListView)
        appbuilder.add_view_no_menu(UndertakingView)
        appbuilder.add_view_no_menu(ProgressReportView)
        appbuilder.add_api(SurveysApi)
        printing.declare(current_app, sheets.counted, sheets.walk)
