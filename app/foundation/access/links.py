"""Foreign keys: a row may point only to rows that whoever writes it sees.

A model names exceptions in ``__links__``, column → why: a key the server sets itself and nobody can choose.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import MANYTOONE, Session

from app.foundation.access.actors import Actor
from app.foundation.access.settling import ForeignWrite
from app.foundation.jurisdiction import FactColumns, UnitScoped
from app.foundation.tenancy.models import Office, Person

AT_ONCE = 500


@dataclass(frozen=True)
class Link:
    """One foreign key of a model to a scoped one, by attribute names."""

    key: str
    relation: str | None
    target: type[Any]


@cache
def links_of(model: Any) -> tuple[Link, ...]:
    """The model's foreign keys to scoped models, its declared exceptions left out."""
    mapper = inspect(model)
    by_column = {
        next(iter(one.local_columns)): one.key
        for one in mapper.relationships
        if one.direction is MANYTOONE and len(one.local_columns) == 1
    }
    scoped = {
        one.local_table: one.class_ for one in Office.registry.mappers if issubclass(one.class_, FactColumns)
    }
    found = []
    for column in mapper.columns:
        for foreign in column.foreign_keys:
            target = scoped.get(foreign.column.table)
            key = mapper.get_property_by_column(column).key
            if target is not None and key not in getattr(model, "__links__", {}):
                found.append(Link(key, by_column.get(column), target))
    return tuple(found)


def touching(row: Any) -> tuple[Link, ...]:
    """The links of a row's model."""
    model: Any = type(row)
    return links_of(model)


def _derived(row: Any, link: Link) -> bool:
    """The unit of a row that belongs to a site or a parent row: copied from it, never chosen."""
    return isinstance(row, UnitScoped) and link.key == "unit_id" and row.facts_source() != "unit"


def _touched(session: Session, row: Any) -> Iterator[tuple[Link, int]]:
    """The keys that are new or changed in this flush; what is itself new is checked as a row of its own."""
    state = inspect(row)
    for link in touching(row):
        if _derived(row, link):
            continue
        pending = state.attrs[link.relation].history if link.relation else None
        if pending is not None and pending.added and pending.added[0] is not None:
            named = pending.added[0]
            if named not in session.new:
                yield link, inspect(named).identity[0]
            continue
        value = getattr(row, link.key)
        if value is not None and state.attrs[link.key].history.has_changes():
            yield link, value


def ensure_seen(session: Session, actor: Actor, rows: Iterable[Any]) -> None:
    """Every key touched points to a row the actor sees, or to the actor; one statement for each model pointed to.

    Raises:
        ForeignWrite: one does not.
    """
    wanted: dict[type[Any], dict[int, str]] = defaultdict(dict)
    for row in rows:
        for link, key in _touched(session, row):
            if not (link.target is Person and key == actor.person_id):
                wanted[link.target].setdefault(key, f"{type(row).__name__}.{link.key}")
    for target, keys in wanted.items():
        asked = list(keys)
        for start in range(0, len(asked), AT_ONCE):
            some = asked[start : start + AT_ONCE]
            seen = set(session.scalars(select(target.id).where(target.id.in_(some))))
            for key in some:
                if key not in seen:
                    raise ForeignWrite(
                        f"{keys[key]} = {key}: no {target.__name__} that {actor.username or 'nobody'} sees"
                    )
