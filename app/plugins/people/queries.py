"""Scoped reads: the people one may see, their posts, their invitations, and where posts may be given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select

from app.foundation import access, clock
from app.foundation.access import Actor, duties
from app.foundation.access.facts import reaches
from app.foundation.admin.arguments import unseen
from app.foundation.admin.interface import COUNT_LIMIT
from app.foundation.admin.operators import escaped
from app.foundation.database import db
from app.foundation.signing import log
from app.foundation.signing.models import SignInLock
from app.foundation.tenancy import people
from app.foundation.tenancy.models import Office, Person, Post, Unit
from app.kernel import paths
from app.plugins.people.models import Invitation

TASK = "people"
STATES = ("active", "invited", "disabled", "locked")


def platform() -> Any:
    """Names of holders an administrator may not see as rows; every statement states its own scope."""
    return access.acting_as(access.system(TASK, over=access.EVERYWHERE))


# -- people ------------------------------------------------------------------------------------------------


def get(pk: int) -> Person:
    """A person the actor sees.

    Raises:
        NotSeen: no such person, or kept elsewhere.
    """
    row = db.session.scalars(select(Person).where(Person.id == pk)).one_or_none()
    if row is None:
        raise unseen()
    return row


def get_post(pk: int) -> Post:
    """A post the actor sees.

    Raises:
        NotSeen: no such post, or held elsewhere.
    """
    row = db.session.scalars(select(Post).where(Post.id == pk)).one_or_none()
    if row is None:
        raise unseen()
    return row


def get_invitation(pk: int) -> Invitation:
    """An invitation the actor sees.

    Raises:
        NotSeen: no such invitation, or of somebody kept elsewhere.
    """
    row = db.session.scalars(select(Invitation).where(Invitation.id == pk)).one_or_none()
    if row is None:
        raise unseen()
    return row


@dataclass(frozen=True)
class Asked:
    """What the list is asked for."""

    words: str = ""
    role: str = ""
    state: str = ""


def listed(asked: Asked, page: int, size: int) -> tuple[list[Person], int]:
    """One page of people by account name, and how many there are (counted to the limit)."""
    query = select(Person).where(*_conditions(asked))
    counted = query.with_only_columns(Person.id).order_by(None).limit(COUNT_LIMIT + 1).subquery()
    total = db.session.scalar(select(func.count()).select_from(counted)) or 0
    rows = db.session.scalars(query.order_by(Person.username).limit(size).offset((page - 1) * size))
    return list(rows), total


def _conditions(asked: Asked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.words:
        pattern = f"%{escaped(asked.words)}%"
        found.append(
            or_(
                Person.last_name.like(pattern, escape="/"),
                Person.username.like(pattern.lower(), escape="/"),
                Person.id.in_(
                    _holding(
                        Office.name.like(pattern, escape="/") | Office.short_name.like(pattern, escape="/")
                    )
                ),
            )
        )
    if asked.role:
        found.append(
            Person.id.in_(select(Post.person_id).where(Post.in_force(clock.today()), Post.role == asked.role))
        )
    if asked.state:
        found.append(_in_state(asked.state))
    return found


def _holding(office: ColumnElement[bool]) -> Any:
    return (
        select(Post.person_id)
        .join(Office, Office.id == Post.office_id)
        .where(Post.in_force(clock.today()), office)
    )


def _in_state(state: str) -> ColumnElement[bool]:
    waiting = or_(Person.password.is_(None), Person.password == "")
    if state == "active":
        return Person.active.is_(True)
    if state == "locked":
        keys = locked_now()
        return Person.id.in_(keys) if keys else false()
    return and_(Person.active.is_not(True), waiting if state == "invited" else ~waiting)


def state_of(person: Person, locked: bool) -> str:
    """``active``, ``locked``, ``invited`` (never accepted) or ``disabled``."""
    if person.active:
        return "locked" if locked else "active"
    return "disabled" if person.password else "invited"


def _locked_digests() -> set[str]:
    rows = db.session.scalars(select(SignInLock.account).where(SignInLock.locked_until > clock.wall()))
    return set(rows)


def locked_among(people: Sequence[Person]) -> set[int]:
    """Which of these cannot sign in just now, after too many failures."""
    digests = _locked_digests() if people else set()
    return {one.id for one in people if digests and log.digest(one.username) in digests}


def locked_now() -> list[int]:
    """Everybody in sight who cannot sign in just now."""
    digests = _locked_digests()
    if not digests:
        return []
    rows = db.session.execute(select(Person.id, Person.username).where(Person.active.is_(True)))
    return [key for key, username in rows if log.digest(username) in digests]


def by_username(username: str) -> Person | None:
    """The account of that name, for the platform's own tasks."""
    return db.session.scalars(select(Person).where(Person.username == username)).one_or_none()


# -- posts -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A post with where it stands; ``over``: past, ended; ``ahead``: not begun."""

    post: Post
    holder: str
    over: bool
    ahead: bool

    @property
    def last_day(self) -> date | None:
        """The last day it was, or will be, held."""
        return self.post.until

    @property
    def extensible(self) -> bool:
        """Whether it has an end that can be put off."""
        return self.post.until is not None and not self.over


def lines(people: Sequence[int], actor: Actor | None, *, current: bool = False) -> list[Line]:
    """The posts of some people that ``actor`` may see (None: all, for the platform), newest first; one statement.

    The names of units and offices come with them, also where the unit itself is out of sight.
    """
    query = (
        select(Post, func.coalesce(Office.short_name, Unit.name))
        .outerjoin(Office, Office.id == Post.office_id)
        .outerjoin(Unit, Unit.id == Post.unit_id)
        .where(Post.person_id.in_(people))
        .order_by(Post.since.desc(), Post.id.desc())
    )
    if actor is not None:
        query = query.where(access.scope(actor, "user", "see", Post))
    today = clock.today()
    if current:
        query = query.where(Post.in_force(today))
    with platform():
        rows = db.session.execute(query).all()
    return [
        Line(
            post,
            holder,
            over=post.ended_at is not None or (post.until is not None and post.until < today),
            ahead=post.since > today,
        )
        for post, holder in rows
    ]


# -- invitations -------------------------------------------------------------------------------------------


def invitations(person: Person) -> list[Invitation]:
    """A person's invitations, newest first."""
    return list(
        db.session.scalars(
            select(Invitation)
            .where(Invitation.person_id == person.id)
            .order_by(Invitation.id.desc())
            .limit(20)
        )
    )


def open_invitation(person_id: int) -> Invitation | None:
    """The one of a person (0: of nobody) that was neither used nor revoked, locked until the transaction ends."""
    return db.session.scalars(
        select(Invitation)
        .where(
            Invitation.person_id == person_id, Invitation.used_at.is_(None), Invitation.revoked_at.is_(None)
        )
        .with_for_update()
    ).one_or_none()


def outgrown(invitation: Invitation) -> bool:
    """Whether the account was given a post since, for which the code is not good: outside the keeping office, or as one
    of three administrators kept apart, whose credentials an upper office issues.
    """
    kept_at = invitation.review_path
    inside = and_(Post.review_path >= kept_at, Post.review_path < paths.upper_bound(kept_at))
    query = select(Post.review_path, Post.role, inside).where(
        Post.person_id == invitation.person_id,
        Post.created_at > invitation.issued_at,
        Post.ended_at.is_(None),
    )
    return any(
        not within or (role in people.rules.SEPARATED and duties.applies(people.THREE, path))
        for path, role, within in db.session.execute(query)
    )


def holder(invitation: Invitation) -> Person:
    """Whose invitation it is."""
    return get(invitation.person_id)


# -- where posts may be given ------------------------------------------------------------------------------


def keeper(place: Office | Unit) -> Office:
    """Who keeps the account: the office or desk itself, or the one that reviews the unit."""
    if isinstance(place, Office):
        return place
    return db.session.scalars(select(Office).where(Office.path == place.review_path)).one()


def manageable_offices(actor: Actor) -> ColumnElement[bool]:
    """Offices and desks in use where the actor may give posts."""
    known = access.policy()
    spans = {
        span
        for post in actor.posts
        for line in known.lines_for(post.role, "user", "manage")
        for span in reaches(known, post, line.relation)
    }
    clauses = [clause for how, where in spans if (clause := _office_at(how, where)) is not None]
    return and_(Office.active.is_(True), or_(*clauses)) if clauses else false()


def _office_at(how: str, where: str) -> ColumnElement[bool] | None:
    inside = and_(Office.path >= where, Office.path < paths.upper_bound(where))
    if how == "under":
        return inside
    if how == "at":
        return Office.path == where
    return and_(inside, Office.path != where) if how == "below" else None


def has_registry(actor: Actor) -> bool:
    """Whether the registry centre lies within reach."""
    query = select(Office.id).where(manageable_offices(actor), Office.kind == "registry").limit(1)
    return db.session.scalar(query) is not None
