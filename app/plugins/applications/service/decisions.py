"""What every decision shares: it is a person's, it is kept with its reasons, and it may not be repeated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.foundation import audit, clock
from app.foundation.access import Actor
from app.kernel.errors import N_, AccessDenied
from app.plugins.applications import dossier, reasons
from app.plugins.applications.models import Application, ReviewDecision


def person(actor: Actor) -> int:
    """Whose decision it is.

    Raises:
        AccessDenied: a task of the platform decides nothing.
    """
    if actor.person_id is None:
        raise AccessDenied("nobody-decides", N_("审核决定须由承办人本人作出。"))
    return actor.person_id


def record(
    application: Application,
    outcome: str,
    *,
    actor: Actor,
    codes: Sequence[str] = (),
    words: str = "",
    sealed_on: date | None = None,
    verb: str = "",
) -> ReviewDecision:
    """Keep a decision with its reasons and what had been filed, and write it into the record.

    Args:
        sealed_on: the Beijing day the office sealed its opinion on the form (C-art.9).
        verb: what the record calls it, where that is not the outcome.
    """
    row = ReviewDecision(
        round=application.round,
        outcome=outcome,
        reasons=[reason.code for reason in reasons.named(outcome, codes)],
        words=words,
        filed=dossier.filed(application),
        decided_by_id=actor.person_id,
        decided_by=actor.name,
        decided_at=clock.now(),
        sealed_on=sealed_on,
    )
    application.decisions.append(row)
    listed = "；".join(
        str(reason.label) for reason in reasons.named(outcome, codes) if reason.code != reasons.OTHER
    )
    audit.record(
        actor,
        f"application.{verb or outcome}",
        application,
        after={"state": application.state, "round": application.round, "reasons": row.reasons}
        | ({"sealed_on": sealed_on} if sealed_on is not None else {}),
        reason="。".join(part for part in (listed, words) if part),
    )
    return row
