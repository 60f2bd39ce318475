"""Whom a notice is for: the people whose inbox it goes to, the addresses it is sent to, and where that stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from app.foundation import access, clock
from app.foundation.database import db
from app.foundation.tenancy.models import Office, Person, Post, Unit

TASK = "notices"
NO_ADDRESS = ".invalid"


@dataclass(frozen=True)
class Contact:
    """Whom a mail or text goes to; ``person_id`` where it is an account's own address."""

    recipient: str
    email: str = ""
    mobile: str = ""
    person_id: int | None = None


@dataclass(frozen=True)
class Party:
    """``people`` get it in their inbox, ``contacts`` by mail and text; the ids say where deliveries stand.

    ``office_id`` is the office whose words and quiet hours count.
    """

    people: tuple[int, ...] = ()
    contacts: tuple[Contact, ...] = ()
    unit_id: int | None = None
    site_id: int | None = None
    office_id: int | None = None
    own: bool = field(default=False)


def platform() -> Any:
    """As the platform: whom to tell is looked up whoever acts."""
    return access.acting_as(access.system(TASK, over=access.EVERYWHERE))


def _people(*where: Any, roles: Sequence[str] = ()) -> list[Person]:
    query = (
        select(Person)
        .join(Post, Post.person_id == Person.id)
        .where(Post.in_force(clock.today()), Person.active.is_(True), *where)
        .order_by(Person.id)
        .distinct()
    )
    return list(db.session.scalars(query.where(Post.role.in_(roles)) if roles else query))


def office_at(path: str) -> Office | None:
    """The office at a path."""
    with platform():
        return db.session.scalar(select(Office).where(Office.path == path))


def of_unit(
    unit_id: int, *, site_id: int | None = None, filing_path: str | None = None, review_path: str,
    email: str = "", mobile: str = "", recipient: str = "", handler: str = "",
) -> Party:  # fmt: skip
    """Those who file for a unit (its officers, or the desk that undertakes it), and the addresses it gave.

    Args:
        email: the unit's address, ``mobile`` its handler's (C-art.13); empty where none was given.
    """
    with platform():
        filers = _people(Post.unit_id == unit_id)
        if filing_path is not None:
            filers += _people(
                Post.office_id.in_(select(Office.id).where(Office.path == filing_path)),
                roles=("coordinator",),
            )
        name = recipient or db.session.scalar(select(Unit.name).where(Unit.id == unit_id)) or ""
        reviewer = db.session.scalar(select(Office.id).where(Office.path == review_path))
    contacts = [Contact(name, email=email)] if email else []
    contacts += [Contact(handler or name, mobile=mobile)] if mobile else []
    return Party(
        tuple(dict.fromkeys(person.id for person in filers)), tuple(contacts), unit_id, site_id, reviewer
    )


def of_office(path: str, *, roles: Iterable[str]) -> Party:
    """Those who hold one of the roles at an office."""
    with platform():
        office = db.session.scalar(select(Office).where(Office.path == path))
        if office is None:
            return Party()
        people = _people(Post.office_id == office.id, roles=tuple(roles))
        return Party(
            tuple(person.id for person in people),
            tuple(contact for person in people for contact in _contact(person)),
            office_id=office.id,
        )


def of_person(person: Person) -> Party:
    """One person, by his own account."""
    return Party((person.id,), tuple(_contact(person)), office_id=person.office_id, own=True)


def _contact(person: Person) -> Iterable[Contact]:
    if person.email and not person.email.endswith(NO_ADDRESS):
        yield Contact(person.display_name, email=person.email, person_id=person.id)
