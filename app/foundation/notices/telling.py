"""Telling: inside the caller's transaction, what happened becomes messages, and mails and texts to be sent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import select

from app.foundation import clock, jobs
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.notices import mail, templates
from app.foundation.notices.catalogue import Event, catalogue
from app.foundation.notices.models import Delivery, Message, NoticeChoice, NoticeTemplate
from app.foundation.notices.parties import Contact, Party, of_office, platform
from app.foundation.notices.ports import ports
from app.foundation.notices.quiet import QuietHours
from app.foundation.tenancy.models import Office
from app.foundation.tenancy.settings import setting

MAIL_JOB, SMS_JOB = "notices.mail", "notices.sms"
JOBS = {"email": MAIL_JOB, "sms": SMS_JOB}
# Who hears of a wrong address: whoever works the unit's papers, or keeps the account.
CLERKS, KEEPERS = ("clerk", "reviewer", "head"), ("admin",)
Link = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Words:
    """What is said: an office's own words where it has some, with everything filled in."""

    subject: str
    text: str
    inbox: str
    sms: str
    sms_values: tuple[str, ...]


def words(event: Event, params: Mapping[str, str], own: NoticeTemplate | None = None) -> Words:
    """An event's words with its variables filled in.

    Raises:
        TypeError: other variables than the event declares; a mistake of the caller.
    """
    if set(params) != set(event.variables):
        raise TypeError(f"{event.key}: takes {sorted(event.variables)}, was given {sorted(params)}")
    subject = (own.subject if own else "") or event.subject
    text = (own.text if own else "") or event.text
    sms = ((own.sms if own else "") or event.sms) if event.sms else ""
    flat = {name: templates.one_line(value) for name, value in params.items()}
    return Words(
        templates.one_line(templates.fill(subject, flat))[:240],
        templates.lines(templates.fill(text, params)),
        templates.lines(templates.fill(event.inbox or text, params)),
        templates.one_line(templates.fill(sms, flat)),
        tuple(flat[name] for name in templates.variables(sms)),
    )


def path_of(link: Link | None) -> str:
    """Where a link leads, as a path on this server.

    Raises:
        werkzeug.routing.BuildError: no such page.
    """
    if link is None:
        return ""
    endpoint, values = link
    return str(current_app.url_map.bind("localhost").build(endpoint, dict(values)))


def address_of(path: str) -> str:
    """The same as people type it."""
    return str(current_app.config["PUBLIC_URL"]).rstrip("/") + path if path else ""


def body_of(text: str, path: str) -> str:
    """A mail's text with where to look and who sends it."""
    parts = [text, f"查看：{address_of(path)}" if path else "", catalogue().signature]
    return "\n\n".join(part for part in parts if part)


def tell(
    key: str, *, to: Party, params: Mapping[str, str], actor: Actor | None = None, link: Link | None = None,
    dedupe: str = "",
) -> list[Delivery]:  # fmt: skip
    """Tell a party of an event, whoever acts; what leaves the platform is written to the outbox in this transaction.

    Args:
        dedupe: said once for each person and address, however often it is told.

    Raises:
        LookupError: the event is not declared. TypeError: see ``words``.
    """
    event, path = catalogue().event(key), path_of(link)
    db.session.flush()  # what the caller has pending is his own to write
    with platform():
        said = words(event, params, _own(event, to))
        digested = _put_messages(event, to, said, path, dedupe)
        made = [
            delivery
            for channel in event.channels
            if channel != "inbox"
            for delivery in _put_deliveries(event, channel, to, said, path, dedupe, actor, digested)
        ]
        db.session.flush()
        for delivery in made:
            if delivery.state == "refused":
                tell_office(delivery)
            enqueue(delivery)
    return made


def _own(event: Event, to: Party) -> NoticeTemplate | None:
    if to.office_id is None:
        return None
    return db.session.scalar(
        select(NoticeTemplate).where(
            NoticeTemplate.office_id == to.office_id, NoticeTemplate.event == event.key
        )
    )


def _put_messages(event: Event, to: Party, said: Words, path: str, dedupe: str) -> set[int]:
    """Put it in each inbox; who of them gets its mail with the day's one."""
    if "inbox" not in event.channels or not to.people:
        return set()
    told = set()
    if dedupe:
        query = select(Message.person_id).where(Message.key == dedupe, Message.person_id.in_(to.people))
        told = set(db.session.scalars(query))
    digested = set() if event.urgent or "email" not in event.channels else _digesting(to.people)
    for person_id in to.people:
        if person_id not in told:
            db.session.add(
                Message(
                    person_id=person_id, event=event.key, subject=said.subject, text=said.inbox, link=path,
                    urgent=event.urgent, digest=person_id in digested, key=dedupe or None, told_at=clock.now(),
                )
            )  # fmt: skip
    return digested


def _digesting(people: Iterable[int]) -> set[int]:
    query = select(NoticeChoice.person_id).where(
        NoticeChoice.person_id.in_(list(people)), NoticeChoice.digest.is_(True)
    )
    return set(db.session.scalars(query))


def _put_deliveries(
    event: Event, channel: str, to: Party, said: Words, path: str, dedupe: str, actor: Actor | None,
    digested: set[int],
) -> Iterable[Delivery]:  # fmt: skip
    port = ports().mail if channel == "email" else ports().sms
    for contact in to.contacts:
        address = contact.email if channel == "email" else contact.mobile
        if not address or contact.person_id in digested:
            continue
        key = f"{dedupe}:{channel}:{contact.person_id or 'unit'}" if dedupe else None
        if key and db.session.scalar(select(Delivery.id).where(Delivery.key == key)) is not None:
            continue
        made = _delivery(event, channel, to, contact, address, said, path)
        made.key, made.by_id = key, actor.person_id if actor is not None else None
        if channel == "email" and not mail.well_formed(address):
            made.state, made.reason = "refused", "address"
        elif port.offline:
            made.state = "stored"
        else:
            made.state, made.due_at = "queued", _due(event, to)
        db.session.add(made)
        yield made


def _delivery(
    event: Event, channel: str, to: Party, contact: Contact, address: str, said: Words, path: str
) -> Delivery:
    texts = channel == "sms"
    return Delivery(
        event=event.key, channel=channel, unit_id=to.unit_id, site_id=to.site_id,
        office_id=to.office_id if to.unit_id is None and contact.person_id is None else None,
        person_id=contact.person_id, recipient=contact.recipient, address=address, masked=mail.masked(address), subject=said.subject,
        body=said.sms if texts else body_of(said.text, path),
        params=json.dumps(said.sms_values, ensure_ascii=False) if texts else None, told_at=clock.now(),
    )  # fmt: skip


def quiet_hours(office_id: int | None) -> QuietHours:
    """An office's own quiet hours, or the national ones."""
    office = db.session.get(Office, office_id) if office_id is not None else None
    said = setting(office, "quiet_hours") if office is not None else None
    return (QuietHours.read(said) if said else None) or catalogue().quiet


def _due(event: Event, to: Party) -> datetime | None:
    """When it may leave; None at once."""
    now = clock.wall()
    due = now if event.urgent else quiet_hours(to.office_id).after(now)
    return due if due > now else None


def enqueue(delivery: Delivery) -> None:
    """Write the outbox row of a delivery that is to be sent; the row names it and nothing else."""
    if delivery.state == "queued":
        jobs.put(
            JOBS[delivery.channel],
            {"delivery": delivery.id, "edition": delivery.edition},
            path=delivery.review_path,
            key=f"delivery:{delivery.id}:{delivery.edition}",
            not_before=delivery.due_at,
        )


def tell_office(delivery: Delivery) -> None:
    """A wrong address or a mail that came back: an inbox message to whoever works with that unit or account; once."""
    roles = CLERKS if delivery.unit_id is not None else KEEPERS
    tell(
        "delivery.bounced",
        to=of_office(delivery.review_path, roles=roles),
        params={
            "unit": delivery.recipient,
            "notice": catalogue().event(delivery.event).title,
            "reasons": "地址或者号码不存在" if delivery.reason == "address" else "对方退回",
        },
        link=("DeliveryView.page", {"pk": delivery.id}),
        dedupe=f"bounced:{delivery.id}:{delivery.edition}",
    )
