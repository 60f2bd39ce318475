"""Scoped reads: grants on either side, the offices that may be named, a person's own posts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import joinedload

from app.foundation import access
from app.foundation.access import Actor, PostFact
from app.foundation.access.predicates import predicate
from app.foundation.admin import arguments
from app.foundation.database import db
from app.foundation.tenancy.models import Grant, Office, Person, Post, Site, Unit
from app.kernel import paths
from app.plugins.permits import rules

TASK = "permits"


def managed(actor: Actor) -> tuple[str, ...]:
    """The paths at and below which the actor grants."""
    policy = access.policy()
    return tuple(
        dict.fromkeys(post.path for post in actor.posts if policy.lines_for(post.role, "grant", "manage"))
    )


def own_offices(actor: Actor) -> ColumnElement[bool]:
    """Working offices and desks the actor may name in a grant: the own office and everything below it."""
    within = [and_(Office.path >= path, Office.path < paths.upper_bound(path)) for path in managed(actor)]
    return and_(Office.active.is_(True), or_(*within)) if within else false()


def _state(state: str, today: date) -> ColumnElement[bool]:
    running = Grant.stopped_on.is_(None)
    lasting = or_(Grant.until.is_(None), Grant.until >= today)
    return {
        "current": running & (Grant.since <= today) & lasting,
        "future": running & (Grant.since > today),
        "past": running & (Grant.until < today),
        "stopped": Grant.stopped_on.is_not(None),
    }[state]


def _side(actor: Actor, side: str) -> ColumnElement[bool]:
    column: Any = Grant.where_path if side == "given" else Grant.holder_path
    roots = [post.path for post in actor.posts if post.unit_id is None]
    ranges = [and_(column >= path, column < paths.upper_bound(path)) for path in roots]
    return or_(*ranges) if ranges else false()


def grants(
    actor: Actor, *, state: str, side: str, today: date, page: int, size: int
) -> tuple[list[Grant], int]:
    """One page of the grants on either side that the actor sees, newest first, and how many there are."""
    where = [access.scope(actor, "grant", "see", Grant)]
    if state:
        where.append(_state(state, today))
    if side != "all":
        where.append(_side(actor, side))
    total = db.session.scalar(select(func.count()).select_from(Grant).where(*where)) or 0
    rows = db.session.scalars(
        select(Grant)
        .where(*where)
        .order_by(Grant.since.desc(), Grant.id.desc())
        .limit(size)
        .offset(page * size)
    )
    return list(rows), total


def grant(pk: int, *, lock: bool = False) -> Grant:
    """One grant the actor sees.

    Raises:
        NotSeen: there is none of that number, or it concerns neither side of the actor's.
    """
    statement = select(Grant).where(Grant.id == pk).options(joinedload(Grant.granted_by))
    found = db.session.scalar(statement.with_for_update(of=Grant) if lock else statement)
    if found is None:
        raise arguments.unseen()
    return found


def same_kind(wanted: rules.Wanted) -> list[Grant]:
    """The grants with the same holder, relation, reach and place."""
    kind = (
        Grant.holder_path == wanted.holder_path,
        Grant.relation == wanted.relation,
        Grant.how == wanted.how,
        Grant.where_path == wanted.where_path,
    )
    return list(db.session.scalars(select(Grant).where(*kind).order_by(Grant.since)))


def offices_at(wanted: Iterable[str | None]) -> Mapping[str, Office]:
    """Offices by path, in one statement."""
    asked = {path for path in wanted if path}
    rows = db.session.scalars(select(Office).where(Office.path.in_(asked))) if asked else ()
    return {office.path: office for office in rows}


def lock(office: Office) -> None:
    """Two people granting on the same place wait for one another."""
    db.session.execute(select(Office.id).where(Office.id == office.id).with_for_update())


def opened(how: str, where_path: str, holder: Office) -> tuple[int, int]:
    """How many units and sites a reach over ``where_path`` takes in today.

    Counted as the platform over that very place: who grants need not read the register, and learns two numbers.
    """
    post = PostFact(role="", path=holder.path, office_id=holder.id, level=holder.level)
    with access.acting_as(access.system(TASK, over=rules.counted_from(how, where_path))):
        units, sites = (
            db.session.scalar(
                select(func.count()).select_from(model).where(predicate(model, post, how, where_path))
            )
            for model in (Unit, Site)
        )
    return units or 0, sites or 0


def holders_of_posts(office: Office, today: date) -> Mapping[str, int]:
    """How many people hold each role at an office today, as far as the actor sees its posts."""
    rows = db.session.execute(
        select(Post.role, func.count(func.distinct(Post.person_id)))
        .where(Post.office_id == office.id, Post.in_force(today))
        .group_by(Post.role)
    )
    return {role: people for role, people in rows}


@dataclass(frozen=True)
class Held:
    """A post with what was granted to its office or desk."""

    post: Post
    grants: tuple[Grant, ...]


def person(pk: int) -> Person:
    """A person the actor may see.

    Raises:
        NotSeen: there is none of that number, or the account is kept outside the actor's scope.
    """
    seen = access.scope(access.current_actor(), "user", "see", Person)
    found = db.session.scalar(select(Person).where(Person.id == pk, seen).options(joinedload(Person.office)))
    if found is None:
        raise arguments.unseen()
    return found


def people_called(text: str) -> list[Person]:
    """People the actor may see, by account name or by name."""
    seen = access.scope(access.current_actor(), "user", "see", Person)
    named = or_(Person.username == text, Person.last_name + Person.first_name == text)
    return list(db.session.scalars(select(Person).where(seen, named).order_by(Person.id).limit(10)))


def posts_of(person_id: int) -> list[Held]:
    """All posts of a person, past and future too, as far as the actor sees them; with their grants."""
    posts = list(
        db.session.scalars(
            select(Post)
            .where(Post.person_id == person_id)
            .options(joinedload(Post.office), joinedload(Post.unit))
            .order_by(Post.since.desc(), Post.id.desc())
        )
    )
    held_at = {post.office.path for post in posts if post.office is not None}
    grants = db.session.scalars(
        select(Grant).where(Grant.holder_path.in_(held_at)).order_by(Grant.since.desc())
    )
    by_holder: dict[str, list[Grant]] = {}
    for one in grants if held_at else ():
        by_holder.setdefault(one.holder_path, []).append(one)
    return [Held(post, tuple(by_holder.get(post.office.path, ()) if post.office else ())) for post in posts]


def helping_office(account: Person | None) -> Office | None:
    """The nearest office, at or above the one that keeps an account, that can have a 系统管理岗: a desk has none."""
    kept_at = account.office.path if account is not None and account.office is not None else paths.ROOT
    near = (*paths.ancestors(kept_at), kept_at)
    return db.session.scalar(
        select(Office)
        .where(Office.path.in_(near), Office.kind == "office")
        .order_by(Office.path.desc())
        .limit(1)
    )


def own_account(actor: Actor) -> Person:
    """The signed-in person's own account with the office that keeps it."""
    with access.acting_as(access.system(TASK, over=access.EVERYWHERE)):
        return db.session.scalars(
            select(Person).where(Person.id == actor.person_id).options(joinedload(Person.office))
        ).one()


def own_posts(actor: Actor) -> list[Held]:
    """One's own posts, and what was granted to where they are held: everybody's to know, whatever the role."""
    if actor.person_id is None:
        return []
    with access.acting_as(access.system(TASK, over=access.EVERYWHERE)):
        return posts_of(actor.person_id)
