"""What leaves by itself: a job for each letter, in the transaction of its cause, where a registry has such a way."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.foundation import access, audit, clock, jobs
from app.foundation.database import db
from app.plugins.results import flow, gateway
from app.plugins.results.models import RECIPIENTS, ResultNotice, StopOrder

NOTICE, ORDER = "results.tell", "results.stop"


def put_notice(notice: ResultNotice) -> None:
    """Hand a result to the outbox, where its registry is told without paper."""
    if gateway.to(notice.recipient).automatic:
        db.session.flush()
        jobs.put(NOTICE, {"id": notice.id}, path=notice.review_path, key=str(notice.id))


def put_order(order: StopOrder) -> None:
    """The same for both letters of an order."""
    for recipient in RECIPIENTS:
        if gateway.to(recipient).automatic:
            db.session.flush()
            payload = {"id": order.id, "recipient": recipient}
            jobs.put(ORDER, payload, path=order.review_path, key=f"{order.id}:{recipient}")


def letter(row: ResultNotice | StopOrder, recipient: str, what: str) -> gateway.Letter:
    """What a registry reads."""
    return gateway.Letter(
        key=f"{row.__tablename__}:{row.id}:{recipient}",
        recipient=recipient,
        what=what,
        organ_name=row.organ_name,
        site_name=row.site_name,
        domains=tuple(filter(None, (row.chinese_domain, row.english_domain))),
        office_name=row.office_name,
        decided_on=row.decided_on,
        reason=row.reason,
    )


def _tell(work: jobs.Work) -> None:
    query = select(ResultNotice).where(ResultNotice.id == work.payload["id"]).with_for_update(of=ResultNotice)
    notice = db.session.scalars(query).one()
    if notice.state != "waiting":
        return
    number = gateway.to(notice.recipient).deliver(letter(notice, notice.recipient, notice.outcome))
    actor = access.current_actor()
    with db.session.no_autoflush:
        flow.take(notice, "leave")
        notice.exchange_number, notice.sent_on, notice.sent_by = number, clock.today(), actor.name
    audit.record(actor, "notice.sent", notice, after={"number": number, "sent_on": clock.today()})


def _stop(work: jobs.Work) -> None:
    recipient = work.payload["recipient"]
    query = select(StopOrder).where(StopOrder.id == work.payload["id"]).with_for_update(of=StopOrder)
    order = db.session.scalars(query).one()
    if order.state != "confirmed" or getattr(order, f"{recipient}_sent_on") is not None:
        return
    number = gateway.to(recipient).deliver(letter(order, recipient, "stop"))
    actor = access.current_actor()
    with db.session.no_autoflush:
        setattr(order, f"{recipient}_number", number)
        setattr(order, f"{recipient}_sent_on", clock.today())
        if order.conac_sent_on and order.cnnic_sent_on:
            flow.take(order, "leave")
    audit.record(
        actor, "stop.sent", order,
        after={"recipient": recipient, "number": number, "sent_on": clock.today()},
    )  # fmt: skip


KINDS = (
    jobs.Kind(NOTICE, _l("通报审核结果"), _tell, inside=True),
    jobs.Kind(ORDER, _l("发出停止解析函"), _stop, inside=True),
)
