"""Looks at the two people's data of many applications at once (A4.注3)."""

from __future__ import annotations

from collections.abc import Sequence

from app.foundation import access, audit
from app.foundation.access import Actor
from app.plugins.applications.models import Application


def reveal_each(rows: Sequence[Application], *, actor: Actor, purpose: str = "") -> None:
    """Record a look at each, as ``reveal`` does of one, before anything of it is read.

    Raises:
        AccessDenied: no post of the actor may look at one of them.
    """
    for row in rows:
        access.require(actor, "application", "reveal", row)
    acts = [audit.Act(row.id, row.review_path, reason=purpose) for row in rows]
    audit.record_each(actor, "application.revealed", Application, acts)
