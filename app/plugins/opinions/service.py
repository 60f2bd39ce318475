"""The verbs: ask, answer, withdraw, remind. An opinion is never a veto, and no decision waits for one (S4)."""

from __future__ import annotations

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.limits import CONSULT
from app.foundation.tenancy.models import Office
from app.kernel.errors import N_, AccessDenied, NotSeen, WrongState
from app.plugins.applications import dossier
from app.plugins.applications.models import Application
from app.plugins.opinions import queries, rules, signals
from app.plugins.opinions.models import Consultation

OBJ = "opinion"


def ask(application: Application, desk: Office, question: str, *, actor: Actor) -> Consultation:
    """Ask a desk that consults the reviewing office's level; its period begins (S4, C-1).

    Args:
        desk: one of ``queries.desks_of``.
        question: what its opinion is wanted on.

    Raises:
        AccessDenied: not the actor's to review.
        WrongState: the case is not under review, or the desk has not answered the last question yet.
        NotSeen: no such desk of that level.
        Invalid: no question, or one too long.
    """
    access.require(actor, OBJ, "ask", application)
    question, now, today = question.strip(), clock.now(), clock.today()
    if application.state not in rules.ASKABLE:
        raise WrongState("opinion-closed", N_("本件不在审核中，不能征求意见。"))
    office = dossier.reviewing_office(application)
    if desk.id not in {one.id for one in queries.desks_of(office)}:
        raise NotSeen("desk-not-seen", N_("没有找到这个部门，或者它不是本级的会商部门。"))
    if queries.open_of(application, desk) is not None:
        raise WrongState("opinion-open", N_("%(desk)s还没有反馈上一次征求的意见。"), desk=desk.short_name)
    rules.ensure(rules.question(question))
    running = dossier.limits_of(office).clock(CONSULT).start(today, clock.calendar())
    row = Consultation(
        application=application, desk_id=desk.id, question=question,
        asked_by_id=actor.person_id, asked_by=actor.name, asked_at=now, asked_on=running.start,
        days=running.days, counted_in=running.unit, due=running.due,
        rule=running.rule, source=running.source, firm=running.firm,
    )  # fmt: skip
    db.session.add(row)
    audit.record(
        actor, "opinion.asked", row,
        after={"application": application.number, "desk": desk.short_name, "due": running.due}, reason=question,
    )  # fmt: skip
    signals.asked.send(row, actor=actor)
    return row


def answer(row: Consultation, given: str, words: str, *, actor: Actor) -> Consultation:
    """What the desk says: agree, object with why, or no opinion; late answers count as well.

    Raises:
        AccessDenied: another desk was asked.
        WrongState: answered or withdrawn already, or the case is decided.
        Invalid: no answer, or an objection without why.
    """
    access.require(actor, OBJ, "answer", row)
    words, now = words.strip(), clock.now()
    if not queries.answers_for(actor, row):
        raise AccessDenied(
            "opinion-not-yours", N_("本件征求的是%(desk)s的意见，由该部门反馈。"), desk=row.desk.short_name
        )
    _ensure_open(row)
    rules.ensure(rules.answer(given, words))
    row.answer, row.words = given, words
    row.answered_by_id, row.answered_by, row.answered_at = actor.person_id, actor.name, now
    audit.record(actor, "opinion.answered", row, after={"answer": given}, reason=words)
    signals.answered.send(row, actor=actor)
    return row


def withdraw(row: Consultation, reason: str, *, actor: Actor) -> Consultation:
    """Take a question back that is not answered yet.

    Raises:
        AccessDenied: not the reviewing office's.
        WrongState: answered or withdrawn already, or the case is decided.
        Invalid: no reason.
    """
    access.require(actor, OBJ, "ask", row)
    reason, now = reason.strip(), clock.now()
    _ensure_open(row)
    rules.ensure(rules.reason(reason))
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_because = now, actor.name, reason
    audit.record(actor, "opinion.withdrawn", row, reason=reason)
    signals.withdrawn.send(row, actor=actor)
    return row


def remind(row: Consultation, *, actor: Actor) -> Consultation:
    """Remind the desk, at most once a day.

    Raises:
        AccessDenied: not the reviewing office's.
        WrongState: answered or withdrawn already, the case is decided, or it was reminded today.
    """
    access.require(actor, OBJ, "ask", row)
    _ensure_open(row)
    today = clock.today()
    if row.reminded_on == today:
        raise WrongState("opinion-reminded", N_("今天已经催办过。"))
    row.reminded_on = today
    audit.record(actor, "opinion.reminded", row, after={"due": row.due})
    signals.reminded.send(row, actor=actor)
    return row


def _ensure_open(row: Consultation) -> None:
    if row.answered_at is not None:
        raise WrongState("opinion-answered", N_("这次征求的意见已经反馈。"))
    if row.withdrawn_at is not None:
        raise WrongState("opinion-withdrawn", N_("这次征求意见已经撤回。"))
    if row.application.state not in rules.ANSWERABLE:
        raise WrongState("opinion-decided", N_("本件已经作出决定，不再反馈意见。"))
