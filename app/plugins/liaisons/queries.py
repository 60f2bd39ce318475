"""Scoped reads: a unit's responsible person and the earlier ones, and which units have none (S30)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import joinedload

from app.foundation import access
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy.models import Office, Unit
from app.foundation.tenancy.settings import setting
from app.kernel.errors import N_, NotSeen
from app.plugins.liaisons.models import Liaison

NATURES = ("organ", "institution")
COUNTED = 10_000
LARGEST_ID = 2**31 - 1
_CURRENT = and_(Liaison.unit_id == Unit.id, Liaison.until.is_(None))


@dataclass(frozen=True)
class Line:
    """One unit with its present responsible person, or None."""

    unit: Unit
    row: Liaison | None


def unit_of(pk: int) -> Unit:
    """A unit by id.

    Raises:
        NotSeen: no such unit, or not for this actor.
    """
    query = select(Unit).where(Unit.id == pk, access.scope(access.current_actor(), "liaison", "see", Unit))
    row = db.session.scalar(query) if pk <= LARGEST_ID else None
    if row is None:
        raise NotSeen("unit-not-seen", N_("没有找到该单位，或者它不在您的管辖范围内。"))
    return row


def current(unit: Unit) -> Liaison | None:
    """Who answers for a unit's websites today."""
    return db.session.scalar(select(Liaison).where(Liaison.unit_id == unit.id, Liaison.until.is_(None)))


def earlier(unit: Unit) -> list[Liaison]:
    """Those who did before, the last first."""
    query = select(Liaison).where(Liaison.unit_id == unit.id, Liaison.until.is_not(None))
    return list(db.session.scalars(query.order_by(Liaison.until.desc(), Liaison.id.desc()).limit(100)))


def area_code(unit: Unit) -> str:
    """The area code of the office that reviews a unit; empty where it has none."""
    office = db.session.scalar(select(Office).where(Office.path == unit.review_path))
    return str(setting(office, "area_code") or "") if office is not None else ""


# -- lists ---------------------------------------------------------------------------------------------------


def oversees(actor: Actor) -> bool:
    """Whether the actor reads the list of an office, rather than of the units whose papers he works."""
    return any(post.unit_id is None and post.level != "desk" for post in actor.posts)


def _listed(actor: Actor, *, level: bool, named: bool | None) -> Select[Unit, Liaison]:
    where: list[ColumnElement[bool]] = [
        access.scope(actor, "liaison", "see", Unit),
        Unit.active.is_(True),
        Unit.nature.in_(NATURES),
    ]
    if level:
        where.append(_own_level(actor))
    if named is not None:
        where.append(Liaison.id.is_not(None) if named else Liaison.id.is_(None))
    return select(Unit, Liaison).outerjoin(Liaison, _CURRENT).where(*where)


def _own_level(actor: Actor) -> ColumnElement[bool]:
    """The units that the actor's own offices review."""
    own = [post.path for post in actor.posts if post.unit_id is None and post.level != "desk"]
    return or_(false(), *(Unit.review_path == path for path in own))


def count(actor: Actor, *, level: bool, named: bool | None = None) -> int:
    """How many units, counted no further than ``COUNTED`` + 1."""
    inner = _listed(actor, level=level, named=named).with_only_columns(Unit.id).limit(COUNTED + 1)
    return db.session.scalar(select(func.count()).select_from(inner.subquery())) or 0


def standing(actor: Actor) -> tuple[int, int]:
    """How many units of the actor's own offices have named somebody, and how many nobody; one statement."""
    query = _listed(actor, level=True, named=None)
    listed = query.with_only_columns(Unit.id, Liaison.id.label("named")).limit(COUNTED + 1).subquery()
    whole, named = db.session.execute(
        select(func.count(), func.count(listed.c.named)).select_from(listed)
    ).one()
    return named, whole - named


def page(actor: Actor, number: int, size: int, *, level: bool, named: bool | None = None) -> list[Line]:
    """One page of units by account."""
    query = _listed(actor, level=level, named=named).order_by(Unit.review_path, Unit.account)
    rows = db.session.execute(query.limit(size).offset((number - 1) * size))
    return [Line(unit, row) for unit, row in rows]


def unnamed(actor: Actor, limit: int) -> list[Unit]:
    """The units whose papers the actor works and that have named nobody, for the desk."""
    query = (
        select(Unit)
        .outerjoin(Liaison, _CURRENT)
        .where(
            access.scope(actor, "liaison", "edit", Unit),
            Unit.active.is_(True),
            Unit.nature.in_(NATURES),
            Liaison.id.is_(None),
        )
        .order_by(Unit.account)
        .limit(limit)
    )
    return list(db.session.scalars(query))


def get(pk: int) -> Liaison:
    """One responsible person, present or earlier.

    Raises:
        NotSeen: no such row, or not for this actor.
    """
    query = select(Liaison).where(Liaison.id == pk).options(joinedload(Liaison.unit))
    row = db.session.scalar(query) if pk <= LARGEST_ID else None
    if row is None:
        raise NotSeen("liaison-not-seen", N_("没有找到这条责任人记录，或者它不在您的管辖范围内。"))
    return row
