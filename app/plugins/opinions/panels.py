"""What an application's page shows of opinions: who has not answered before a decision, and everything asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.clock import ClockView
from app.foundation.limits import CONSULT, Limit
from app.foundation.tenancy.models import Office
from app.plugins.applications import dossier
from app.plugins.applications.models import Application
from app.plugins.opinions import queries, rules
from app.plugins.opinions.models import Consultation


@dataclass(frozen=True)
class Line:
    """One consultation as it is shown; ``mine`` when the reader's desk is to answer it."""

    row: Consultation
    state: str
    chip: ClockView | None
    mine: bool
    remindable: bool


@dataclass(frozen=True)
class Asked:
    """The card: everything asked, and the desks that may be asked now."""

    lines: Sequence[Line]
    desks: Sequence[Office]
    asks: bool
    limit: Limit | None
    longest_question: int = rules.LONGEST_QUESTION
    longest_words: int = rules.LONGEST_WORDS


@dataclass(frozen=True)
class Pending:
    """Who has not answered, and who objects, where somebody is about to decide; ``mine`` waits for the reader."""

    waiting: Sequence[Line]
    objecting: Sequence[Line]
    mine: Sequence[Line] = ()


def _line(row: Consultation, actor: Actor) -> Line:
    state = queries.standing(row)
    mine = state == "open" and queries.answers_for(actor, row)
    return Line(row, state, queries.chip(row), mine, row.reminded_on != clock.today())


def asked(application: Application, actor: Actor) -> Asked | None:
    """For the reviewing office, those above it and the desks; an applicant sees nothing of it."""
    if not access.can(actor, "opinion", "see", application):
        return None
    lines = [_line(row, actor) for row in queries.of_application(application)]
    asks = application.state in rules.ASKABLE and access.can(actor, "opinion", "ask", application)
    if not asks:
        return Asked(lines, (), False, None) if lines else None
    office = dossier.reviewing_office(application)
    busy = {line.row.desk_id for line in lines if line.state == "open"}
    desks = [desk for desk in queries.desks_of(office) if desk.id not in busy]
    return Asked(lines, desks, True, dossier.limits_of(office).clock(CONSULT))


def pending(application: Application, actor: Actor) -> Pending | None:
    """Where this reader could decide now, and something is open or objected to; or where his desk is asked."""
    act = {"submitted": "first-review", "paper_review": "paper-review"}.get(application.state, "")
    decides = bool(act) and access.can(actor, "application", act, application)
    answers = access.can(actor, "opinion", "answer", application)
    if not decides and not answers:
        return None
    lines = [_line(row, actor) for row in queries.of_application(application)]
    mine = [line for line in lines if line.mine]
    if not decides:
        return Pending((), (), mine) if mine else None
    waiting = [line for line in lines if line.state == "open"]
    objecting = [line for line in lines if line.state == "object"]
    return Pending(waiting, objecting, mine) if waiting or objecting else None
