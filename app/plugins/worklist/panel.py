"""What the queue shows on the page of a case: who has it in hand, every period, what was said from above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.clock import ClockView
from app.kernel.errors import Refusal
from app.plugins.applications import clocks, colleagues
from app.plugins.applications import labels as application_labels
from app.plugins.applications.models import Application
from app.plugins.applications.service import claiming
from app.plugins.campaigns.rules import Deadline
from app.plugins.worklist import dates, guiding, labels, rules
from app.plugins.worklist.models import Guidance


@dataclass(frozen=True)
class InHand:
    """``step`` is what waits; ``people`` whom it may be given to; ``own`` whether the reader has it himself."""

    step: Any
    holder: str
    own: bool
    may_claim: bool
    people: Sequence[Actor]


STEP = {
    "submitted": labels.TASK["first-review"],
    "awaiting_paper": labels.TASK["await-paper"],
    "paper_review": labels.TASK["paper-review"],
}


def in_hand(application: Application, actor: Actor) -> InHand | None:
    """For those who may do what the case waits for; one statement."""
    act = claiming.ACTS.get(application.state)
    if act is None or not access.can(actor, "application", act, application):
        return None
    own = application.claimed_by_id is not None and application.claimed_by_id == actor.person_id
    try:
        claiming.ensure_may_take(application, actor=actor)
        may_claim = application.claimed_by_id is None
    except Refusal:
        may_claim = False
    among = colleagues.of_office(application.review_path)
    people = [
        one for one in colleagues.able(application, among) if one.person_id != actor.person_id or not own
    ]
    return InHand(STEP[application.state], application.claimed_by, own, may_claim, people)


@dataclass(frozen=True)
class Periods:
    """Every period that runs or ran, the newest first, and the campaign's completion date (S15)."""

    rows: Sequence[tuple[Any, str, ClockView | None, bool, bool]]
    finish: Deadline | None
    past: bool


def periods(application: Application, actor: Actor) -> Periods | None:
    """For everybody who sees the case; the timetable costs two statements a request."""
    finish = dates.Finish()
    rows = [
        (
            application_labels.CLOCK[row.kind],
            row.source,
            clocks.view(row),
            row.firm,
            row.stopped_on is None,
        )
        for row in reversed(application.clocks)
    ]
    of = finish.of(application)
    if not rows and of is None:
        return None
    return Periods(rows, of, finish.past(application) is not None)


@dataclass(frozen=True)
class Said:
    """What was said from above, and what the reader may add or sign for."""

    rows: Sequence[Guidance]
    may_urge: bool
    may_guide: bool
    may_read: bool
    words: Any
    longest: int = rules.LONGEST


def said(application: Application, actor: Actor) -> Said | None:
    """For offices above, and for the deciding office once something was said; one statement."""
    guides = access.can(actor, "application", "guide", application)
    if not guides and not access.can(actor, "guidance", "see", application):
        return None
    rows = guiding.of(application)
    running = clocks.running(application)
    is_late = rules.late(running.kind if running else None, running.due if running else None, clock.today())
    may_guide = guides and application.state in rules.GUIDABLE
    if not rows and not may_guide:
        return None
    return Said(
        rows,
        guides and is_late,
        may_guide,
        access.can(actor, "guidance", "read", application),
        labels.GUIDANCE,
    )
