"""An office's own words for an event: read, previewed, kept, given up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from app.foundation import access, audit
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.notices import templates
from app.foundation.notices.catalogue import Event, catalogue
from app.foundation.notices.models import NoticeTemplate
from app.foundation.notices.telling import Words, words
from app.foundation.tenancy.models import Office
from app.kernel.errors import Finding, Invalid

FIELDS = ("subject", "text", "sms")
LONGEST = {
    "subject": templates.SUBJECT_LONGEST,
    "text": templates.TEXT_LONGEST,
    "sms": templates.SMS_LONGEST,
}


@dataclass(frozen=True)
class Draft:
    """What somebody typed; empty words mean the national ones."""

    subject: str = ""
    text: str = ""
    sms: str = ""


def fields_of(event: Event) -> tuple[str, ...]:
    """The parts an office may word: a text to a phone only where the event has one."""
    return tuple(name for name in FIELDS if name != "sms" or event.sms)


def findings(event: Event, draft: Draft) -> list[Finding]:
    """What is wrong with a draft; a part left empty is not."""
    return [
        finding
        for name in fields_of(event)
        for finding in templates.findings(
            name, getattr(draft, name), event.variables, longest=LONGEST[name], required=False
        )
    ]


def examples(event: Event) -> Mapping[str, str]:
    """The example of each variable, for a preview."""
    return {name: catalogue().variables[name].example for name in event.variables}


def preview(event: Event, draft: Draft) -> Words:
    """How it would read.

    Raises:
        Invalid: an unknown variable, a stray brace, or too long.
    """
    found = findings(event, draft)
    if found:
        raise Invalid(found)
    row = NoticeTemplate(event=event.key, subject=draft.subject, text=draft.text, sms=draft.sms)
    return words(event, examples(event), row)


def own_of(office: Office) -> dict[str, NoticeTemplate]:
    """The office's own words by event; one statement."""
    query = select(NoticeTemplate).where(NoticeTemplate.office_id == office.id)
    return {row.event: row for row in db.session.scalars(query)}


def keep(office: Office, event: Event, draft: Draft, *, actor: Actor) -> NoticeTemplate:
    """Put an office's words in force.

    Raises:
        AccessDenied: not the actor's office to word for.
        Invalid: see ``preview``.
    """
    access.require(actor, "template", "edit", office)
    preview(event, draft)
    row = own_of(office).get(event.key)
    before = {name: getattr(row, name) for name in FIELDS} if row is not None else None
    if row is None:
        row = NoticeTemplate(office_id=office.id, event=event.key)
        db.session.add(row)
    after = {name: getattr(draft, name) if name in fields_of(event) else "" for name in FIELDS}
    for name, value in after.items():
        setattr(row, name, value.strip())
    row.changed_by = actor.name
    audit.record(actor, "template.changed", row, before=before, after=after)
    return row


def give_up(office: Office, event: Event, *, actor: Actor) -> None:
    """Return to the national words.

    Raises:
        AccessDenied: not the actor's office to word for.
    """
    access.require(actor, "template", "edit", office)
    row = own_of(office).get(event.key)
    if row is not None:
        audit.record(actor, "template.given-up", row, before={name: getattr(row, name) for name in FIELDS})
        db.session.delete(row)
        db.session.flush()
