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


def in_force(event: Event, row: NoticeTemplate | None) -> Draft:
    """The words as they stand, variables unfilled: what somebody begins from who wants to change a few of them."""
    own = {name: getattr(row, name) if row is not None else "" for name in FIELDS}
    return Draft(**{name: own[name] or getattr(event, name).strip() for name in fields_of(event)})


def differing(event: Event, draft: Draft) -> Draft:
    """A draft without the parts that say what the national words say."""
    typed = {name: getattr(draft, name).strip() for name in fields_of(event)}
    return Draft(
        **{name: "" if text == getattr(event, name).strip() else text for name, text in typed.items()}
    )


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
    own = differing(event, draft)
    row = NoticeTemplate(event=event.key, subject=own.subject, text=own.text, sms=own.sms)
    return words(event, examples(event), row)


def own_of(office: Office) -> dict[str, NoticeTemplate]:
    """The office's own words by event; one statement."""
    query = select(NoticeTemplate).where(NoticeTemplate.office_id == office.id)
    return {row.event: row for row in db.session.scalars(query)}


def keep(office: Office, event: Event, draft: Draft, *, actor: Actor) -> NoticeTemplate | None:
    """Put an office's words in force; None where they are the national ones, of which no copy is kept.

    Raises:
        AccessDenied: not the actor's office to word for.
        Invalid: see ``preview``.
    """
    access.require(actor, "template", "edit", office)
    preview(event, draft)
    own = differing(event, draft)
    if own == Draft():
        give_up(office, event, actor=actor)
        return None
    row = own_of(office).get(event.key)
    before = {name: getattr(row, name) for name in FIELDS} if row is not None else None
    if row is None:
        row = NoticeTemplate(office_id=office.id, event=event.key)
        db.session.add(row)
    after = {name: getattr(own, name) for name in FIELDS}
    for name, value in after.items():
        setattr(row, name, value)
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
