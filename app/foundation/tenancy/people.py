"""Accounts, and the posts that give them their rights. Nobody grants beyond his own scope: every verb asks twice,
for the person and for the office, desk or unit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.exc import IntegrityError

from app.foundation import access, audit, clock
from app.foundation.access import Actor, Facts, duties, policy
from app.foundation.access.actors import UNGUARDED
from app.foundation.database import db, savepoint
from app.foundation.signing.hashing import hash_password
from app.foundation.signing.rules import rules_of
from app.foundation.tenancy import people_rules as rules
from app.foundation.tenancy import signals
from app.foundation.tenancy.models import Office, Person, Post, Unit
from app.foundation.tenancy.people_rules import Place, Seat
from app.kernel import paths
from app.kernel.errors import N_, Refusal

__all__ = ["add", "appoint", "hash_password", "seats_of"]

THREE = "three_administrators"


def add(
    username: str, display_name: str, password: str | None, *, actor: Actor, office: Office | None = None,
    email: str = "", demo: bool = False, hashed: str = "", must_change: bool = False,
) -> Person:  # fmt: skip
    """A new account without posts, kept by ``office`` (None: by the centre).

    Args:
        password: None leaves the account closed until its invitation is accepted.
        hashed: spares hashing one demo password a hundred times.
        must_change: somebody else chose the password; the first sign-in changes it.

    Raises:
        AccessDenied: the actor does not manage people of that office.
        Refusal: the name or the address is taken (also by somebody adding it at this moment), or the password is too
            short; whoever takes one from a person asks ``signing.passwords.check`` about the rest.
    """
    access.require(actor, "user", "manage", office if office is not None else Facts("0."))
    shortest = rules_of(current_app).password.length
    if password is not None and len(password) < shortest:
        raise Refusal("password-short", N_("密码至少 %(n)s 位，请加长。"), field="password", n=shortest)
    _ensure_free(username, email)
    person = Person(
        username=username,
        last_name=display_name,
        first_name="",
        email=email or f"{username}@bianban.invalid",
        password=hashed or (hash_password(password) if password is not None else None),
        active=password is not None,
        demo=demo,
        must_change=must_change,
        password_changed_at=clock.wall(),
        office_id=office.id if office is not None else None,
    )
    try:
        with savepoint():
            db.session.add(person)
            db.session.flush()
    except IntegrityError:
        _ensure_free(username, email)
        raise
    audit.record(actor, "person.added", person, after={"username": username})
    return person


def _ensure_free(username: str, email: str) -> None:
    taken = select(Person.id).where(func.lower(Person.username) == username.lower()).limit(1)
    if db.session.scalar(taken, execution_options=UNGUARDED):
        raise Refusal("username-taken", N_("用户名“%(name)s”已被使用。"), field="username", name=username)
    if email and db.session.scalar(
        select(Person.id).where(func.lower(Person.email) == email.lower()).limit(1),
        execution_options=UNGUARDED,
    ):
        raise Refusal("email-taken", N_("该邮箱不能使用，请换一个邮箱，或者打印启用通知单。"), field="email")


def appoint(
    person: Person, role: str, *, actor: Actor, office: Office | None = None, unit: Unit | None = None,
    since: date | None = None, until: date | None = None, document: str = "",
) -> Post:  # fmt: skip
    """Give a person a post at an office or desk, or at a unit (filer), from a day until a day.

    Raises:
        AccessDenied: the person or the holder lies outside the actor's scope, or the person is the actor.
        Refusal: the role does not belong there, is held already, clashes with another post, or a date or the document
            is wrong.
    """
    if (office is None) == (unit is None):
        raise Refusal("holder", N_("请选择该岗位所在的机构或者单位，只选一项。"), field="office")
    holder = office if office is not None else unit
    access.require(actor, "user", "manage", holder)
    access.require(actor, "user", "manage", person)
    rules.ensure_not_oneself(actor.person_id, person.id)
    day = since or clock.today()
    new = Seat(
        role,
        access.facts_of(holder).review_path,
        office.id if office is not None else None,
        unit.id if unit is not None else None,
        day,
        until,
    )
    lock(person)
    rules.ensure_fits(policy(), role, _place(holder))
    ensure_by_upper([new], actor)
    rules.ensure_period(day, until, clock.today())
    rules.ensure_document(document, required=not actor.is_system)
    held = seats_of(person.id)
    rules.ensure_not_twice(new, held)
    rules.ensure_combinable(policy(), duties.duties(), new, held, duties.applies)
    post = Post(
        person_id=person.id, role=role, office_id=new.office_id, unit_id=new.unit_id, since=day, until=until,
        document=document, given_by="" if actor.is_system else actor.name,
    )  # fmt: skip
    db.session.add(post)
    audit.record(
        actor, "post.given", post,
        after={"person": person.username, "role": role, "holder": _named(holder), "since": day, "until": until},
        reason=document,
    )  # fmt: skip
    signals.post_given.send(post, person=person, actor=actor)
    return post


def apart(seats: Iterable[Seat]) -> bool:
    """Whether one of these is among the three administrators that its office keeps apart."""
    return any(seat.role in rules.SEPARATED and duties.applies(THREE, seat.path) for seat in seats)


def barred(seats: Iterable[Seat], actor: Actor) -> Seat | None:
    """The first post among the three kept apart that is an upper office's to settle, not this actor's.

    The platform's own tasks (the command line) settle all.
    """

    def above(seat: Seat) -> bool:
        managing = (post for post in actor.posts if policy().lines_for(post.role, "user", "manage"))
        return actor.is_system or any(paths.below(post.path, seat.path) for post in managing)

    return rules.separated_from(seats, lambda seat: duties.applies(THREE, seat.path), above)


def ensure_by_upper(seats: Iterable[Seat], actor: Actor) -> None:
    """See ``rules.ensure_by_upper``.

    Raises:
        AccessDenied: one of the three kept apart is at stake, and the actor administers no office above.
    """
    rules.ensure_by_upper(barred(seats, actor))


def _place(holder: Office | Unit | None) -> Place:
    if isinstance(holder, Office):
        return Place(holder.kind, holder.short_name, holder.desk_kind, holder.active)
    assert holder is not None  # noqa: S101 - one of the two is given
    return Place("unit", holder.name, None, holder.active)


def _named(holder: Office | Unit | None) -> str:
    if isinstance(holder, Office):
        return holder.path
    return holder.account if holder is not None else ""


def lock(person: Person) -> None:
    """Let two who act on one person's posts queue (PostgreSQL; SQLite has one writer anyway)."""
    db.session.execute(
        select(Person.id).where(Person.id == person.id).with_for_update(), execution_options=UNGUARDED
    )


def seats_of(person_id: int) -> list[Seat]:
    """Every post of a person that is held or still to come, wherever it stands: the rules must know them all."""
    query = _seats().where(Post.person_id == person_id, _not_over())
    return [seat(post, path) for post, path in db.session.execute(query, execution_options=UNGUARDED)]


def separated_ever(person_id: int) -> list[Seat]:
    """The posts among the three kept apart that a person holds, held or is to hold: who watched an office once may be
    appointed again, and must not find his way in renewed meanwhile by the one he watches."""
    query = _seats().where(Post.person_id == person_id, Post.role.in_(rules.SEPARATED))
    return [seat(post, path) for post, path in db.session.execute(query, execution_options=UNGUARDED)]


def _seats() -> Any:
    return (
        select(Post, func.coalesce(Office.path, Unit.review_path))
        .outerjoin(Office, Office.id == Post.office_id)
        .outerjoin(Unit, Unit.id == Post.unit_id)
        .order_by(Post.id)
    )


def admins_of(office_id: int, day: date) -> list[Seat]:
    """The posts as administrator of an office that count on a day: of active accounts, and not set aside by a clash."""
    admins = (
        select(Post.person_id)
        .join(Person, Person.id == Post.person_id)
        .where(Post.office_id == office_id, Post.role == rules.ADMIN, Person.active.is_(True))
    )
    query = _seats().where(
        Post.person_id.in_(admins), _not_over(), or_(Office.id.is_(None), Office.active.is_(True))
    )
    held: dict[int, list[Seat]] = {}
    for post, path in db.session.execute(query, execution_options=UNGUARDED):
        if post.since <= day and (post.until is None or day <= post.until):
            held.setdefault(post.person_id, []).append(seat(post, path))
    return [
        one
        for seats in held.values()
        for one in duties.set_aside(seats)[0]
        if one.role == rules.ADMIN and one.office_id == office_id
    ]


def seat(post: Post, path: str) -> Seat:
    """A row as the rules see it."""
    return Seat(post.role, path, post.office_id, post.unit_id, post.since, post.until, post.id)


def _not_over() -> ColumnElement[bool]:
    return and_(Post.ended_at.is_(None), or_(Post.until.is_(None), Post.until >= clock.today()))
