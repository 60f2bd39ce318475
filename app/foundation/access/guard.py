"""The second lock: every SELECT is narrowed to what the actor may see, every flush to what he may write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import g, has_request_context
from sqlalchemy import event, inspect, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.orm.base import NO_VALUE

from app.foundation.access.actors import UNGUARDED, Actor, current_actor
from app.foundation.access.facts import Facts, facts_of
from app.foundation.access.service import obj_of, see, writable
from app.foundation.jurisdiction import FACTS, FactColumns, HolderScoped, OfficeScoped, UnitScoped
from app.foundation.tenancy.models import Grant, Office, Unit
from app.kernel import paths


class ForeignWrite(SQLAlchemyError):
    """A row outside the actor's reach was about to be written. (FAB rolls back only SQLAlchemyError.)"""


def scoped_models() -> Iterator[type[FactColumns]]:
    """Every mapped class that carries jurisdiction."""
    for mapper in Office.registry.mappers:
        if issubclass(mapper.class_, FactColumns):
            yield mapper.class_


def _criteria(actor: Actor) -> tuple[Any, ...]:
    kept: tuple[Actor, tuple[Any, ...]] | None = g.get("row_guard") if has_request_context() else None
    if kept is not None and kept[0] == actor:
        return kept[1]
    options = tuple(
        with_loader_criteria(model, see(actor, model), include_aliases=True) for model in scoped_models()
    )
    if has_request_context():
        g.row_guard = (actor, options)
    return options


def _narrow(state: ORMExecuteState) -> None:
    if state.is_column_load or state.execution_options.get("unguarded"):
        return
    if not (state.is_select or state.is_update or state.is_delete):
        return
    mapped = {mapper.class_ for mapper in state.all_mappers}
    if mapped and not any(issubclass(cls, FactColumns) for cls in mapped) and mapped <= _leads_nowhere():
        return
    actor = current_actor()
    if not actor.unbounded:
        state.statement = state.statement.options(*_criteria(actor))


def _leads_nowhere() -> frozenset[type]:
    """Classes none of whose relationships reaches a scoped row."""
    kept: frozenset[type] | None = getattr(_leads_nowhere, "kept", None)
    if kept is None:
        kept = frozenset(
            mapper.class_
            for mapper in Office.registry.mappers
            if not any(issubclass(r.mapper.class_, FactColumns) for r in mapper.relationships)
        )
        _leads_nowhere.kept = kept  # type: ignore[attr-defined]
    return kept


def _related(session: Session, row: Any, name: str) -> Any:
    """The row that facts are copied from, read without the guard: authority is checked afterwards.

    A form sets the relationship, a service its foreign key: whichever was touched in this flush counts, and a
    relationship that was touched goes before a stale key.
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
    return session.scalar(select(target).where(target.id == key), execution_options=UNGUARDED)


def _settle(session: Session, row: FactColumns) -> None:
    """Derive the row's facts from what it belongs to; whatever anybody put there is overwritten."""
    if isinstance(row, UnitScoped):
        source = _related(session, row, row.facts_source())
        if source is None:
            raise ForeignWrite(f"{type(row).__name__}: belongs to nothing")
        if (
            isinstance(source, FactColumns)
            and row.facts_source() != "unit"
            and hasattr(source, "review_path")
        ):
            row.unit_id = source.unit_id  # type: ignore[attr-defined]
        for fact in FACTS:
            setattr(row, fact, getattr(source, fact))
        if "filing_desk" in inspect(type(row)).relationships:  # a site's own desk overrides its unit's (S8)
            desk = _related(session, row, "filing_desk")
            row.filing_path = desk.path if desk is not None else row.filing_path
    elif isinstance(row, OfficeScoped):
        office = _related(session, row, "office")
        if office is None:
            raise ForeignWrite(f"{type(row).__name__}: belongs to no office")
        _at(session, row, office)
    elif isinstance(row, HolderScoped):
        _hold(session, row)
    elif isinstance(row, Grant):
        opened = session.scalar(select(Office).where(Office.path == row.where_path))
        if opened is None:
            raise ForeignWrite(f"{type(row).__name__}: opens {row.where_path}, where no office stands")
        _at(session, row, opened)
        row.filing_path = row.holder_path


def _at(session: Session, row: FactColumns, office: Office) -> None:
    chain = office_levels(session, office)
    row.review_path, row.filing_path = office.path, None
    row.province_id, row.city_id, row.county_id = chain


def _hold(session: Session, row: HolderScoped) -> None:
    name = row.holder()
    source = _related(session, row, name) if name else None
    if name is not None and source is None:
        raise ForeignWrite(f"{type(row).__name__}: belongs to nothing")
    if isinstance(source, FactColumns):
        for fact in FACTS:
            setattr(row, fact, getattr(source, fact))
    elif isinstance(source, Office):
        _at(session, row, source)
    else:
        row.review_path = paths.ROOT
        row.filing_path = row.province_id = row.city_id = row.county_id = None


def office_levels(session: Session, office: Office) -> tuple[int | None, int | None, int | None]:
    """Ids of the province, city and county (or zone) an office is or lies under."""
    found: dict[str, int] = {}
    node: Office | None = office
    while node is not None:
        found.setdefault("county" if node.level == "zone" else node.level, node.id)
        node = session.get(Office, node.parent_id) if node.parent_id else None
    return found.get("province"), found.get("city"), found.get("county")


def _former(row: FactColumns) -> Facts | None:
    """The facts the row had when it was read; None for a new row."""
    state = inspect(row)
    if not state.persistent and not state.deleted:
        return None
    unit = row.__scope_unit__

    def before(name: str) -> Any:
        history = state.attrs[name].history
        if history.deleted and history.deleted[0] is not NO_VALUE:
            return history.deleted[0]
        return getattr(row, name)

    return Facts(before("review_path"), before("filing_path"), before(unit) if unit else None)


def _check(actor: Actor, row: FactColumns, facts: Facts) -> None:
    if not writable(actor, obj_of(row), facts):
        raise ForeignWrite(
            f"{type(row).__name__} at {facts.review_path}: outside the reach of {actor.username or 'nobody'}"
        )


def _before_flush(session: Session, _context: Any, _instances: Any) -> None:
    changed = [row for row in (*session.new, *session.dirty) if isinstance(row, FactColumns)]
    gone = [row for row in session.deleted if isinstance(row, FactColumns)]
    if not changed and not gone:
        return
    actor = current_actor()
    with session.no_autoflush:
        for row in (*changed, *gone):
            if row in session.dirty and not session.is_modified(row):
                continue
            former = _former(row)
            if row not in session.deleted and not isinstance(row, Unit) and _moved(row):
                _settle_tree(session, row, set())
            if actor.unbounded:
                continue
            if former is not None:
                _check(actor, row, former)
            if row not in session.deleted:
                _check(actor, row, facts_of(row))


def _moved(row: FactColumns) -> bool:
    """Whether the row is new, or anything its facts follow from (or the facts themselves) was touched."""
    state = inspect(row)
    if not state.persistent:
        return True
    watched = {
        *FACTS,
        "unit_id",
        "office_id",
        "filing_desk_id",
        "filing_desk",
        "unit",
        "office",
        *row.__follows__,
    }
    if isinstance(row, UnitScoped):
        relation = inspect(type(row)).relationships[row.facts_source()]
        watched |= {
            relation.key,
            *(inspect(type(row)).get_property_by_column(c).key for c in relation.local_columns),
        }
    return any(
        name in watched and state.attrs[name].history.has_changes() for name in (a.key for a in state.attrs)
    )


def _settle_tree(session: Session, row: FactColumns, seen: set[int]) -> None:
    """Settle a new parent before its child."""
    if id(row) in seen:
        return
    seen.add(id(row))
    if isinstance(row, UnitScoped) and row.facts_source() != "unit":
        parent = _related(session, row, row.facts_source())
        if parent is not None and parent in session.new and isinstance(parent, FactColumns):
            _settle_tree(session, parent, seen)
    _settle(session, row)


def install() -> None:
    """Hook both guards into every session of the process (idempotent)."""
    if not event.contains(Session, "do_orm_execute", _narrow):
        event.listen(Session, "do_orm_execute", _narrow)
        event.listen(Session, "before_flush", _before_flush)
