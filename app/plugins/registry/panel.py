"""What the deciding office does with what the registrar sent back, on the application's page."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from app.foundation import access
from app.foundation.access import Actor
from app.plugins.applications import reasons
from app.plugins.applications.models import Application
from app.plugins.applications.panels import Panel
from app.plugins.applications.service import deciding


@dataclass(frozen=True)
class SentBack:
    """Both ways on: report it again as it is, or let the applicant correct it; ``words`` begin the letter."""

    report_url: str
    reasons: list[tuple[str, str]]
    words: str


def _build(application: Application, actor: Actor) -> SentBack | None:
    if not deciding.reopenable(application):
        return None
    if not access.can(actor, "application", "paper-review", application):
        return None
    reports = access.can(actor, "badge", "request", application)
    return SentBack(
        url_for("ReportView.index") if reports else "",
        [(one.code, f"{one.label}（{one.source}）") for one in reasons.RETURNED],
        application.decisions[-1].words,
    )


SENT_BACK = Panel("sent-back", "first", 10, _build, "registry/_reopen.html")
