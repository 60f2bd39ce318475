"""What the register does when an application says that paper came in."""

from __future__ import annotations

from app.foundation.access import Actor
from app.foundation.database import db
from app.plugins.applications import signals
from app.plugins.applications.models import Application
from app.plugins.exchange import service


def on_paper_received(application: Application, *, actor: Actor) -> None:
    """The receipt stands in the office's book, whichever page it was taken in on."""
    db.session.flush()
    service.enter_receipt(application, application.receipts[-1], actor=actor)


def connect() -> None:
    """Listen (idempotent)."""
    signals.paper_received.connect(on_paper_received)
