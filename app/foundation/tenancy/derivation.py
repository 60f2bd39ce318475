"""How a unit is reviewed and filed for, read from its links as they will stand after the flush; nothing is stored."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from app.foundation.tenancy import routing
from app.foundation.tenancy.models import Office, Unit
from app.foundation.tenancy.routing import OfficeFact, Route, Tree, UnitFact
from app.kernel import paths

UNGUARDED = {"unguarded": True}


def office_fact(office: Office) -> OfficeFact:
    """An office as routing sees it."""
    return OfficeFact(
        id=office.id,
        path=office.path,
        level=office.level,
        kind=office.kind,
        desk_kind=office.desk_kind,
        name=office.name,
        active=office.active,
        settings=office.settings,
    )


def tree_of(offices: Iterable[Office]) -> dict[str, OfficeFact]:
    """Offices by path, as routing wants them."""
    return {office.path: office_fact(office) for office in offices}


def related(session: Session, row: Any, name: str) -> Any:
    """What a relationship of ``row`` will point to after the flush, read without the guard.

    A form sets the relationship, a service its foreign key: whichever was touched counts, and a relationship that
    was touched goes before a stale key.
    """
    state = inspect(row)
    relation = state.mapper.relationships[name]
    pending = state.attrs[name].history
    if pending.added or pending.deleted:
        return pending.added[0] if pending.added else None
    key = getattr(row, state.mapper.get_property_by_column(next(iter(relation.local_columns))).key)
    if key is None:
        return None
    target = relation.mapper.class_
    found = session.identity_map.get(inspect(target).identity_key_from_primary_key((key,)))
    if found is not None:
        return found
    with session.no_autoflush:
        return session.scalar(select(target).where(target.id == key), execution_options=UNGUARDED)


def route(session: Session, unit: Unit, *, tree: Tree | None = None) -> Route:
    """How a unit is reviewed and filed for, with the rules that say so.

    Raises:
        RoutingRefused: the unit's facts lead to no reviewing office (C-art.5, S5–S11).
    """
    fact, offices = _unit_fact(session, unit)
    return routing.derive(fact, tree if tree is not None else _tree_for(session, offices))


def _path(office: Office | None) -> str | None:
    return office.path if office is not None else None


def _unit_fact(session: Session, unit: Unit) -> tuple[UnitFact, tuple[Office, ...]]:
    home: Office | None = related(session, unit, "home")
    named: Office | None = related(session, unit, "named_desk")
    supervisor: Unit | None = related(session, unit, "supervisor")
    personnel: Office | None = (
        related(session, supervisor, "personnel_desk") if supervisor is not None else None
    )
    fact = UnitFact(
        home=_path(home) or "",
        management=unit.management or "local",
        rank=unit.rank,
        named_desk=_path(named),
        supervisor_desk=_path(personnel),
    )
    return fact, tuple(office for office in (home, named, personnel) if office is not None)


def _tree_for(session: Session, offices: tuple[Office, ...]) -> Tree:
    wanted = {path for office in offices for path in (*paths.ancestors(office.path), office.path)}
    with session.no_autoflush:
        return tree_of(session.scalars(select(Office).where(Office.path.in_(wanted))))
