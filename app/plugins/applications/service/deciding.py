"""The deciding office's verbs: approve, refuse, and reopen what the registrar sent back (C-art.9)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.foundation import access, clock
from app.foundation.access import Actor
from app.kernel.errors import N_, Finding, WrongState
from app.plugins.applications import clocks, flow, reasons, signals, wellformed
from app.plugins.applications.models import Application
from app.plugins.applications.service import decisions


def approve(
    application: Application, *, actor: Actor, words: str = "", sealed_on: date | None = None
) -> Application:
    """Sign the written review (C-art.9); it can then be reported for its badge (S25).

    What is approved is frozen in the same transaction by whoever listens, and refused where that cannot be.

    Args:
        sealed_on: the Beijing day the opinion was sealed on the form; today when not said.

    Raises:
        AccessDenied: the actor holds no deciding post over this unit, or did the first review himself.
        WrongState: not under written review.
        Invalid: the opinion is too long, or the seal's day is not between the paper's receipt and today.
        Refusal: what would be approved cannot be frozen.
    """
    reviewer = _ensure_second(application, "approve", actor)
    sealed = sealed_on or clock.today()
    found = _sealed_findings(application, sealed, "approve-sealed")
    if len(words) > reasons.LONGEST:
        found.append(
            Finding(
                "approve-words", N_("说明不超过 %(n)s 个字。"), code="too-long", params={"n": reasons.LONGEST}
            )
        )
    wellformed.ensure(found)
    _decide(application, "approve", reviewer)
    decisions.record(application, "approved", actor=actor, words=words, sealed_on=sealed)
    signals.approved.send(application, actor=actor)
    return application


def refuse(
    application: Application,
    codes: Sequence[str],
    words: str,
    *,
    actor: Actor,
    sealed_on: date | None = None,
) -> Application:
    """Refuse after the written review, with reasons that go into the letter (C-art.9, P-3.4): the end.

    Raises:
        AccessDenied, WrongState: as for ``approve``.
        Invalid: no reason, no words, or the seal's day as for ``approve``.
    """
    reviewer = _ensure_second(application, "refuse", actor)
    sealed = sealed_on or clock.today()
    wellformed.ensure(
        [
            *reasons.findings("refused", codes, words),
            *_sealed_findings(application, sealed, "refused-sealed"),
        ]
    )
    _decide(application, "refuse", reviewer)
    decisions.record(application, "refused", actor=actor, codes=codes, words=words, sealed_on=sealed)
    signals.refused.send(application, actor=actor)
    return application


def reopenable(application: Application) -> bool:
    """Whether the registrar sent it back and nothing was decided since."""
    last = application.decisions[-1].outcome if application.decisions else ""
    return application.state == "approved" and last == "sent_back"


def reopen(application: Application, codes: Sequence[str], words: str, *, actor: Actor) -> Application:
    """Return to the applicant for correction what the registrar sent back; both reviews are then done anew.

    Nobody but the applicant may correct what he declared (C-art.5, C-art.8); his resubmission begins a new round.

    Args:
        codes: coded reasons from ``reasons.RETURNED``.
        words: what exactly is to be corrected.

    Raises:
        AccessDenied: the actor holds no deciding post over this unit.
        WrongState: not approved, or the registrar did not send it back.
        Invalid: no reason, or no words.
    """
    access.require(actor, "application", "paper-review", application)
    flow.ensure(application, "reopen")
    if not reopenable(application):
        raise WrongState(
            "not-sent-back",
            N_("只有被注册管理中心退回的申请才能退回申请单位补正。"),
            source="办法第八条",
        )
    wellformed.ensure(reasons.findings("returned", codes, words))
    decisions.person(actor)
    flow.step(application, "reopen")
    application.first_reviewer_id = application.first_reviewed_at = None
    application.paper_reviewer_id = application.paper_reviewed_at = None
    decisions.record(application, "returned", actor=actor, codes=codes, words=words, verb="reopened")
    signals.reopened.send(application, actor=actor)
    signals.returned.send(application, actor=actor)
    return application


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
    if event == "refuse":
        application.closed_at = now
    clocks.stop(application, clock.localise(now).date())


def _sealed_findings(application: Application, sealed_on: date, field: str) -> list[Finding]:
    """An opinion is sealed on paper that is there, and not in days to come."""
    first = max((one.received_on for one in application.receipts), default=sealed_on)
    if first <= sealed_on <= clock.today():
        return []
    return [
        Finding(
            field,
            N_("盖章日期应在收到书面材料之日（%(first)s）至今天之间。"),
            "办法第九条",
            "sealed-on",
            {"first": first.isoformat()},
        )
    ]
