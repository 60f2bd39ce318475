"""Who is acting: a person with the posts held today, the public, or a named system task."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import g, has_request_context
from sqlalchemy import or_, select

from app.foundation import clock
from app.foundation.database import db
from app.foundation.tenancy.models import Grant, Office, Person, Post, Unit
from app.kernel import paths

UNGUARDED = {"unguarded": True}
EVERYWHERE = paths.ROOT


@dataclass(frozen=True, slots=True)
class GrantFact:
    """A dated exception in force today."""

    relation: str
    how: str
    where_path: str
    document: str


@dataclass(frozen=True, slots=True)
class PostFact:
    """A post in force today; ``path`` is the holder's node (for a unit's officer: the reviewing office's)."""

    role: str
    path: str
    unit_id: int | None = None
    office_id: int | None = None
    level: str = ""
    holder: str = ""
    grants: tuple[GrantFact, ...] = ()
    post_id: int | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever asks. ``reads`` is the act that makes a row visible at all (``see``; for the public ``verify``).

    ``task`` and ``over`` belong to the platform's own tasks: rows decided at the path ``over`` or below it, no others.
    """

    person_id: int | None
    name: str
    posts: tuple[PostFact, ...]
    username: str = ""
    reads: str = "see"
    task: str = ""
    over: str = ""

    @property
    def is_system(self) -> bool:
        """A named task of the platform itself, not a person."""
        return bool(self.task)

    @property
    def unbounded(self) -> bool:
        """A task of the platform whose stated scope is everything."""
        return bool(self.task) and self.over == EVERYWHERE

    def holds(self, *roles: str) -> bool:
        """Whether any post has one of ``roles``."""
        return any(post.role in roles for post in self.posts)

    def at(self, *roles: str) -> tuple[PostFact, ...]:
        """The posts with one of ``roles``."""
        return tuple(post for post in self.posts if post.role in roles)


_PUBLIC_POST = PostFact(role="public", path="0.")
ANONYMOUS = Actor(None, "公众", (_PUBLIC_POST,), reads="verify")
NOBODY = Actor(None, "", ())

_acting: ContextVar[Actor | None] = ContextVar("bianban_actor", default=None)


def system(task: str, *, over: str = "") -> Actor:
    """A task of the platform itself, by name, for audit: loading data, or carrying a decision to another table.

    Args:
        over: the path whose rows (and those below it) the task may read and write; none means nothing.
    """
    return Actor(None, task, (), task=task, over=over)


@contextmanager
def acting_as(actor: Actor) -> Iterator[Actor]:
    """Everything inside happens as ``actor``."""
    token = _acting.set(actor)
    try:
        yield actor
    finally:
        _acting.reset(token)


def _statement(person_id: int, day: date) -> Any:
    """Posts in force with where they are held, and the exceptions in force for each: one statement."""
    held = (Post.since <= day) & or_(Post.until.is_(None), Post.until >= day)
    granted = (Grant.since <= day) & or_(Grant.until.is_(None), Grant.until >= day)
    return (
        select(Post, Office.path, Office.level, Office.short_name, Unit.review_path, Unit.name, Grant)
        .outerjoin(Office, Post.office_id == Office.id)
        .outerjoin(Unit, Post.unit_id == Unit.id)
        .outerjoin(Grant, (Grant.holder_path == Office.path) & granted)
        .where(Post.person_id == person_id, held, or_(Office.id.is_(None), Office.active.is_(True)))
        .order_by(Post.id, Grant.id)
    )


def load(person: Any) -> Actor:
    """The actor for a signed-in person: posts and exceptions in force on the business date."""
    posts: dict[int, PostFact] = {}
    rows = db.session.execute(_statement(person.id, clock.today()), execution_options=UNGUARDED)
    for post, office_path, level, office_name, review_path, unit_name, grant in rows:
        known = posts.get(post.id) or PostFact(
            role=post.role,
            path=office_path or review_path,
            unit_id=post.unit_id,
            office_id=post.office_id,
            level=level or "",
            holder=office_name or unit_name,
            post_id=post.id,
        )
        if grant is not None:
            fact = GrantFact(grant.relation, grant.how, grant.where_path, grant.document)
            known = replace(known, grants=(*known.grants, fact))
        posts[post.id] = known
    return Actor(person.id, person.get_full_name(), tuple(posts.values()), username=person.username)


def actor_for(username: str) -> Actor:
    """The actor of a named account, for commands and demo history.

    Raises:
        LookupError: no active account of that name.
    """
    person = db.session.scalar(
        select(Person).where(Person.username == username, Person.active.is_(True)),
        execution_options=UNGUARDED,
    )
    if person is None:
        raise LookupError(username)
    return load(person)


def current_actor() -> Actor:
    """Who acts now: an explicit ``acting_as``, else the signed-in person, else the public; outside a request nobody."""
    explicit = _acting.get()
    if explicit is not None:
        return explicit
    if not has_request_context():
        return NOBODY
    person = g.get("user")
    if person is None or not person.is_authenticated or not person.is_active:
        return ANONYMOUS
    kept: tuple[int, Actor] | None = g.get("actor")
    if kept is None or kept[0] != person.id:
        kept = (person.id, load(person))
        g.actor = kept
    return kept[1]
