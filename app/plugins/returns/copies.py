"""抄报: the copy a desk is sent of what was handed in, frozen, and the desk's own receipt for it (S17)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict

from sqlalchemy import select

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.files import office_files
from app.foundation.tenancy.models import Office
from app.kernel.errors import N_, AccessDenied, NotSeen, WrongState
from app.plugins.returns import signals
from app.plugins.returns.models import OfficeReturn, ReturnCopy
from app.plugins.returns.rules import ReturnEntry, StaffEntry

TASK = "return copies"
DESK = "egov"
LARGEST_ID = 2**31 - 1


def desk_of(row: OfficeReturn) -> Office | None:
    """The desk beside the upper office that a copy goes to; None where the campaign asks for no copy."""
    if not row.step.copy_to:
        return None
    query = select(Office).where(
        Office.parent_id == row.campaign.office_id, Office.desk_kind == DESK, Office.active.is_(True)
    )
    return db.session.scalar(query.order_by(Office.path).limit(1))


def frozen(entry: ReturnEntry) -> str:
    """A return as it was handed in, as JSON."""
    return json.dumps(asdict(entry), ensure_ascii=False, sort_keys=True)


def entry_of(copy: ReturnCopy) -> ReturnEntry:
    """What a copy says."""
    said = json.loads(copy.content)
    staff = tuple(StaffEntry(**one) for one in said.pop("staff"))
    return ReturnEntry(**said, staff=staff)


def send(row: OfficeReturn, entry: ReturnEntry, *, actor: Actor) -> ReturnCopy | None:
    """Lay a copy before the desk: written by the platform, since no post of the office changes it."""
    desk = desk_of(row)
    if desk is None:
        return None
    plan = office_files.of(row)
    with access.acting_as(access.system(TASK, over=row.campaign.review_path)):
        copy = ReturnCopy(
            office_id=row.office_id, desk_id=desk.id, return_id=row.id, state="sent", sender=row.office.short_name,
            document=row.campaign.document, addressed=row.step.copy_to, edition=row.edition, content=frozen(entry),
            sent_at=clock.now(),
        )  # fmt: skip
        db.session.add(copy)
        audit.record(actor, "return.copied", copy, after={"sender": copy.sender, "edition": copy.edition})
        if plan is not None:
            office_files.copy(plan, obj="notice", parent=copy, actor=actor)
        db.session.flush()
    signals.copied.send(copy, actor=actor)
    return copy


def recall(row: OfficeReturn, *, actor: Actor) -> None:
    """Take the copy of a return that was withdrawn or sent back out of the desk's hands; one signed for stays, marked."""
    with access.acting_as(access.system(TASK, over=row.campaign.review_path)):
        query = select(ReturnCopy).where(ReturnCopy.return_id == row.id, ReturnCopy.state != "recalled")
        for copy in db.session.scalars(query):
            copy.state = "recalled"
            audit.record(actor, "return.copy-recalled", copy)
        db.session.flush()


def sign(copy: ReturnCopy, *, actor: Actor) -> ReturnCopy:
    """The desk's receipt for its copy.

    Raises:
        AccessDenied: another desk's.
        WrongState: signed already, or recalled.
    """
    access.require(actor, "notice", "cc", copy)
    _ensure_addressed(copy, actor)
    if copy.state == "recalled":
        raise WrongState("copy-recalled", N_("报送机构已经收回这份材料，不需签收；重新报送后会再次抄报。"))
    if copy.state == "signed":
        raise WrongState("copy-signed", N_("这份抄报件已经签收。"))
    copy.state, copy.signed_at, copy.signed_by = "signed", clock.now(), actor.name
    audit.record(actor, "return.copy-signed", copy, after={"sender": copy.sender, "edition": copy.edition})
    signals.signed.send(copy, actor=actor)
    return copy


def reveal(copy: ReturnCopy, *, actor: Actor) -> None:
    """Note that the telephone numbers of a copy are looked at in full.

    Raises:
        AccessDenied: another desk's.
    """
    access.require(actor, "notice", "reveal", copy)
    _ensure_addressed(copy, actor)
    audit.record(actor, "return.copy-revealed", copy)


def _ensure_addressed(copy: ReturnCopy, actor: Actor) -> None:
    if copy.desk_id not in _desks(actor):
        raise AccessDenied(
            "copy-elsewhere", N_("这份材料抄报%(desk)s，由该科室签收。"), desk=copy.desk.short_name
        )


def _desks(actor: Actor) -> list[int]:
    return [post.office_id for post in actor.posts if post.level == "desk" and post.office_id is not None]


def get(pk: int) -> ReturnCopy:
    """One copy.

    Raises:
        NotSeen: no such copy, or another desk's.
    """
    query = select(ReturnCopy).where(
        ReturnCopy.id == pk, ReturnCopy.desk_id.in_(_desks(access.current_actor()))
    )
    row = db.session.scalar(query) if pk <= LARGEST_ID else None
    if row is None:
        raise NotSeen("copy-not-seen", N_("没有找到这份抄报件，或者它不是抄报给您所在科室的。"))
    return row


def mine(actor: Actor, *states: str) -> list[ReturnCopy]:
    """The copies before the actor's desk, those not signed for first."""
    query = select(ReturnCopy).where(
        access.scope(actor, "notice", "see", ReturnCopy), ReturnCopy.desk_id.in_(_desks(actor))
    )
    if states:
        query = query.where(ReturnCopy.state.in_(states))
    return list(
        db.session.scalars(query.order_by(ReturnCopy.state != "sent", ReturnCopy.id.desc()).limit(300))
    )


def receipts(rows: Iterable[OfficeReturn]) -> dict[int, ReturnCopy]:
    """The newest copy of each of these returns, which the actor sees: whether the desk has signed, no more."""
    found: dict[int, ReturnCopy] = {}
    above: dict[str, list[int]] = {}
    for row in rows:
        above.setdefault(row.campaign.review_path, []).append(row.id)
    for path, keys in above.items():
        with access.acting_as(access.system(TASK, over=path)):
            query = select(ReturnCopy).where(ReturnCopy.return_id.in_(keys)).order_by(ReturnCopy.id)
            found |= {copy.return_id: copy for copy in db.session.scalars(query)}
    return found
