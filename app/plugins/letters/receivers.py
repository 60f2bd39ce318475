"""The office's answers are documents from the moment they are given: made with the decision, set when first taken."""

from __future__ import annotations

from app.foundation import access
from app.foundation.access import Actor
from app.foundation.database import db
from app.plugins.applications import signals as applications
from app.plugins.applications.models import Application
from app.plugins.badges import signals as badges
from app.plugins.badges.models import Badge
from app.plugins.letters import service
from app.plugins.letters.kinds import BY_KEY


def on_returned(application: Application, *, actor: Actor) -> None:
    """补正通知, in the reviewer's transaction."""
    _make("correction", application, actor)


def on_refused(application: Application, *, actor: Actor) -> None:
    """审核未通过告知函, or that the applicant is not eligible."""
    _make("refusal", application, actor)


def on_issued(badge: Badge, *, actor: Actor) -> None:
    """网站标识发放通知, in the reviewing office's name: the registrar makes no letters of it."""
    _make("badge", badge, actor)


def _make(kind: str, subject: Application | Badge, actor: Actor) -> None:
    db.session.flush()  # what the actor has pending is his own to write
    with access.acting_as(access.system(service.TASK, over=subject.review_path)) as platform:
        service.issue(BY_KEY[kind], subject, actor=platform, by=actor)


def connect() -> None:
    """Listen (idempotent)."""
    applications.returned.connect(on_returned)
    applications.refused.connect(on_refused)
    applications.ineligible.connect(on_refused)
    badges.issued.connect(on_issued)
