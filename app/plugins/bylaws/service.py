"""The verbs of a bylaw: draft, save, attach, discard, publish, withdraw (S29)."""

from __future__ import annotations

from typing import IO

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.files import office_files
from app.foundation.files.office_files import OfficeFile
from app.foundation.tenancy.models import Office
from app.kernel.errors import N_, Stale, WrongState
from app.plugins.bylaws import flow, rules, signals
from app.plugins.bylaws.models import DRAFT, PUBLIC, Bylaw
from app.plugins.bylaws.rules import BylawEntry

FIELDS = ("title", "document", "issued_on", "effective_on", "text")


def draft(office: Office, entry: BylawEntry, *, replaces: Bylaw | None = None, actor: Actor) -> Bylaw:
    """Begin a bylaw of an office, perhaps one that is to replace another of its own.

    Raises:
        AccessDenied: not the actor's office.
        Invalid: no title, or values that no draft can hold.
        WrongState: the one to be replaced is not in force, or another office's.
    """
    access.require(actor, "draft_bylaw", "edit", office)
    rules.ensure(rules.storable(entry))
    if replaces is not None and (replaces.state != "published" or replaces.office_id != office.id):
        raise WrongState("not-in-force", N_("只能修订本机构现行的细则。"))
    row = Bylaw(office_id=office.id, obj=DRAFT, replaces_id=replaces.id if replaces is not None else None)
    flow.BylawFlow(row)  # puts it into its initial state
    _put(row, entry)
    db.session.add(row)
    audit.record(actor, "bylaw.drafted", row, after={"title": entry.title})
    return row


def save(row: Bylaw, entry: BylawEntry, *, version: int | None, actor: Actor) -> Bylaw:
    """Keep what is filled in so far.

    Raises:
        AccessDenied: another office's.
        WrongState: published already.
        Stale: somebody else saved since the form was opened.
        Invalid: values that no draft can hold.
    """
    _ensure_draft(row, "edit", actor)
    _ensure_current(row, version)
    rules.ensure(rules.storable(entry))
    before = entry_of(row)
    changed = [name for name in FIELDS if getattr(before, name) != getattr(entry, name)]
    if changed:
        _put(row, entry)
        audit.record(
            actor, "bylaw.saved", row,
            before={name: getattr(before, name) for name in changed if name != "text"},
            after={name: getattr(entry, name) for name in changed if name != "text"},
        )  # fmt: skip
    return row


def attach(row: Bylaw, stream: IO[bytes], filename: str, *, actor: Actor) -> OfficeFile:
    """Keep the document as a file; it takes the place of an earlier one.

    Raises:
        AccessDenied, WrongState: as ``save``.
        Refusal: the file is empty, too large, or none of PDF, JPEG, PNG and OFD.
    """
    _ensure_draft(row, "edit", actor)
    earlier = office_files.of(row)
    stored = office_files.store(stream, filename, obj=DRAFT, parent=row, actor=actor)
    if earlier is not None:
        office_files.discard(earlier, reason="重新上传", actor=actor)
    row.updated_at = clock.wall()
    audit.record(actor, "bylaw.file-attached", row, after={"sha256": stored.sha256, "size": stored.size})
    return stored


def discard(row: Bylaw, *, actor: Actor) -> None:
    """Delete a draft and its file.

    Raises:
        AccessDenied, WrongState: as ``save``.
    """
    _ensure_draft(row, "edit", actor)
    audit.record(actor, "bylaw.discarded", row, before={"title": row.title})
    file = office_files.of(row)
    if file is not None:
        office_files.discard(file, reason="删除草稿", actor=actor)
    db.session.delete(row)


def publish(row: Bylaw, *, version: int | None = None, actor: Actor) -> Bylaw:
    """Put a draft into force; the one it revises is replaced from the day this one takes effect.

    Raises:
        AccessDenied: not the head of that office.
        WrongState, Stale: published already, or changed since it was read.
        Invalid: number, dates or text are missing.
    """
    _ensure_draft(row, "publish", actor)
    _ensure_current(row, version)
    file = office_files.of(row)
    rules.ensure(rules.publishable(entry_of(row), filed=file is not None))
    earlier, now = row.replaces, clock.now()
    flow.take(row, "publish")
    row.obj, row.published_at, row.published_by = PUBLIC, now, actor.name
    if file is not None:
        file.obj = PUBLIC
    audit.record(
        actor, "bylaw.published", row, after={"document": row.document, "effective_on": row.effective_on}
    )
    if earlier is not None and earlier.state == "published":
        access.require(actor, "bylaw", "publish", earlier)
        flow.take(earlier, "replace")
        earlier.ended_on = row.effective_on
        audit.record(actor, "bylaw.replaced", earlier, after={"by": row.document})
    signals.published.send(row, actor=actor)
    return row


def withdraw(row: Bylaw, reason: str, *, actor: Actor) -> Bylaw:
    """Put a bylaw out of force, saying why; it stays readable, marked.

    Raises:
        AccessDenied: not the head of that office.
        WrongState: not in force.
        Invalid: no reason.
    """
    access.require(actor, "bylaw", "publish", row)
    said, today = rules.ensure_reason(reason), clock.today()
    flow.take(row, "withdraw")
    row.withdrawn_because, row.ended_on = said, today
    audit.record(actor, "bylaw.withdrawn", row, reason=said)
    signals.withdrawn.send(row, actor=actor)
    return row


def entry_of(row: Bylaw) -> BylawEntry:
    """A bylaw as it is kept."""
    return BylawEntry(**{name: getattr(row, name) for name in FIELDS})


def _ensure_draft(row: Bylaw, act: str, actor: Actor) -> None:
    access.require(actor, "draft_bylaw", act, row)
    if row.state != "draft":
        raise WrongState("bylaw-published", N_("这份细则已经印发，不能修改；需要修改的，请起草修订稿。"))


def _ensure_current(row: Bylaw, version: int | None) -> None:
    if version is not None and version != row.version:
        raise Stale("stale", N_("您打开页面之后，他人修改了这份细则，本次没有保存。请核对后再办理。"))


def _put(row: Bylaw, entry: BylawEntry) -> None:
    for name in FIELDS:
        setattr(row, name, getattr(entry, name))
