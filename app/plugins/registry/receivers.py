"""What registry does when an application is approved, or its approval is reopened: in that transaction."""

from __future__ import annotations

from sqlalchemy import select

from app.foundation.access import Actor
from app.foundation.database import db
from app.plugins.applications import signals as applications
from app.plugins.applications.models import Application
from app.plugins.registry import freezing
from app.plugins.registry.models import ApprovedFacts


def on_approved(application: Application, *, actor: Actor) -> None:
    """Freeze what was approved; where that cannot be, the approval is refused with why."""
    freezing.freeze(application, actor=actor)


def on_reopened(application: Application, *, actor: Actor) -> None:
    """What was frozen stands no longer; the next approval freezes anew."""
    query = select(ApprovedFacts).where(
        ApprovedFacts.application_id == application.id, ApprovedFacts.ended_at.is_(None)
    )
    for facts in db.session.scalars(query).all():
        freezing.end(facts, "reopened")


def connect() -> None:
    """Listen (idempotent)."""
    applications.approved.connect(on_approved)
    applications.reopened.connect(on_reopened)
