"""Who is acting: a person with the posts held today, the public, or a named system task."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from flask import g, has_request_context
from sqlalchemy import Date, bindparam, or_, select

from app.foundation import clock
from app.foundation.access import duties
from app.foundation.database import PREPARED, db
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

    ``aside`` are posts that clash with one another and therefore do not count (see ``duties``).
    ``task`` and ``over`` belong to the platform's own tasks: rows decided at the path ``over`` or below it, no others.
    """

    person_id: int | None
    name: str
    posts: tuple[PostFact, ...]
    username: str = ""
    reads: str = "see"
    task: str = ""
    over: str = ""
    aside: tuple[duties.SetAside, ...] = ()

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


@lru_cache(maxsize=1)
def _statement() -> Any:
    """Posts in force with where they are held, and the exceptions in force for each: one statement, made once.

    Columns, not rows of the session: it runs in every request.
    """
    day = bindparam("day", type_=Date)
    granted = (
        (Grant.since <= day) & or_(Grant.until.is_(None), Grant.until >= day) & Grant.stopped_on.is_(None)
    )
    return (
        select(
            Post.id,
            Post.role,
            Post.unit_id,
            Post.office_id,
            Office.path,
            Office.level,
            Office.short_name,
            Unit.review_path,
            Unit.name,
            Grant.relation,
            Grant.how,
            Grant.where_path,
            Grant.document,
        )
        .outerjoin(Office, Post.office_id == Office.id)
        .outerjoin(Unit, Post.unit_id == Unit.id)
        .outerjoin(Grant, (Grant.holder_path == Office.path) & granted)
        .where(
            Post.person_id == bindparam("person_id"),
            Post.in_force(day),
            or_(Office.id.is_(None), Office.active.is_(True)),
        )
        .order_by(Post.id, Grant.id)
        .execution_options(**PREPARED)
    )


def load(person: Any) -> Actor:
    """The actor for a signed-in person: posts and exceptions in force on the business date."""
    posts: dict[int, PostFact] = {}
    asked = {"person_id": person.id, "day": clock.today()}
    for row in db.session.execute(_statement(), asked, execution_options=UNGUARDED):
        post_id, role, unit_id, office_id, path, level, office_name, review_path, unit_name, *granted = row
        known = posts.get(post_id) or PostFact(
            role=role,
            path=path or review_path,
            unit_id=unit_id,
            office_id=office_id,
            level=level or "",
            holder=office_name or unit_name,
            post_id=post_id,
        )
        if granted[0] is not None:
            known = replace(known, grants=(*known.grants, GrantFact(*granted)))
        posts[post_id] = known
    kept, aside = duties.set_aside(tuple(posts.values()))
    return Actor(person.id, person.get_full_name(), kept, username=person.username, aside=aside)


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
