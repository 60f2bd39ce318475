"""The sealed paper and the written review by a second person (C-art.8, 9, S25)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.foundation.limits import PAPER_REVIEW
from app.kernel.errors import N_, Finding
from app.plugins.applications import clocks, dossier, flow, reasons, signals, wellformed
from app.plugins.applications.models import MEANS, Application, PaperReceipt
from app.plugins.applications.service import decisions

MOST_COPIES = 20


def _receipt_findings(application: Application, means: str, received_on: date, copies: int) -> list[Finding]:
    found = []
    passed_at = application.first_reviewed_at
    first = clock.localise(passed_at).date() if passed_at else received_on
    if means not in MEANS:
        found.append(Finding("means", N_("请选择送达方式。"), "办法第八条", "means"))
    if not first <= received_on <= clock.today():
        found.append(
            Finding(
                "received_on", N_("收到日期应在初审通过之日（%(first)s）至今天之间。"), "办法第十二条", "received-on",
                {"first": first.isoformat()},
            )
        )  # fmt: skip
    if not 1 <= copies <= MOST_COPIES:
        found.append(
            Finding(
                "copies",
                N_("份数应为 1 至 %(n)s；申请表一式三份。"),
                "申请表注1",
                "copies",
                {"n": MOST_COPIES},
            )
        )
    return found


def receive_paper(
    application: Application, means: str, received_on: date, copies: int, *, actor: Actor
) -> PaperReceipt:
    """Record that sealed paper came in; the clock of the written review starts on that day (S25).

    Args:
        means: exchange (机要交换), hand or post.
        received_on: Beijing day, not before the first review passed and not in the future.

    Raises:
        AccessDenied, WrongState: not the actor's, or no paper is awaited.
        Invalid: means, day or copies.
    """
    access.require(actor, "application", "receive-paper", application)
    flow.ensure(application, "receive_paper")
    wellformed.ensure(_receipt_findings(application, means, received_on, copies))
    flow.step(application, "receive_paper")
    row = PaperReceipt(
        means=means,
        received_on=received_on,
        copies=copies,
        received_by_id=actor.person_id,
        received_by=actor.name,
    )
    application.receipts.append(row)
    clocks.stop(application, received_on)
    clocks.start(
        application, PAPER_REVIEW, received_on, dossier.limits_of(dossier.reviewing_office(application))
    )
    audit.record(
        actor, "application.paper_received", application,
        after={"state": application.state, "means": means, "received_on": received_on, "copies": copies},
    )  # fmt: skip
    signals.paper_received.send(application, actor=actor)
    return row


def _ensure_second(application: Application, event: str, actor: Actor) -> int:
    """Another person than who filed, who passed the first review, and who judged one of its items."""
    access.require(actor, "application", "paper-review", application)
    flow.ensure(application, event)
    for first in sorted(application.first_reviewers()):
        done = {"application:submit": application.declared_by_id, "application:first-review": first}
        access.ensure_another(actor, "application:paper-review", done)
    return decisions.person(actor)


def _decide(application: Application, event: str, reviewer: int) -> None:
    now = clock.now()
    flow.step(application, event)
    application.paper_reviewer_id, application.paper_reviewed_at = reviewer, now
    clocks.stop(application, clock.today())


def approve(application: Application, *, actor: Actor, words: str = "") -> Application:
    """Sign the written review (C-art.9); it can then be reported for its badge (S25).

    Raises:
        AccessDenied: the actor holds no deciding post over this unit, or did the first review himself.
        WrongState: not under written review.
        Invalid: the opinion is too long.
    """
    reviewer = _ensure_second(application, "approve", actor)
    if len(words) > reasons.LONGEST:
        raise _long_opinion()
    _decide(application, "approve", reviewer)
    decisions.record(application, "approved", actor=actor, words=words)
    signals.approved.send(application, actor=actor)
    return application


def _long_opinion() -> Exception:
    finding = Finding(
        "approve-words", N_("说明不超过 %(n)s 个字。"), code="too-long", params={"n": reasons.LONGEST}
    )
    return wellformed.Invalid([finding])


def refuse(application: Application, codes: Sequence[str], words: str, *, actor: Actor) -> Application:
    """Refuse after the written review, with reasons that go into the letter (C-art.9, P-3.4): the end.

    Raises:
        AccessDenied, WrongState: as for ``approve``.
        Invalid: no reason, or no words.
    """
    reviewer = _ensure_second(application, "refuse", actor)
    wellformed.ensure(reasons.findings("refused", codes, words))
    _decide(application, "refuse", reviewer)
    application.closed_at = clock.now()
    decisions.record(application, "refused", actor=actor, codes=codes, words=words)
    signals.refused.send(application, actor=actor)
    return application
