"""Scoped reads: the office's queue, what is done, what one has had in hand, and late cases below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import joinedload

from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.kernel import workdays
from app.plugins.applications import queries as applications
from app.plugins.applications.models import (
    Application,
    ApplicationClock,
    ChecklistItem,
    PaperReceipt,
    ReviewDecision,
)
from app.plugins.worklist import labels, rules
from app.plugins.worklist.filters import Asked
from app.plugins.worklist.models import Guidance

BOUND = 10_000
SOON = 3
DONE = ("returned", "approved", "reported", "badged", "refused", "ineligible", "withdrawn")
OFFICES_SHOWN = 50


@dataclass(frozen=True)
class Line:
    """One case of the queue: what waits, its clock, who has it in hand."""

    application: Application
    clock: ApplicationClock | None
    task: str = ""


@dataclass(frozen=True)
class Found:
    """One page; ``total`` is counted no further than a bound, ``late`` are those of the office past their day."""

    lines: Sequence[Line]
    total: int
    tasks: Mapping[str, int]
    late: int = 0


def soon(today: date) -> date:
    """The last day that is within three working days."""
    return workdays.add(today, SOON, clock.calendar())


def _narrowed(actor: Actor, asked: Asked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.kind:
        found.append(Application.kind == asked.kind)
    if asked.track:
        found.append(Application.track == asked.track)
    if asked.whose == "mine":
        found.append(Application.claimed_by_id == actor.person_id)
    elif asked.whose == "nobody":
        found.append(Application.claimed_by_id.is_(None))
    elif asked.whose == "others":
        found.append(Application.claimed_by_id != actor.person_id)
    if asked.time:
        found.append(_in_time(asked.time))
    if asked.q:
        named = (
            getattr(Application, name).contains(asked.q, autoescape=True)
            for name in ("site_name", "organ_name", "number")
        )
        found.append(or_(*named))
    return found


def _in_time(which: str) -> ColumnElement[bool]:
    today = clock.today()
    if which == "late":
        return Application.due_order < today
    return and_(Application.due_order >= today, Application.due_order <= soon(today))


def _own(actor: Actor) -> ColumnElement[bool]:
    """Cases that the actor's own office decides."""
    return access.scope(actor, "application", "receive-paper", Application)


def _waiting(actor: Actor, task: str) -> dict[str, ColumnElement[bool]]:
    found = {key: clause for key, clause in applications.asked(actor) if key in labels.TASK}
    return {key: clause for key, clause in found.items() if not task or key == task}


def todo(actor: Actor, asked: Asked, number: int, size: int) -> Found:
    """What waits, late first, then by working days left; three statements."""
    every = _waiting(actor, "")
    some = [clause for key, clause in every.items() if not asked.task or key == asked.task]
    narrowed = _narrowed(actor, asked)
    where = and_(or_(*some), *narrowed) if some else false()
    query = _lines().where(where).order_by(Application.due_order, Application.id)
    rows = db.session.scalars(query.limit(size).offset((number - 1) * size)).all()
    lines = [Line(row, row.running_clock, applications.key_of(actor, row)) for row in rows]
    counted = {key: _counted(and_(clause, *narrowed)) for key, clause in every.items()}
    late = _counted(and_(where, Application.due_order < clock.today()))
    numbers = db.session.execute(select(_counted(where), late, *counted.values())).one()
    return Found(lines, numbers[0], dict(zip(counted, numbers[2:], strict=True)), numbers[1])


def done(actor: Actor, asked: Asked, number: int, size: int) -> Found:
    """What the office has dealt with, the last first."""
    where = and_(_own(actor), Application.state.in_(DONE), Application.round > 0, *_narrowed(actor, asked))
    last = func.coalesce(
        Application.closed_at,
        Application.paper_reviewed_at,
        Application.first_reviewed_at,
        Application.submitted_at,
    )
    return _page(where, (last.desc(), Application.id.desc()), number, size)


def mine(actor: Actor, asked: Asked, number: int, size: int) -> Found:
    """What the actor himself has had in hand: claimed, judged, received or decided, in any round."""
    person = actor.person_id
    hands = (
        select(ReviewDecision.application_id).where(ReviewDecision.decided_by_id == person),
        select(ChecklistItem.application_id).where(ChecklistItem.judged_by_id == person),
        select(PaperReceipt.application_id).where(PaperReceipt.received_by_id == person),
    )
    where = and_(
        _own(actor),
        or_(Application.claimed_by_id == person, *(Application.id.in_(one) for one in hands)),
        *_narrowed(actor, asked),
    )
    return _page(where, (Application.submitted_at.desc(), Application.id.desc()), number, size)


def _page(where: Any, order: tuple[Any, ...], number: int, size: int) -> Found:
    rows = db.session.scalars(
        _lines().where(where).order_by(*order).limit(size).offset((number - 1) * size)
    ).all()
    total = db.session.scalar(select(_counted(where))) or 0
    return Found([Line(row, row.running_clock) for row in rows], total, {})


def _lines() -> Select[tuple[Application]]:
    return select(Application).options(joinedload(Application.running_clock))


def _counted(where: Any) -> Any:
    some = select(Application.id).where(where).limit(BOUND + 1).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


# -- from above ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Below:
    """Cases of offices below, each with what was last said from above; how many each office is late with."""

    lines: Sequence[tuple[Line, str, Guidance | None]]
    total: int
    offices: Sequence[tuple[str, int]]


def _guided(actor: Actor) -> ColumnElement[bool]:
    return access.scope(actor, "application", "guide", Application)


def _which(which: str) -> ColumnElement[bool]:
    today = clock.today()
    ours = Application.state.in_(("submitted", "paper_review"))
    if which == "soon":
        return and_(ours, Application.due_order >= today, Application.due_order <= soon(today))
    if which == "paper":
        return and_(Application.state == "awaiting_paper", Application.due_order < today)
    if which == "all":
        return Application.state.in_(rules.GUIDABLE)
    return and_(ours, Application.due_order < today)


def below(actor: Actor, which: str, number: int, size: int) -> Below:
    """Cases of the offices that the actor's oversees or guides, the longest overdue first; five statements."""
    where = and_(_guided(actor), _which(which))
    query = _lines().where(where).order_by(Application.due_order, Application.id)
    rows = db.session.scalars(query.limit(size).offset((number - 1) * size)).all()
    total = db.session.scalar(select(_counted(where))) or 0
    last = _last_said([row.id for row in rows])
    counted = db.session.execute(
        select(Application.review_path, func.count())
        .where(_guided(actor), _which("late"))
        .group_by(Application.review_path)
        .order_by(func.count().desc(), Application.review_path)
        .limit(OFFICES_SHOWN)
    ).all()
    names = _names({row.review_path for row in rows} | {path for path, _count in counted})
    return Below(
        [(Line(row, row.running_clock), names.get(row.review_path, ""), last.get(row.id)) for row in rows],
        total,
        [(names.get(path, ""), count) for path, count in counted],
    )


def _last_said(keys: Sequence[int]) -> dict[int, Guidance]:
    if not keys:
        return {}
    newest = (
        select(func.max(Guidance.id))
        .where(Guidance.application_id.in_(keys))
        .group_by(Guidance.application_id)
    )
    return {
        one.application_id: one for one in db.session.scalars(select(Guidance).where(Guidance.id.in_(newest)))
    }


def _names(path_set: set[str]) -> dict[str, str]:
    if not path_set:
        return {}
    query = select(Office.path, Office.short_name).where(Office.path.in_(path_set))
    return {path: name for path, name in db.session.execute(query)}


def count_late_below(actor: Actor) -> int:
    """How many cases below are late, counted no further than a bound."""
    if actor.is_system or not access.may(actor, "application", "guide"):
        return 0
    return db.session.scalar(select(_counted(and_(_guided(actor), _which("late"))))) or 0


def unread(actor: Actor, limit: int = 20) -> list[Guidance]:
    """What was said from above to the actor's office and nobody has signed for."""
    if actor.is_system or not access.may(actor, "guidance", "read"):
        return []
    query = (
        select(Guidance)
        .where(Guidance.read_at.is_(None), access.scope(actor, "guidance", "read", Guidance))
        .options(joinedload(Guidance.application))
        .order_by(Guidance.id)
        .limit(limit)
    )
    return list(db.session.scalars(query))
