"""Scoped reads: the row guard adds what the actor may see to every one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.foundation import access
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy.models import Site, Unit
from app.kernel.errors import N_, NotSeen
from app.plugins.applications.models import LIVE, Application, ApplicationClock, ChecklistItem

LARGEST_ID = 2**31 - 1  # past it PostgreSQL refuses the comparison itself
BOUND = 10_000
OFFERED = 200

# Which state waits for which act: (task, state, object, act). A task is a line on somebody's desk.
TASKS = (
    ("fix", "returned", "application", "submit"),
    ("send-paper", "awaiting_paper", "application", "submit"),
    ("finish", "draft", "application", "submit"),
    ("first-review", "submitted", "application", "first-review"),
    ("paper-review", "paper_review", "application", "paper-review"),
    ("report", "approved", "badge", "request"),
    ("await-paper", "awaiting_paper", "application", "receive-paper"),
)


def _unseen() -> NotSeen:
    return NotSeen("application-not-seen", N_("没有找到该申请，或者它不在您的管辖范围内。"))


def get(pk: int) -> Application:
    """One application by id, for a verb.

    Raises:
        NotSeen: no such application, or not for this actor.
    """
    row = db.session.scalar(select(Application).where(Application.id == pk)) if pk <= LARGEST_ID else None
    if row is None:
        raise _unseen()
    return row


def whole(pk: int) -> Application:
    """One application with everything its page shows, in few statements.

    Raises:
        NotSeen: as for ``get``.
    """
    statement = (
        select(Application)
        .where(Application.id == min(pk, LARGEST_ID))
        .options(
            joinedload(Application.unit),
            joinedload(Application.former),
            selectinload(Application.checklist),
            selectinload(Application.decisions),
            selectinload(Application.receipts),
            selectinload(Application.clocks),
        )
        .execution_options(populate_existing=True)
    )
    row = db.session.scalar(statement)
    if row is None or row.id != pk:
        raise _unseen()
    return row


def letter_mates(application: Application) -> list[Application]:
    """The applications one letter names (A3): the unit's own of the same kind that await paper, this one first."""
    if application.state != "awaiting_paper":
        return [application]
    others = db.session.scalars(
        select(Application)
        .where(
            Application.unit_id == application.unit_id,
            Application.kind == application.kind,
            Application.state == "awaiting_paper",
            Application.id != application.id,
        )
        .order_by(Application.id)
        .limit(50)
    )
    return [application, *others]


def live_of_site(site_id: int) -> Application | None:
    """The live application of a site, when the actor sees it."""
    return db.session.scalar(
        select(Application).where(Application.site_id == site_id, Application.state.in_(LIVE)).limit(1)
    )


@dataclass(frozen=True)
class Startable:
    """A website somebody may apply for; ``live`` is the application it already has."""

    site: Site
    live: Application | None


def startable_sites(actor: Actor) -> list[Startable]:
    """The registered sites the actor files for."""
    statement = (
        select(Site, Application)
        .outerjoin(Application, and_(Application.site_id == Site.id, Application.state.in_(LIVE)))
        .where(access.scope(actor, "application", "edit", Site), Site.active.is_(True))
        .order_by(Site.id)
        .limit(OFFERED)
    )
    return [Startable(site, live) for site, live in db.session.execute(statement)]


def unfiled_sites(actor: Actor, limit: int = 50) -> list[Site]:
    """Registered sites the actor files for that have no application but withdrawn ones (S19, S26); one statement."""
    if actor.is_system or not access.may(actor, "application", "submit"):
        return []
    filed = select(Application.site_id).where(
        Application.site_id == Site.id, Application.state != "withdrawn"
    )
    statement = (
        select(Site)
        .where(access.scope(actor, "application", "submit", Site), Site.active.is_(True), ~filed.exists())
        .options(joinedload(Site.unit))
        .order_by(Site.id)
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def startable_units(actor: Actor) -> list[Unit]:
    """The units for which the actor may apply for a website that is not registered yet."""
    statement = (
        select(Unit)
        .where(access.scope(actor, "application", "edit", Unit), Unit.active.is_(True))
        .order_by(Unit.id)
        .limit(OFFERED)
    )
    return list(db.session.scalars(statement))


def site(pk: int) -> Site:
    """A site by id.

    Raises:
        NotSeen: no such site, or not for this actor.
    """
    row = db.session.scalar(select(Site).where(Site.id == min(pk, LARGEST_ID)))
    if row is None or row.id != pk:
        raise NotSeen("site-not-seen", N_("没有找到该网站，或者它不在您的管辖范围内。"))
    return row


def unit(pk: int) -> Unit:
    """A unit by id.

    Raises:
        NotSeen: no such unit, or not for this actor.
    """
    row = db.session.scalar(select(Unit).where(Unit.id == min(pk, LARGEST_ID)))
    if row is None or row.id != pk:
        raise NotSeen("unit-not-seen", N_("没有找到该单位，或者它不在您的管辖范围内。"))
    return row


@dataclass(frozen=True)
class Task:
    """One application that waits for the actor, with its running clock; ``key`` is one of ``TASKS``."""

    key: str
    application: Application
    clock: ApplicationClock | None


def _waiting(actor: Actor, task: tuple[str, str, str, str]) -> ColumnElement[bool] | None:
    key, state, obj, act = task
    if not access.may(actor, obj, act):
        return None
    mine = and_(Application.state == state, access.scope(actor, obj, act, Application))
    if key == "paper-review" and actor.person_id is not None:
        mine = and_(mine, Application.first_reviewer_id != actor.person_id, ~_judged_by(actor.person_id))
    return mine


def _judged_by(person_id: int) -> ColumnElement[bool]:
    """Applications of whose first review, in the present round, the person judged an item."""
    return Application.checklist.any(
        and_(ChecklistItem.round == Application.round, ChecklistItem.judged_by_id == person_id)
    )


def _asked(actor: Actor) -> list[tuple[str, ColumnElement[bool]]]:
    clauses = ((task[0], _waiting(actor, task)) for task in TASKS)
    return [(key, clause) for key, clause in clauses if clause is not None]


def _key_of(actor: Actor, row: Application) -> str:
    """The first task of the row that is this actor's: somebody who files and reviews sees what he files first."""
    return next(
        key for key, state, obj, act in TASKS if state == row.state and access.can(actor, obj, act, row)
    )


def todo(actor: Actor, *, limit: int = 50, keys: Sequence[str] = ()) -> list[Task]:
    """What waits for the actor, the soonest due first; one statement, at most ``limit`` rows.

    ``keys`` narrows to some tasks; drafts and what has no clock come last.
    """
    clauses = [clause for key, clause in _asked(actor) if not keys or key in keys]
    if actor.is_system or not clauses:
        return []
    statement = (
        select(Application)
        .where(or_(*clauses))
        .options(joinedload(Application.running_clock))
        .order_by(Application.due_order, Application.id)
        .limit(limit)
    )
    rows = db.session.scalars(statement).all()
    return [Task(_key_of(actor, row), row, row.running_clock) for row in rows]


def counts(actor: Actor) -> dict[str, int]:
    """How many wait under each task, counted no further than a bound; one statement."""
    asked = [] if actor.is_system else _asked(actor)
    if not asked:
        return {}
    pieces = [
        select(func.count())
        .select_from(select(Application.id).where(clause).limit(BOUND + 1).subquery())
        .scalar_subquery()
        for _key, clause in asked
    ]
    found = db.session.execute(select(*pieces)).one()
    return {key: number for (key, _clause), number in zip(asked, found, strict=True)}


def standing() -> dict[str, int]:
    """How many applications stand in which state, of those the actor sees; one statement."""
    rows = db.session.execute(select(Application.state, func.count()).group_by(Application.state))
    return {state: number for state, number in rows}
