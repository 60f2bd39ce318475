"""People and the posts they hold."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from werkzeug.security import generate_password_hash

from app.foundation import audit, clock
from app.foundation.access import Actor, policy
from app.foundation.access.actors import UNGUARDED
from app.foundation.database import db
from app.foundation.tenancy.models import Office, Person, Post, Unit
from app.kernel.errors import N_, Refusal

MIN_PASSWORD = 10


def hash_password(password: str) -> str:
    """How a password is kept (scrypt)."""
    return generate_password_hash(password)


def add(
    username: str, display_name: str, password: str, *, actor: Actor, office: Office | None = None,
    email: str = "", demo: bool = False, hashed: str = "",
) -> Person:  # fmt: skip
    """A new account without posts, kept by ``office``. ``hashed`` spares hashing one demo password a hundred times.

    Raises:
        Refusal: the name is taken, or the password is too short.
    """
    if len(password) < MIN_PASSWORD:
        raise Refusal("password-short", N_("密码至少 %(n)s 位。"), field="password", n=MIN_PASSWORD)
    if db.session.scalar(select(Person.id).where(Person.username == username), execution_options=UNGUARDED):
        raise Refusal("username-taken", N_("用户名“%(name)s”已被使用。"), field="username", name=username)
    person = Person(
        username=username,
        last_name=display_name,
        first_name="",
        email=email or f"{username}@bianban.invalid",
        password=hashed or hash_password(password),
        active=True,
        demo=demo,
        office_id=office.id if office is not None else None,
    )
    db.session.add(person)
    audit.record(actor, "person.added", person, after={"username": username})
    return person


def appoint(
    person: Person, role: str, *, actor: Actor, office: Office | None = None, unit: Unit | None = None,
    since: date | None = None, document: str = "",
) -> Post:  # fmt: skip
    """Give a person a post at an office or desk, or at a unit (filer).

    Raises:
        Refusal: the role is unknown, or does not belong at such a holder.
    """
    place = policy().places.get(role)
    if place in (None, "nobody"):
        raise Refusal("role-unknown", N_("没有“%(role)s”这一岗位。"), field="role", role=role)
    wanted = "unit" if unit is not None else office.kind if office is not None else "nobody"
    if wanted != place:
        raise Refusal(
            "role-misplaced",
            N_("“%(role)s”岗位不能设在这类机构。"),
            field="role",
            role=policy().label("role", role),
        )
    post = Post(
        person_id=person.id, role=role, office_id=office.id if office else None,
        unit_id=unit.id if unit else None, since=since or clock.today(), document=document,
    )  # fmt: skip
    db.session.add(post)
    holder = office.path if office else unit.account if unit else ""
    audit.record(actor, "post.given", post, after={"person": person.username, "role": role, "holder": holder})
    return post
