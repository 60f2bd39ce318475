"""Reading the in-house register."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.orm import joinedload

from app.foundation import access
from app.foundation.access import Actor
from app.foundation.database import db
from app.kernel.errors import N_, NotSeen
from app.plugins.names import rules
from app.plugins.names.models import DomainRecord, DomainTask
from app.plugins.names.rules import Standing

LARGEST_ID = 2**31 - 1
MOST = 20
OPEN, REPORTED, CLOSED = STATES = ("open", "reported", "closed")


def standings(unit_id: int, ascii_names: tuple[str, ...], day: date) -> dict[str, Standing]:
    """How each name stands for the unit on ``day`` (S20, S21).

    The register is asked by the platform itself: whoever files a site need not see the unit's other names.
    """
    found = {name: Standing(name, rules.UNREGISTERED) for name in ascii_names if name}
    if found:
        with access.acting_as(access.system("names", over=access.EVERYWHERE)):
            rows = db.session.scalars(
                select(DomainRecord).where(DomainRecord.unit_id == unit_id, DomainRecord.ascii.in_(found))
            )
            for row in rows:
                found[row.ascii] = rules.judge(row.ascii, row.expires_on, row.working, day)
    return found


def standing(unit_id: int, ascii_name: str, day: date) -> Standing:
    """How one name stands for the unit on ``day``: valid, expired, not-working or unregistered."""
    return standings(unit_id, (ascii_name,), day).get(ascii_name, Standing(ascii_name, rules.UNREGISTERED))


def is_taken(ascii_name: str, except_id: int | None = None) -> bool:
    """Whether the name stands in the register already, whosever it is."""
    with access.acting_as(access.system("names", over=access.EVERYWHERE)), db.session.no_autoflush:
        row_id = db.session.scalar(select(DomainRecord.id).where(DomainRecord.ascii == ascii_name))
    return row_id is not None and row_id != except_id


def task(pk: int) -> DomainTask:
    """One domain task.

    Raises:
        NotSeen: there is none of that number, or it is outside the reader's scope.
    """
    query = select(DomainTask).where(DomainTask.id == pk).options(joinedload(DomainTask.site))
    found = db.session.scalar(query) if pk <= LARGEST_ID else None
    if found is None:
        raise NotSeen("domain-task-not-seen", N_("没有找到这个域名事项，或者它不在您的管辖范围内。"))
    return found


def _in_state(state: str) -> ColumnElement[bool]:
    waits = DomainTask.closed_at.is_(None)
    return {
        OPEN: and_(waits, DomainTask.reported_at.is_(None)),
        REPORTED: and_(waits, DomainTask.reported_at.is_not(None)),
        CLOSED: DomainTask.closed_at.is_not(None),
    }.get(state, true())


@dataclass(frozen=True)
class Found:
    """One page of domain tasks, how many there are of the state asked for, and how many of each."""

    rows: list[DomainTask]
    total: int
    states: Mapping[str, int]


def tasks(state: str, number: int, size: int) -> Found:
    """What the reader may see, the longest open first; closed ones the last closed first."""
    counted = {one: func.count().filter(_in_state(one)) for one in STATES}
    counts = db.session.execute(select(*counted.values()).select_from(DomainTask)).one()
    states = dict(zip(counted, counts, strict=True))
    order = DomainTask.closed_at.desc() if state == CLOSED else DomainTask.opened_at
    query = select(DomainTask).where(_in_state(state)).order_by(order, DomainTask.id)
    query = query.options(joinedload(DomainTask.site), joinedload(DomainTask.unit))
    rows = db.session.scalars(query.limit(size).offset((number - 1) * size))
    return Found(list(rows), states[state], states)


def of_filer(actor: Actor) -> list[DomainTask]:
    """What the actor is to register, renew or have repaired."""
    if not access.may(actor, "application", "edit"):
        return []
    mine = access.scope(actor, "application", "edit", DomainTask)
    query = select(DomainTask).where(_in_state(OPEN), mine).order_by(DomainTask.opened_at, DomainTask.id)
    return list(db.session.scalars(query.options(joinedload(DomainTask.unit)).limit(MOST)))


def count_reported(actor: Actor) -> int:
    """How many names applicants have seen to and the actor is to bring up to date in the register."""
    if not access.may(actor, "domain", "edit"):
        return 0
    own = access.scope(actor, "domain", "edit", DomainTask)
    return (
        db.session.scalar(select(func.count()).select_from(DomainTask).where(_in_state(REPORTED), own)) or 0
    )


def record_of(row: DomainTask) -> DomainRecord | None:
    """The entry of a task's name, where the reader may see it."""
    query = select(DomainRecord).where(DomainRecord.ascii == row.ascii, DomainRecord.unit_id == row.unit_id)
    return db.session.scalar(query)


class InHouseRegister:
    """The register kept in our own table, behind the port ``register.NameRegister``."""

    def standing(self, unit_id: int, ascii_name: str, day: date) -> Standing:
        """See ``standing``."""
        return standing(unit_id, ascii_name, day)

    def standings(self, unit_id: int, ascii_names: tuple[str, ...], day: date) -> dict[str, Standing]:
        """See ``standings``."""
        return standings(unit_id, ascii_names, day)
