"""文书."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.foundation import access
from app.foundation.admin import labels as words
from app.foundation.plugin import Plugin
from app.plugins.letters import batch, catalogue, kinds, labels, panel, receivers
from app.plugins.letters.batch_views import LetterBatchView, LetterChoiceView
from app.plugins.letters.views import FormPreviewView, LetterListView, LetterView


def _may_issue() -> bool:
    return access.may(access.current_actor(), "letter", "issue")


class LettersPlugin(Plugin):
    """Official documents: set from data, stored with their hash, made again on demand."""

    name = "letters"
    title = "文书"
    requires = ("applications", "exchange", "registry", "results", "badges", "operations")

    def init_app(self, app: Flask) -> None:
        catalogue.init_app(app)
        words.add("letter", kinds.LABELS)
        words.add(words.VERB, labels.VERBS)
        batch.declare(app)
        panel.offer(app)
        receivers.connect()
        app.context_processor(lambda: {"may_issue_letters": _may_issue})

    def register_views(self, appbuilder: Any) -> None:
        appbuilder.add_view(
            LetterListView, "letters", label=_l("文书"), category="review", category_label=_l("审核")
        )
        for view in (LetterView, FormPreviewView, LetterChoiceView, LetterBatchView):
            appbuilder.add_view_no_menu(view)
