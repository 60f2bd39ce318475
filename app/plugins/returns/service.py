"""The verbs of a return: open, save, attach the plan, submit, withdraw, receive, send back, correct (S17, P-5.1)."""

from __future__ import annotations

from typing import IO

from sqlalchemy.exc import IntegrityError

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.files import office_files
from app.foundation.files.office_files import OfficeFile
from app.foundation.tenancy.models import Office
from app.foundation.tenancy.settings import setting
from app.kernel.errors import N_, AccessDenied, Refusal, Stale, WrongState
from app.plugins.campaigns import queries as campaigns
from app.plugins.campaigns.models import CampaignStep
from app.plugins.returns import copies, flow, queries, rules, signals
from app.plugins.returns.models import EDITABLE, OfficeReturn, ReturnStaff
from app.plugins.returns.rules import LONGEST, ReturnEntry

STALE = N_("您打开页面之后，他人修改了这份材料，本次没有保存。请核对后再办理。")


def open_(step: CampaignStep, office: Office, *, actor: Actor) -> OfficeReturn:
    """Start an office's return to a step.

    Raises:
        AccessDenied: not the actor's office.
        Refusal: the campaign asks no return of this office by that step.
        WrongState: it was started already.
    """
    access.require(actor, "return", "edit", office)
    plan = campaigns.plan(step.campaign)
    if not any(one.step.id == step.id for one in rules.owed(plan, office.path)):
        raise Refusal(
            "return-not-asked",
            N_("“%(label)s”没有要求本机构报送，请核对工作安排的承担对象。"),
            source=step.source,
            label=step.label,
        )
    if queries.newest(step.id, office.id) is not None:
        raise WrongState("already-open", N_("这份报送材料已经开始填写，请从列表中打开。"))
    row = OfficeReturn(campaign_id=step.campaign_id, step_id=step.id, office_id=office.id, edition=1)
    _begin(row, actor)
    audit.record(actor, "return.opened", row)
    return row


def save(row: OfficeReturn, entry: ReturnEntry, *, version: int | None, actor: Actor) -> OfficeReturn:
    """Keep what is filled in so far; a draft may be incomplete.

    Raises:
        AccessDenied, WrongState: not the actor's office's, or handed in already.
        Stale: somebody else saved since the form was opened.
        Invalid: values that no draft can hold.
    """
    access.require(actor, "return", "edit", row)
    ensure_editable(row)
    _ensure_current(row, version)
    rules.ensure_storable(entry)
    before = queries.entry_of(row)
    if before != entry:
        _put(row, entry)
        row.updated_at = clock.wall()
        changed = [name for name in LONGEST if getattr(before, name) != getattr(entry, name)]
        audit.record(
            actor, "return.saved", row,
            before={name: getattr(before, name) for name in changed} | {"staff": len(before.staff)},
            after={name: getattr(entry, name) for name in changed} | {"staff": len(entry.staff)},
        )  # fmt: skip
    return row


def attach_plan(row: OfficeReturn, stream: IO[bytes], filename: str, *, actor: Actor) -> OfficeFile:
    """Keep the plan (工作方案); it takes the place of an earlier one.

    Raises:
        AccessDenied, WrongState: as ``save``.
        Refusal: the file is empty, too large, or none of PDF, JPEG, PNG and OFD; field ``plan``.
    """
    access.require(actor, "return", "edit", row)
    ensure_editable(row)
    earlier = office_files.of(row)
    stored = office_files.store(stream, filename, obj="return", parent=row, actor=actor, field="plan")
    if earlier is not None:
        office_files.discard(earlier, reason="重新上传", actor=actor)
    row.updated_at = clock.wall()
    audit.record(actor, "return.plan-attached", row, after={"sha256": stored.sha256, "size": stored.size})
    return stored


def submit(row: OfficeReturn, *, version: int | None = None, actor: Actor) -> OfficeReturn:
    """Hand a complete return in, to the upper office and by copy to its desk (S17); late ones are taken too.

    Raises:
        AccessDenied: not the head of that office.
        WrongState, Stale: not a draft, or changed since it was read.
        Invalid: something is missing or wrong; the draft stays as it is.
    """
    access.require(actor, "return", "submit", row)
    _ensure_current(row, version)
    clean = rules.ensure_complete(
        queries.entry_of(row), area_code=area_code(row), planned=office_files.of(row) is not None
    )
    row.submitted_at, row.submitted_by = clock.now(), actor.name
    flow.take(row, "submit")
    _put(row, clean)
    audit.record(actor, "return.submitted", row, after={"state": row.state, "edition": row.edition})
    copies.send(row, clean, actor=actor)
    signals.submitted.send(row, actor=actor)
    return row


def withdraw(row: OfficeReturn, *, actor: Actor) -> OfficeReturn:
    """Take a return back to change it, before the upper office has received it; its copy is recalled.

    Raises:
        AccessDenied, WrongState: not the head of that office, or not waiting to be received.
    """
    access.require(actor, "return", "submit", row)
    flow.take(row, "withdraw")
    audit.record(actor, "return.withdrawn", row, after={"state": row.state})
    copies.recall(row, actor=actor)
    signals.withdrawn.send(row, actor=actor)
    return row


def receive(row: OfficeReturn, *, version: int | None = None, actor: Actor) -> OfficeReturn:
    """The upper office's receipt (签收); an earlier edition gives way to this one.

    Raises:
        AccessDenied: not of the office it is addressed to.
        WrongState, Stale: not waiting, or changed since it was read.
    """
    access.require(actor, "return", "receive", row)
    ensure_addressed(row, actor)
    _ensure_current(row, version)
    row.received_at, row.received_by = clock.now(), actor.name
    flow.take(row, "receive")
    audit.record(actor, "return.received", row, after={"state": row.state, "edition": row.edition})
    for earlier in queries.editions(row):
        if earlier.id != row.id and earlier.state == "received":
            flow.take(earlier, "replace")
            audit.record(actor, "return.replaced", earlier, after={"state": earlier.state})
    signals.received.send(row, actor=actor)
    return row


def send_back(row: OfficeReturn, reason: str, *, version: int | None = None, actor: Actor) -> OfficeReturn:
    """Send a return back to be corrected, saying why; its copy is recalled.

    Raises:
        AccessDenied, WrongState, Stale: as ``receive``.
        Invalid: no reason is given.
    """
    access.require(actor, "return", "send-back", row)
    ensure_addressed(row, actor)
    _ensure_current(row, version)
    said = rules.ensure_reason(reason)
    row.return_reason = said
    flow.take(row, "send_back")
    audit.record(actor, "return.sent-back", row, after={"state": row.state}, reason=said)
    copies.recall(row, actor=actor)
    signals.sent_back.send(row, actor=actor)
    return row


def correct(row: OfficeReturn, *, actor: Actor) -> OfficeReturn:
    """Begin a new edition of a return that was received: it starts from what was handed in, the plan included.

    Raises:
        AccessDenied: not the actor's office's.
        WrongState: it was not received yet, or a newer edition is under way.
    """
    access.require(actor, "return", "edit", row)
    newest = queries.newest(row.step_id, row.office_id)
    if row.state != "received" or newest is None or newest.id != row.id:
        raise WrongState("not-correctable", N_("只有上级已经签收的最新一次报送可以更正。"))
    made = OfficeReturn(
        campaign_id=row.campaign_id, step_id=row.step_id, office_id=row.office_id, edition=row.edition + 1
    )
    _begin(made, actor)
    _put(made, queries.entry_of(row))
    audit.record(actor, "return.corrected", made, after={"edition": made.edition})
    plan = office_files.of(row)
    if plan is not None:
        office_files.copy(plan, obj="return", parent=made, actor=actor)
    return made


def reveal(row: OfficeReturn, *, actor: Actor) -> None:
    """Note that the telephone numbers of a return are looked at in full.

    Raises:
        AccessDenied: neither its own office nor one above it.
    """
    access.require(actor, "return", "reveal", row)
    audit.record(actor, "return.revealed", row)


def ensure_addressed(row: OfficeReturn, actor: Actor) -> None:
    """Whether the return is handed in to the actor's own office: those further up read it, and sign for nothing.

    Raises:
        AccessDenied: another office's to receive.
    """
    if not queries.receives(row, actor):
        raise AccessDenied(
            "return-elsewhere",
            N_("这份材料报送%(office)s，由该机构签收或者退回。"),
            source=row.step.source,
            office=row.campaign.office.short_name,
        )


def _begin(row: OfficeReturn, actor: Actor) -> None:
    flow.ReturnFlow(row)  # puts it into its initial state
    db.session.add(row)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise WrongState("already-open", N_("这份报送材料已经开始填写，请从列表中打开。")) from error


def area_code(row: OfficeReturn) -> str:
    """The area code of the office a return is of; empty where it has none."""
    return str(setting(row.office, "area_code") or "")


def ensure_editable(row: OfficeReturn) -> None:
    """Raises:
    WrongState: it is handed in.
    """
    if row.state not in EDITABLE:
        raise WrongState("not-editable", N_("这份材料已经报送，不能修改；上级签收之前可以先撤回。"))


def _ensure_current(row: OfficeReturn, version: int | None) -> None:
    if version is not None and version != row.version:
        raise Stale("stale", STALE)


def _put(row: OfficeReturn, entry: ReturnEntry) -> None:
    """Write an entry onto a return; rows of people are reused, so that numbers stay unique while they are written."""
    for name in LONGEST:
        setattr(row, name, getattr(entry, name))
    for gone in row.staff[len(entry.staff) :]:
        db.session.delete(gone)
    del row.staff[len(entry.staff) :]
    for number, one in enumerate(entry.staff, start=1):
        if number > len(row.staff):
            row.staff.append(ReturnStaff(number=number))
        person = row.staff[number - 1]
        person.number, person.name, person.post, person.phone = number, one.name, one.post, one.phone
