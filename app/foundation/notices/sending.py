"""The jobs that send, what their outcome does to a delivery, and sending anew."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import select

from app.foundation import access, audit, clock, jobs
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.foundation.notices import mail
from app.foundation.notices.catalogue import catalogue
from app.foundation.notices.models import UNSENT, Delivery
from app.foundation.notices.outcomes import LATER, REFUSED, SENT, Outcome
from app.foundation.notices.parties import platform
from app.foundation.notices.ports import ports
from app.foundation.notices.sms import Text
from app.foundation.notices.telling import enqueue, tell_office
from app.kernel.errors import N_, WrongState

ATTEMPTS = 8
TRAIL_KEPT = 40


def send_mail(work: jobs.Work) -> None:
    """Send one mail: at least once, and every time under the same Message-ID."""
    _send(work, _mail)


def send_sms(work: jobs.Work) -> None:
    """Send one text: at least once, and every time under the same reference."""
    _send(work, _text)


def _send(work: jobs.Work, hand_over: Any) -> None:
    """Read, let go of the database, hand over, note the outcome.

    Raises:
        jobs.Retry: the other side could not take it now, and there are attempts left.
    """
    with platform(), transaction():
        delivery = _waiting(int(work.payload["delivery"]), int(work.payload["edition"]))
    if delivery is None:
        return
    outcome: Outcome = hand_over(delivery)
    last = outcome.state == LATER and work.attempt >= ATTEMPTS
    with platform(), transaction():
        row = _waiting(delivery.id, delivery.edition, lock=True)
        if row is not None:
            note(row, Outcome(REFUSED, outcome.reason, outcome.detail) if last else outcome, tried=True)
            if row.state == REFUSED and row.reason == "address":
                tell_office(row)
    if outcome.state == LATER and not last:
        raise jobs.Retry(outcome.reason)


def _waiting(pk: int, edition: int, *, lock: bool = False) -> Delivery | None:
    query = select(Delivery).where(Delivery.id == pk, Delivery.edition == edition, Delivery.state == "queued")
    return db.session.scalar(query.with_for_update(of=Delivery) if lock else query)


def _mail(delivery: Delivery) -> Outcome:
    port, key = ports().mail, str(current_app.config["AUDIT_KEY"])
    if port.offline:
        return Outcome(REFUSED, "unreachable")
    domain = port.sender.rpartition("@")[2]
    try:
        message = mail.compose(
            sender=port.sender, name=str(current_app.config["APP_NAME"]), to=delivery.address,
            subject=delivery.subject, text=delivery.body or "", at=clock.wall(),
            message_id=mail.message_id(key, delivery.id, delivery.edition, domain),
        )  # fmt: skip
    except ValueError:
        return Outcome(REFUSED, "address")
    return port.send(message, delivery.address)


def _text(delivery: Delivery) -> Outcome:
    port = ports().sms
    if port.offline:
        return Outcome(REFUSED, "unreachable")
    values = json.loads(delivery.params or "[]")
    reference = f"d{delivery.id}.{delivery.edition}"
    return port.send(Text(delivery.address, delivery.body or "", reference, delivery.event, values))


def note(delivery: Delivery, outcome: Outcome, *, tried: bool = False, at: datetime | None = None) -> None:
    """Remember what became of a delivery; inside the caller's transaction."""
    now = at or clock.wall()
    delivery.attempts += tried
    line = {
        "at": now.isoformat(timespec="seconds"), "edition": delivery.edition, "outcome": outcome.state,
        "reason": outcome.reason, "detail": outcome.detail,
    }  # fmt: skip
    delivery.trail = [*delivery.trail, line][-TRAIL_KEPT:]
    delivery.reason, delivery.detail = outcome.reason, outcome.detail
    if outcome.state == LATER:
        return
    delivery.state = outcome.state
    if outcome.state == SENT:
        delivery.sent_at = now
        if catalogue().event(delivery.event).secret:
            delivery.body = delivery.params = None
    db.session.flush()


def resend(delivery: Delivery, *, actor: Actor) -> Delivery:
    """Send anew what was refused, came back, or was stored while nothing was connected.

    Raises:
        AccessDenied: not the actor's to send.
        WrongState: it is under way or arrived, its words are gone, or no way out is connected.
    """
    access.require(actor, "delivery", "resend", delivery)
    if delivery.state not in UNSENT:
        raise WrongState("delivery-under-way", N_("该通知正在发送或者已经发出，不需要重新发送。"))
    if delivery.body is None:
        raise WrongState("delivery-wiped", N_("该通知含一次性凭据，正文发出后不留存，请重新签发启用码。"))
    port = ports().mail if delivery.channel == "email" else ports().sms
    if port.offline:
        raise WrongState("delivery-offline", N_("平台尚未接通该发送渠道，不能发出。"))
    before = {"state": delivery.state, "edition": delivery.edition}
    delivery.state, delivery.reason, delivery.detail = "queued", "", ""
    delivery.edition, delivery.attempts, delivery.due_at = delivery.edition + 1, 0, None
    audit.record(
        actor,
        "delivery.resent",
        delivery,
        before=before,
        after={"state": "queued", "edition": delivery.edition},
    )
    with platform():
        enqueue(delivery)
    return delivery
