"""What an office adds to the guidance of the five items, and taking the last change back (C-art.7)."""

from __future__ import annotations

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.kernel.errors import N_, Finding, Invalid, NotSeen, WrongState
from app.plugins.applications import queries
from app.plugins.applications.models import Checkpoint

LONGEST = 1000
NUMBERS = range(1, 6)


def write_checkpoint(office: Office, number: int, text: str, *, actor: Actor) -> Checkpoint:
    """Put an office's own words under an item; empty words leave the platform's text alone.

    Raises:
        AccessDenied: not the head of that office.
        NotSeen: there are five items.
        Invalid: too long.
    """
    access.require(actor, "checkpoint", "edit", office)
    if number not in NUMBERS:
        raise NotSeen("item-not-seen", N_("核对事项只有五项，没有这一项。"))
    text = text.strip().replace("\r\n", "\n")
    if len(text) > LONGEST:
        long = N_("说明不超过 %(n)s 个字。")
        raise Invalid([Finding(f"text-{number}", long, code="too-long", params={"n": LONGEST})])
    now = clock.now()
    row = queries.checkpoint(office, number)
    before = row.text if row is not None else ""
    if row is None:
        row = Checkpoint(office_id=office.id, number=number)
        db.session.add(row)
    if text != before or row.id is None:
        row.text, row.former, row.written_by, row.written_at = text, before, actor.name, now
        audit.record(
            actor, "checkpoint.written", row, before={"text": before}, after={"item": number, "text": text}
        )
    return row


def undo_checkpoint(row: Checkpoint, *, actor: Actor) -> Checkpoint:
    """Bring back what stood there before the last change; once more brings back the change.

    Raises:
        AccessDenied: not the head of that office.
        WrongState: there was no change.
    """
    access.require(actor, "checkpoint", "edit", row)
    if row.text == row.former:
        raise WrongState("nothing-to-undo", N_("这一项没有可以撤销的修改。"))
    now = clock.now()
    before = row.text
    row.text, row.former, row.written_by, row.written_at = row.former, row.text, actor.name, now
    audit.record(
        actor, "checkpoint.undone", row, before={"text": before}, after={"item": row.number, "text": row.text}
    )
    return row
