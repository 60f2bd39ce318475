"""What came back: reports of mail servers are held against our deliveries, and a wrong address is told to the office."""

from __future__ import annotations

from flask import current_app
from sqlalchemy import select

from app.foundation import jobs
from app.foundation.database import db, transaction
from app.foundation.notices import dsn, mail
from app.foundation.notices.bounces import Received
from app.foundation.notices.dsn import Report
from app.foundation.notices.models import Delivery
from app.foundation.notices.outcomes import Outcome
from app.foundation.notices.parties import platform
from app.foundation.notices.ports import ports
from app.foundation.notices.sending import note
from app.foundation.notices.telling import tell_office


def read_returns(work: jobs.Work) -> None:
    """Read the reports that came in since; each is marked read only once it is remembered.

    Raises:
        jobs.Retry: the place cannot be read now.
    """
    source = ports().bounces
    if source is None:
        return
    try:
        for received in source.take():
            take(received)
    except OSError as error:
        raise jobs.Retry("unreachable") from error


def take(received: Received) -> None:
    """One mail: what it reports is noted, in one transaction, and the mail is put away."""
    with platform(), transaction():
        for report in dsn.parse(received.raw):
            apply(report)
    received.done()


def apply(report: Report) -> Delivery | None:
    """Note a report on the delivery it is about; reports about anybody else's mail, or a former edition, are nothing."""
    found = mail.delivery_of(str(current_app.config["AUDIT_KEY"]), report.message_id)
    if found is None:
        return None
    pk, edition = found
    query = select(Delivery).where(
        Delivery.id == pk, Delivery.edition == edition, Delivery.channel == "email"
    )
    delivery = db.session.scalar(query.with_for_update(of=Delivery))
    if delivery is None or delivery.state not in ("queued", "sent", "delivered"):
        return None
    if report.action == "delivered":
        note(delivery, Outcome("delivered", detail=report.status))
    elif report.action == "failed":
        wrong = report.status.startswith("5.1.")
        note(delivery, Outcome("bounced", "address" if wrong else "bounced", report.status))
        tell_office(delivery)
    return delivery
