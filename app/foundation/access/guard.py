"""The second lock: every SELECT is narrowed to what the actor may see, every flush and bulk write to what he may write."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from flask import current_app
from sqlalchemy import BindParameter, event, false, inspect
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.orm.base import NO_VALUE
from sqlalchemy.orm.util import LoaderCriteriaOption
from sqlalchemy.sql import visitors
from sqlalchemy.sql.expression import ColumnClause, TableClause

from app.foundation.access import links
from app.foundation.access.actors import Actor, current_actor
from app.foundation.access.facts import Facts, facts_of
from app.foundation.access.service import obj_of, see, writable, writes
from app.foundation.access.settling import ForeignWrite, moved, settle, watched
from app.foundation.jurisdiction import FactColumns, PlatformKept, Sealed
from app.foundation.tenancy.models import Office

_CACHE = "bianban.row_guard"
_GUARDED_FOR = "guarded_for"


class PastTheGuard(SQLAlchemyError):
    """A statement names a table that is guarded without its class, so that nothing could be held back."""


def scoped_models() -> Iterator[type[FactColumns]]:
    """Every mapped class that carries jurisdiction."""
    for mapper in Office.registry.mappers:
        if issubclass(mapper.class_, FactColumns):
            yield mapper.class_


class _Narrowing(LoaderCriteriaOption):
    """Criteria that follow an alias into the ON clause of an outer join, where SQLAlchemy's own stay with the table."""

    _cache_key_traversal = LoaderCriteriaOption._traverse_internals

    def _resolve_where_criteria(self, ext_info: Any) -> Any:
        criteria = super()._resolve_where_criteria(ext_info)
        return ext_info._adapter.traverse(criteria) if ext_info.is_aliased_class else criteria


def _criteria(actor: Actor, *, writing: bool = False, kept: bool = False) -> tuple[Any, ...]:
    """The criteria of all scoped models, remembered for each actor of this app: they follow from him and the policy."""
    remembered = current_app.extensions.get(_CACHE)
    if remembered is None:
        remembered = lru_cache(maxsize=512)(_compiled)
        current_app.extensions[_CACHE] = remembered
    found: tuple[Any, ...] = remembered(actor, writing, kept)
    return found


def _compiled(actor: Actor, writing: bool, kept: bool) -> tuple[Any, ...]:
    reach, form = writes if writing else see, spelt if kept else _as_it_is
    return (
        _Narrowing(Sealed, false(), include_aliases=True),
        *(_Narrowing(model, form(reach(actor, model)), include_aliases=True) for model in scoped_models()),
    )


def _as_it_is(clause: Any) -> Any:
    return clause


def spelt(clause: Any) -> Any:
    """A clause with its values in its own text: a plan that is kept for it knows whose rows it is for, and how many."""

    def spell(bound: BindParameter[Any]) -> None:
        bound.literal_execute = True

    return visitors.cloned_traverse(clause, {}, {"bindparam": spell})


def guarded(statement: Any, actor: Actor) -> Any:
    """A SELECT with the actor's criteria in it, to be kept and run again; run by anybody else it is narrowed anew."""
    if actor.unbounded:
        return statement
    return statement.options(*_criteria(actor, kept=True)).execution_options(**{_GUARDED_FOR: actor})


def _narrow(state: ORMExecuteState) -> None:
    if state.is_column_load:  # of a row the session already holds: what loaded it was guarded
        state.update_execution_options(unguarded=True)
        return
    if state.execution_options.get("unguarded"):
        return
    kept_for = state.execution_options.get(_GUARDED_FOR)
    if state.is_select and kept_for is not None and kept_for == current_actor():
        return
    mapped = {mapper.class_ for mapper in state.all_mappers}
    if not state.is_select:
        _ensure_plain(state, mapped)
    if mapped <= _leads_nowhere(_known()):
        named, bare = _named(state, mapped)
        if bare and not current_actor().unbounded:
            raise PastTheGuard(f"{', '.join(sorted(bare))}: name the class, so that the row guard sees it")
        if mapped and not named:
            return
    actor = current_actor()
    if not actor.unbounded and (state.is_select or state.is_update or state.is_delete):
        writing = not state.is_select
        state.statement = state.statement.options(*_criteria(actor, writing=writing))


def _ensure_plain(state: ORMExecuteState, mapped: set[type]) -> None:
    """Of scoped rows in bulk only what a condition can hold back: no INSERT, no UPDATE by key, none that moves a row.

    Raises:
        ForeignWrite: see above; add, change and delete single rows, or write in ``foundation.bulk``. Or only the
            platform changes the table.
    """
    for cls in mapped:
        _ensure_open(cls)
    model = next((cls for cls in mapped if issubclass(cls, FactColumns)), None)
    if model is None:
        return
    if state.is_insert:
        raise ForeignWrite(f"{model.__name__}: INSERT past the flush guard; add rows to the session")
    if state.is_update and isinstance(state.parameters, list):
        raise ForeignWrite(f"{model.__name__}: UPDATE by key past the row guard; change rows of the session")
    if state.is_update:
        moving = _columns_set(state.statement) & _settled_columns(model)
        if moving:
            raise ForeignWrite(f"{model.__name__}: UPDATE of {', '.join(sorted(moving))} would move rows")


def _ensure_open(model: type) -> None:
    """Offices and secrets are changed by the platform's own tasks, and by no post.

    Raises:
        ForeignWrite: anybody else.
    """
    if not issubclass(model, (PlatformKept, Sealed)):
        return
    actor = current_actor()
    if not actor.unbounded:
        who = actor.username or "nobody"
        raise ForeignWrite(f"{model.__name__}: changed by the platform only, not by {who}")


def _columns_set(statement: Any) -> set[str]:
    values = statement._values or dict(getattr(statement, "_ordered_values", None) or ())
    return {key if isinstance(key, str) else key.key for key in values}


def _settled_columns(model: type[Any]) -> set[str]:
    """The facts, what they follow from, and every foreign key."""
    keys = {column.key for column in inspect(model).columns if column.foreign_keys}
    return keys | watched(model) | {model.__obj_column__ or ""}


def _named(state: ORMExecuteState, mapped: set[type]) -> tuple[set[str], set[str]]:
    """The guarded tables that stand anywhere in it (in a sub-select, EXISTS, CTE or join too), and those of them
    that no class stands for, past which no criteria go."""
    guarded_tables = _guarded_tables(_known(), writing=not state.is_select)
    named: set[str] = set()
    classes = {inspect(cls).local_table.description for cls in mapped}
    waiting: list[Any] = [state.statement]
    while waiting:
        element = waiting.pop()
        mapper = getattr(element, "_annotations", {}).get("parentmapper")
        if mapper is not None:
            classes.add(mapper.local_table.description)
        table = element.table if isinstance(element, ColumnClause) else element
        if isinstance(table, TableClause):
            if table.name in guarded_tables:
                named.add(table.name)
        elif not isinstance(element, ColumnClause):
            waiting.extend(element.get_children())
    return named, named - classes


@cache
def _guarded_tables(_known: int, *, writing: bool) -> frozenset[str]:
    """Of scoped rows and secrets; for a statement that writes, also those that only the platform changes."""
    kinds = (FactColumns, Sealed, PlatformKept) if writing else (FactColumns, Sealed)
    return frozenset(
        mapper.local_table.description
        for mapper in Office.registry.mappers
        if issubclass(mapper.class_, kinds)
    )


@cache
def _leads_nowhere(_known: int) -> frozenset[type]:
    """Classes without jurisdiction (and no secrets) none of whose relationships reaches a scoped row."""
    return frozenset(
        mapper.class_
        for mapper in Office.registry.mappers
        if not issubclass(mapper.class_, (FactColumns, Sealed))
        and not any(issubclass(r.mapper.class_, FactColumns) for r in mapper.relationships)
    )


def _known() -> int:
    """How many tables there are: what is kept of them is worked out anew when a plugin brings more."""
    return len(Office.metadata.tables)


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
    touched = [
        row for row in (*session.new, *session.dirty) if row in session.new or session.is_modified(row)
    ]
    gone = [row for row in session.deleted if isinstance(row, FactColumns)]
    changed = [row for row in touched if isinstance(row, FactColumns)]
    shut = [row for row in (*touched, *session.deleted) if isinstance(row, (PlatformKept, Sealed))]
    if not any((changed, gone, shut, *(links.touching(row) for row in touched))):
        return
    for one in shut:
        _ensure_open(type(one))
    actor = current_actor()
    settled: set[int] = set()
    with session.no_autoflush:
        for row in (*changed, *gone):
            former = None if actor.unbounded else _former(row)
            if row not in session.deleted and moved(row):
                settle(session, row, settled)
            if actor.unbounded:
                continue
            if former is not None:
                _check(actor, row, former)
            if row not in session.deleted:
                _check(actor, row, facts_of(row))
        if not actor.unbounded:
            links.ensure_seen(session, actor, touched)


def install() -> None:
    """Hook both guards into every session of the process (idempotent)."""
    if not event.contains(Session, "do_orm_execute", _narrow):
        event.listen(Session, "do_orm_execute", _narrow)
        event.listen(Session, "before_flush", _before_flush)
