"""The verbs: list a result to be told, note that it left; propose, confirm, dismiss, send and close a stop order.

None commits. The platform lists and proposes; people send and decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.foundation.database import db
from app.plugins.applications.models import Application, ReviewDecision
from app.plugins.lapses.models import Lapse
from app.plugins.results import delivering, flow, queries, rules, signals
from app.plugins.results.models import ResultNotice, StopOrder


@dataclass(frozen=True)
class Case:
    """What a notice or an order is about, copied as it stands."""

    application: Application | None
    decision: ReviewDecision | None
    lapse: Lapse | None
    kind: str
    number: str
    organ_name: str
    site_name: str
    chinese_domain: str
    english_domain: str
    office_name: str
    reason: str
    decided_on: date

    def columns(self) -> dict[str, object]:
        """The columns that both kinds of rows share."""
        shared = dict(self.__dict__)
        del shared["kind"]
        return shared


def tell(case: Case, outcome: str, *, actor: Actor) -> list[ResultNotice]:
    """List a result for every registry that is to be told of it (C-art.9, P-3.4); as the platform."""
    made = []
    for recipient in rules.told(outcome):
        notice = ResultNotice(recipient=recipient, outcome=outcome, kind=case.kind, **case.columns())
        flow.NoticeFlow(notice)  # puts it into its initial state
        db.session.add(notice)
        audit.record(actor, "notice.made", notice, after={"recipient": recipient, "outcome": outcome})
        delivering.put_notice(notice)
        made.append(notice)
    return made


def drop(notice: ResultNotice, *, actor: Actor) -> None:
    """What it tells was overtaken before it left; as the platform."""
    flow.take(notice, "drop")
    audit.record(actor, "notice.void", notice, after={"state": notice.state})


def propose(case: Case, cause: str, *, actor: Actor) -> StopOrder | None:
    """Propose that resolution be stopped (C-art.11); None where the site has no name. As the platform."""
    if not (case.chinese_domain or case.english_domain):
        return None
    order = StopOrder(cause=cause, proposed_at=clock.now(), **case.columns())
    flow.OrderFlow(order)  # puts it into its initial state
    db.session.add(order)
    audit.record(actor, "stop.proposed", order, after={"cause": cause})
    signals.proposed.send(order, actor=actor)
    return order


def mark_sent(notices: Sequence[ResultNotice], number: str, day: date, *, actor: Actor) -> None:
    """Note that the registries were told, by one letter: its number and its Beijing day.

    Raises:
        AccessDenied: another office's.
        Invalid: nothing ticked, no number, a day before the decision or to come.
        WrongState: one has left already, or is no longer to be told.
    """
    rules.ensure_some(len(notices))
    for notice in notices:
        access.require(actor, "result", "send", notice)
    queries.lock(ResultNotice, notices)
    first = max(notice.decided_on for notice in notices)
    said = rules.ensure_sending(number, day, first=first, today=clock.today())
    for notice in notices:
        with db.session.no_autoflush:
            flow.take(notice, "leave")
            notice.exchange_number, notice.sent_on, notice.sent_by = said, day, actor.name
        audit.record(actor, "notice.sent", notice, after={"number": said, "sent_on": day})


def confirm(order: StopOrder, *, reason: str, checked: bool, actor: Actor) -> StopOrder:
    """Decide, as head, that both registries be asked to stop resolving (C-art.11, S26).

    Raises:
        AccessDenied: the actor does not head the reviewing office.
        Invalid: not said to have been checked; no reason after a refused opening, where the text asks for nothing.
        WrongState: decided already, or the website has passed since.
    """
    access.require(actor, "result", "decide", order)
    queries.lock(StopOrder, [order])
    said = rules.ensure_reason(reason, needed=not rules.required(order.cause))
    rules.ensure_checked(checked)
    rules.ensure_not_passed(queries.hosts(order), queries.passed_since(order))
    _judge(order, "confirm", said, actor)
    audit.record(actor, "stop.confirmed", order, after={"state": order.state}, reason=said)
    delivering.put_order(order)
    signals.confirmed.send(order, actor=actor)
    return order


def dismiss(order: StopOrder, *, reason: str, actor: Actor) -> StopOrder:
    """Decide, as head, that resolution is not stopped; also after confirming, as long as no letter has left.

    Raises:
        AccessDenied: the actor does not head the reviewing office.
        Invalid: no reason.
        WrongState: a letter has left, or it is decided so already.
    """
    access.require(actor, "result", "decide", order)
    queries.lock(StopOrder, [order])
    said = rules.ensure_reason(reason)
    rules.ensure_nothing_sent(order.conac_sent_on, order.cnnic_sent_on)
    _judge(order, "dismiss", said, actor)
    audit.record(actor, "stop.dismissed", order, after={"state": order.state}, reason=said)
    signals.dismissed.send(order, actor=actor)
    return order


def _judge(order: StopOrder, step: str, reason: str, actor: Actor) -> None:
    now = clock.now()
    with db.session.no_autoflush:
        flow.take(order, step)
        order.judged_at, order.judged_by_id, order.judged_by = now, actor.person_id, actor.name
        order.judged_reason = reason


def send(order: StopOrder, recipient: str, number: str, day: date, *, actor: Actor) -> StopOrder:
    """Note that one registry was asked to stop resolving; when both were, the order has left.

    Args:
        recipient: ``conac`` or ``cnnic``.
        day: Beijing day on which the letter left.

    Raises:
        AccessDenied: another office's.
        Invalid: no number, or a day before the head's decision or to come.
        WrongState: not confirmed, or that letter has left already.
    """
    access.require(actor, "result", "send", order)
    queries.lock(StopOrder, [order])
    first = clock.localise(order.judged_at).date() if order.judged_at else order.decided_on
    said = rules.ensure_sending(number, day, first=first, today=clock.today(), prefix=f"{recipient}-")
    rules.ensure_to_send(order.state, getattr(order, f"{recipient}_sent_on"))
    with db.session.no_autoflush:
        setattr(order, f"{recipient}_number", said)
        setattr(order, f"{recipient}_sent_on", day)
        if order.conac_sent_on and order.cnnic_sent_on:
            flow.take(order, "leave")
    audit.record(
        actor, "stop.sent", order, after={"recipient": recipient, "number": said, "sent_on": day}
    )
    return order


def finish(order: StopOrder, day: date, note: str, *, actor: Actor) -> StopOrder:
    """Note that the names no longer resolve: the order is done.

    Raises:
        AccessDenied: another office's.
        Invalid: a day before the letters left or to come, or too long a note.
        WrongState: the letters have not left, or it is done.
    """
    access.require(actor, "result", "send", order)
    queries.lock(StopOrder, [order])
    said = rules.ensure_reason(note, needed=False)
    sent = max(filter(None, (order.conac_sent_on, order.cnnic_sent_on)), default=order.decided_on)
    with db.session.no_autoflush:
        flow.take(order, "finish")
        rules.ensure_stopped(day, sent=sent, today=clock.today())
        order.stopped_on, order.stopped_note = day, said
    audit.record(actor, "stop.done", order, after={"stopped_on": day}, reason=said)
    signals.done.send(order, actor=actor)
    return order
