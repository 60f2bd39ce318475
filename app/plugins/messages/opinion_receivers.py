"""What is told of opinions: to the desk that is asked, and to whoever reviews when it answers (S4)."""

from __future__ import annotations

from datetime import date

from app.foundation import clock, notices
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.notices import Party, rungs
from app.plugins.messages.campaign_reminders import left
from app.plugins.messages.receivers import day, in_chinese, office_name, reviewing
from app.plugins.opinions import labels, queries, signals
from app.plugins.opinions.models import DESKS, Consultation

LADDER, OVERDUE = "opinion", "现已逾期"


def _desk(row: Consultation) -> Party:
    return notices.of_office(row.desk.path, roles=DESKS)


def _tell(event: str, row: Consultation, to: Party, actor: Actor | None, dedupe: str = "") -> None:
    known = {
        "unit": row.application.organ_name,
        "site": row.application.site_name,
        "number": row.application.number or "",
        "office": office_name(row.review_path),
        "desk": row.desk.short_name,
        "question": row.question,
        "answer": str(labels.ANSWER[row.answer][0]) if row.answer else "",
        "reasons": row.words or row.withdrawn_because,
        "due": day(row.due),
        "source": row.source,
        "left": left(clock.today(), row.due) if row.due >= clock.today() else OVERDUE,
    }
    names = notices.catalogue().event(event).variables
    notices.tell(
        event, to=to, params={name: known[name] for name in names}, actor=actor,
        link=("OpinionView.page", {"pk": row.id}), dedupe=dedupe,
    )  # fmt: skip


@in_chinese
def on_asked(row: Consultation, *, actor: Actor) -> None:
    """The desk."""
    db.session.flush()
    _tell("opinion.asked", row, _desk(row), actor)


@in_chinese
def on_answered(row: Consultation, *, actor: Actor) -> None:
    """Whoever reviews the case."""
    _tell("opinion.answered", row, reviewing(row.application), actor)


@in_chinese
def on_withdrawn(row: Consultation, *, actor: Actor) -> None:
    """The desk need not answer any more."""
    _tell("opinion.withdrawn", row, _desk(row), actor)


@in_chinese
def on_reminded(row: Consultation, *, actor: Actor) -> None:
    """The desk, by somebody of the office."""
    _tell("opinion.due", row, _desk(row), actor)


def owed(today: date) -> list[int]:
    """The consultations that stand on a rung today."""
    ladder = notices.catalogue().ladders[LADDER]
    return queries.due_until(rungs.last_date(today, ladder, clock.calendar()))


@in_chinese
def remind(pk: int, today: date) -> None:
    """Tell the desk the rung that is reached, once."""
    row = queries.get(pk)
    if queries.standing(row) != "open":
        return
    rung = rungs.reached(today, row.due, notices.catalogue().ladders[LADDER], clock.calendar())
    if rung is not None:
        _tell("opinion.due", row, _desk(row), None, f"opinion:{row.id}:{rung}")


HEARD = (
    (signals.asked, on_asked),
    (signals.answered, on_answered),
    (signals.withdrawn, on_withdrawn),
    (signals.reminded, on_reminded),
)


def connect() -> None:
    """Listen (idempotent)."""
    for signal, receiver in HEARD:
        signal.connect(receiver)
