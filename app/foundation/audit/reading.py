"""Reading the record by office: an inspector's own level and below, entry by entry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true

from app.foundation import access
from app.foundation.access import Actor
from app.foundation.access.facts import reaches
from app.foundation.audit.models import AuditEntry
from app.foundation.clock import SHANGHAI
from app.foundation.database import db
from app.kernel import paths

COUNT_LIMIT = 10_000
OBJ, ACT = "log", "see"


@dataclass(frozen=True)
class Asked:
    """What is looked for; days are those of real time in Asia/Shanghai, both included."""

    since: date | None = None
    until: date | None = None
    person: str = ""
    verb: str = ""


def within(actor: Actor) -> ColumnElement[bool]:
    """The entries about rows that offices in the actor's reach decide on; those of no office are the centre's."""
    if actor.is_system:
        return _under(actor.over) if actor.over else false()
    rules = access.policy()
    spans = {
        span
        for post in actor.posts
        if post.unit_id is None
        for line in rules.lines_for(post.role, OBJ, ACT)
        for span in reaches(rules, post, line.relation)
    }
    return or_(false(), *(_span(how, where) for how, where in sorted(spans)))


def _span(how: str, where: str) -> ColumnElement[bool]:
    if how == "under":
        return _under(where)
    if how == "below":
        return and_(_under(where), AuditEntry.review_path != where)
    return AuditEntry.review_path == where if how == "at" else false()


def _under(where: str) -> ColumnElement[bool]:
    if where == paths.ROOT:
        return true()
    return and_(AuditEntry.review_path >= where, AuditEntry.review_path < paths.upper_bound(where))


def _conditions(actor: Actor, asked: Asked) -> list[ColumnElement[bool]]:
    found = [within(actor)]
    if asked.since is not None:
        found.append(AuditEntry.wall_at >= _midnight(asked.since))
    if asked.until is not None:
        found.append(AuditEntry.wall_at < _midnight(asked.until + timedelta(days=1)))
    if asked.person:
        found.append(AuditEntry.person == asked.person)
    if asked.verb:
        found.append(AuditEntry.verb == asked.verb)
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def entries(actor: Actor, asked: Asked, *, page: int = 1, size: int = 50) -> Sequence[AuditEntry]:
    """One page of entries, newest first; the caller has required ``log see``."""
    query: Any = select(AuditEntry).where(*_conditions(actor, asked)).order_by(AuditEntry.seq.desc())
    return list(db.session.scalars(query.limit(size).offset((page - 1) * size)))


def walk(actor: Actor, asked: Asked, size: int) -> Iterator[Sequence[AuditEntry]]:
    """All entries, newest first, ``size`` at a time; what is recorded meanwhile is left out."""
    where = _conditions(actor, asked)
    last: int | None = None
    while True:
        older = [AuditEntry.seq < last] if last is not None else []
        query: Any = select(AuditEntry).where(*where, *older).order_by(AuditEntry.seq.desc()).limit(size)
        found = list(db.session.scalars(query))
        if found:
            last = found[-1].seq
            yield found
        if len(found) < size:
            return


def count(actor: Actor, asked: Asked, most: int = COUNT_LIMIT) -> int:
    """How many there are, counted no further than ``most`` + 1."""
    some = select(AuditEntry.seq).where(*_conditions(actor, asked)).limit(most + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0
