"""A leaver's open work goes to another. Plugins say what they hold by person: ``offer`` a ``Share`` of each kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.foundation.access.actors import UNGUARDED, load
from app.foundation.database import db
from app.foundation.tenancy.models import Office, Person, Post
from app.foundation.tenancy.people_posts import disable, end, ensure_disposable
from app.kernel.errors import N_, Refusal

TASK = "handover"


@dataclass(frozen=True)
class Share:
    """One kind of open work that stands in a person's name.

    Args:
        count: how many things a person (by id) has in hand.
        able: whether the successor may do every one of them.
        move: put them into the successor's name; answers how many.
        hint: how it goes on, shown beside the count.
    """

    name: str
    label: Any
    count: Callable[[Person], int]
    able: Callable[[Person, Actor], bool]
    move: Callable[[Person, Person, Actor], int]
    hint: Any = ""


@dataclass(frozen=True)
class Counted:
    """A kind of work with how much of it the leaver holds."""

    share: Share
    number: int


_shares: dict[str, Share] = {}


def offer(share: Share) -> None:
    """Contribute a kind of work (idempotent by name)."""
    _shares[share.name] = share


def counted(person: Person) -> list[Counted]:
    """What the person holds, by kind; kinds without anything are left out."""
    with _platform():
        found = [Counted(share, share.count(person)) for share in _shares.values()]
    return [one for one in found if one.number]


def candidates(person: Person, *, actor: Actor) -> list[Person]:
    """Active people the actor manages who hold a post where the leaver held one, and may do all of his work."""
    seats = db.session.execute(
        select(Post.office_id, Post.unit_id).where(Post.person_id == person.id), execution_options=UNGUARDED
    ).all()
    offices = {office for office, _unit in seats if office is not None}
    units = {unit for _office, unit in seats if unit is not None}
    beside = (
        select(Post.person_id)
        .where(Post.in_force(clock.today()), or_(Post.office_id.in_(offices), Post.unit_id.in_(units)))
        .distinct()
    )
    people = db.session.scalars(
        select(Person)
        .where(Person.id.in_(beside), Person.id != person.id, Person.active.is_(True))
        .where(access.scope(actor, "user", "manage", Person))
        .order_by(Person.id)
        .limit(50),
        execution_options=UNGUARDED,
    ).all()
    work = counted(person)
    return [one for one in people if able(person, one, work)]


def able(person: Person, successor: Person, work: Iterable[Counted]) -> bool:
    """Whether the successor's posts let him do everything the leaver has in hand."""
    actor = load(successor)
    with _platform():
        return all(one.share.able(person, actor) for one in work)


def hand_over(
    person: Person, successor: Person | None, *, actor: Actor, because: str, leave: bool = False
) -> dict[str, int]:
    """Put all open work of a leaver into the successor's name; with ``leave`` also end his posts and close the account.

    Returns:
        How many things of each kind moved.

    Raises:
        AccessDenied: the account as a whole is not the actor's, it is his own, or an upper office's to settle.
        Refusal: no reason, no successor for open work, or one who may not do it; the last administrator leaves.
    """
    seats = ensure_disposable(person, actor=actor)
    work = counted(person)
    if work and (
        successor is None or successor.id not in {one.id for one in candidates(person, actor=actor)}
    ):
        raise Refusal(
            "successor",
            N_("请选择接手人：须是您管辖范围内、岗位能够办理这些事项的在岗人员。没有人选的，请先设置岗位。"),
            field="successor",
        )
    moved: dict[str, int] = {}
    with _platform():
        for one in work:
            moved[one.share.name] = one.share.move(person, successor, actor) if successor is not None else 0
    audit.record(
        actor, "person.handed_over", person,
        after={"to": successor.username if successor is not None else "", **moved}, reason=because,
    )  # fmt: skip
    if leave:
        _leave(person, [seat.post_id for seat in seats if seat.post_id is not None], actor, because)
    return moved


def _leave(person: Person, keys: list[int], actor: Actor, because: str) -> None:
    for post in db.session.scalars(select(Post).where(Post.id.in_(keys)).order_by(Post.id)):
        end(post, actor=actor, because=because)
    if person.active:
        disable(person, actor=actor, because=because)


def _platform() -> Any:
    """What is counted and moved lies outside an administrator's own sight; whom it concerns was settled before."""
    return access.acting_as(access.system(TASK, over=access.EVERYWHERE))


def keeper(path: str) -> Office:
    """The office at a path: it keeps the accounts of the people there, and of the units it reviews."""
    return db.session.scalars(select(Office).where(Office.path == path)).one()
