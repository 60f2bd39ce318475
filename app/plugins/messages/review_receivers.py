"""What is told around a review: paper that does not agree, words from above, a case given to somebody else."""

from __future__ import annotations

from app.foundation import notices
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy.models import Person
from app.plugins.applications import signals as applications
from app.plugins.applications.models import Application
from app.plugins.exchange import signals as exchange
from app.plugins.messages.receivers import about, applicant, in_chinese, reviewing
from app.plugins.worklist import signals as worklist
from app.plugins.worklist.models import Guidance

NOTHING_MORE = "（没有另外的说明）"


@in_chinese
def on_mismatched(row: Application, *, words: str, actor: Actor) -> None:
    """The applicant hears what is missing or does not agree (C-art.8)."""
    about("application.paper_mismatch", row, applicant(row), actor, {"reasons": words})


@in_chinese
def on_guided(row: Application, *, guidance: Guidance, actor: Actor) -> None:
    """The deciding office, and never the applicant."""
    event = "application.urged_above" if guidance.kind == "urge" else "application.guided"
    more = {"office": guidance.office_name, "reasons": guidance.words or NOTHING_MORE}
    about(event, row, reviewing(row), actor, more)


@in_chinese
def on_reassigned(row: Application, *, to: Actor, reason: str, actor: Actor) -> None:
    """Whoever has it in hand now; not whoever took it himself."""
    if to.person_id == actor.person_id:
        return
    with notices.platform():
        person = db.session.get(Person, to.person_id)
    if person is not None:
        more = {"name": actor.name, "reasons": reason or NOTHING_MORE}
        about("application.reassigned", row, notices.of_person(person), actor, more)


@in_chinese
def on_handler_changed(row: Application, *, actor: Actor) -> None:
    """The deciding office: a form printed before is out of date (A4.d)."""
    about("application.handler_changed", row, reviewing(row), actor, {})


HEARD = (
    (applications.handler_changed, on_handler_changed),
    (exchange.mismatched, on_mismatched),
    (worklist.guided, on_guided),
    (applications.reassigned, on_reassigned),
)


def connect() -> None:
    """Listen (idempotent)."""
    for signal, receiver in HEARD:
        signal.connect(receiver)
