"""A row's facts follow from what it belongs to: derived at every flush, whatever anybody put there is overwritten."""

from __future__ import annotations

from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.foundation.jurisdiction import FACTS, FactColumns, HolderScoped, OfficeScoped, UnitScoped
from app.foundation.tenancy import derivation
from app.foundation.tenancy.derivation import related
from app.foundation.tenancy.models import Grant, Office, Unit
from app.kernel import paths

_UNIT_FOLLOWS = frozenset(
    ("home", "home_id", "named_desk", "named_desk_id", "supervisor", "supervisor_id", "management", "rank")
)
_FOLLOWS = frozenset({*FACTS, "unit_id", "office_id", "filing_desk_id", "filing_desk", "unit", "office"})


class ForeignWrite(SQLAlchemyError):
    """A row outside the actor's reach was about to be written. (FAB rolls back only SQLAlchemyError.)"""


def settle(session: Session, row: FactColumns, seen: set[int]) -> None:
    """Derive the row's facts, those of a new parent before its child's.

    Raises:
        ForeignWrite: the row belongs to nothing.
        RoutingRefused: a unit's own facts lead to no reviewing office.
    """
    if id(row) in seen:
        return
    seen.add(id(row))
    if isinstance(row, UnitScoped):
        _settle_unit_row(session, row, seen)
    elif isinstance(row, OfficeScoped):
        _at(session, row, _ensure(row, related(session, row, "office")))
    elif isinstance(row, HolderScoped):
        _settle_held(session, row, seen)
    elif isinstance(row, Unit):
        for name, value in derivation.route(session, row).facts.items():
            setattr(row, name, value)
    elif isinstance(row, Grant):
        opened = session.scalar(select(Office).where(Office.path == row.where_path))
        _at(session, row, _ensure(row, opened))
        row.filing_path = row.holder_path
    else:
        raise ForeignWrite(f"{type(row).__name__}: nothing says what its facts follow from")


def _ensure(row: Any, source: Any) -> Any:
    if source is None:
        raise ForeignWrite(f"{type(row).__name__}: belongs to nothing")
    return source


def _settle_unit_row(session: Session, row: UnitScoped, seen: set[int]) -> None:
    name = row.facts_source()
    source = _ensure(row, related(session, row, name))
    _settle_new(session, source, seen)
    if isinstance(source, UnitScoped):
        row.unit_id = source.unit_id
    _copy(source, row)
    if "filing_desk" in inspect(type(row)).relationships:  # a site's own desk overrides its unit's (S8)
        desk = related(session, row, "filing_desk")
        row.filing_path = desk.path if desk is not None else row.filing_path


def _settle_held(session: Session, row: HolderScoped, seen: set[int]) -> None:
    name = row.holder()
    if name is None:
        row.review_path = paths.ROOT
        row.filing_path = row.province_id = row.city_id = row.county_id = None
        return
    source = _ensure(row, related(session, row, name))
    if isinstance(source, Office):
        _at(session, row, source)
        return
    _settle_new(session, source, seen)
    _copy(source, row)


def _settle_new(session: Session, source: Any, seen: set[int]) -> None:
    if source in session.new and isinstance(source, FactColumns):
        settle(session, source, seen)


def _copy(source: Any, row: FactColumns) -> None:
    for fact in FACTS:
        setattr(row, fact, getattr(source, fact))


def _at(session: Session, row: FactColumns, office: Office) -> None:
    row.review_path, row.filing_path = office.path, None
    row.province_id, row.city_id, row.county_id = office_levels(session, office)


def office_levels(session: Session, office: Office) -> tuple[int | None, int | None, int | None]:
    """Ids of the province, city and county (or zone) an office is or lies under."""
    found: dict[str, int] = {}
    node: Office | None = office
    while node is not None:
        found.setdefault("county" if node.level == "zone" else node.level, node.id)
        node = session.get(Office, node.parent_id) if node.parent_id else None
    return found.get("province"), found.get("city"), found.get("county")


def watched(model: type[FactColumns]) -> set[str]:
    """The attributes a model's facts rest on, and the facts."""
    return {*_FOLLOWS, *model.__follows__, *(_UNIT_FOLLOWS if issubclass(model, Unit) else ())}


def moved(row: FactColumns) -> bool:
    """Whether the row is new, or anything its facts follow from (or the facts themselves) was touched."""
    state = inspect(row)
    if not state.persistent:
        return True
    names = watched(type(row))
    if isinstance(row, UnitScoped):
        relation = inspect(type(row)).relationships[row.facts_source()]
        names.add(relation.key)
        names |= {inspect(type(row)).get_property_by_column(c).key for c in relation.local_columns}
    return any(state.attrs[name].history.has_changes() for name in names & set(state.attrs.keys()))
