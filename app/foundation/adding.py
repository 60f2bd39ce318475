"""Many new rows at once in a person's act, as strictly as the flush would write them one by one.

The session writes some thousand rows a second, most of it book-keeping of objects nobody looks at again. Here each
distinct parent is read once, through the row guard; the facts of its rows are copied from it, whatever the caller
may have thought; each distinct reach is asked once whether the actor may write there; every foreign key must point
to a row the actor sees. Then the rows go in as the actor: on PostgreSQL row-level security judges each of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import inspect, select

from app.foundation import bulk
from app.foundation.access import Actor, Facts, ForeignWrite, current_actor, writable
from app.foundation.access.links import AT_ONCE, Link, links_of
from app.foundation.access.settling import office_levels
from app.foundation.database import db, in_transaction
from app.foundation.jurisdiction import FACTS, FactColumns, OfficeScoped, UnitScoped
from app.foundation.tenancy.models import Office

Row = Sequence[Any]
_Facts = tuple[Any, ...]


def reserve(model: type[FactColumns], count: int) -> int:
    """The first of ``count`` keys in a row that nobody else gets."""
    _ensure_open()
    return bulk.draw(db.session.connection(), model, count)


def add(model: type[FactColumns], names: Sequence[str], rows: Iterable[Row]) -> int:
    """Insert rows of a unit's, of a parent row's or of an office's; what is not named gets its default.

    Args:
        names: attributes, the parent's key among them (``unit_id``, ``sheet_id``, ``office_id`` …); the facts, and
            the unit of a row with a parent, are derived and named by nobody.

    Returns:
        How many rows.

    Raises:
        ForeignWrite: a parent or a linked row is none that the actor sees, or no act of his writes there.
        RuntimeError: no transaction is open.
    """
    _ensure_open()
    listed = list(rows)
    if not listed:
        return 0
    db.session.flush()
    actor = current_actor()
    key, derived = _parent(model)
    place = list(names).index(key)
    facts = _facts_of(model, {row[place] for row in listed})
    _ensure_writable(actor, model, derived, facts.values())
    _ensure_linked(actor, model, names, listed, key)
    connection = db.session.connection()
    return bulk.spread(connection, model, (*names, *derived), ((*row, *facts[row[place]]) for row in listed))


def _ensure_open() -> None:
    if not in_transaction():
        raise RuntimeError("adding happens inside transaction()")


def _parent(model: type[FactColumns]) -> tuple[str, tuple[str, ...]]:
    """The attribute that names the parent, and what is copied from there."""
    if issubclass(model, OfficeScoped):
        return "office_id", FACTS
    if issubclass(model, UnitScoped):
        relation = inspect(model).relationships[model.__facts_from__]
        column = next(iter(relation.local_columns))
        key = inspect(model).get_property_by_column(column).key
        return key, FACTS if key == "unit_id" else (*FACTS, "unit_id")
    raise ForeignWrite(f"{model.__name__}: nothing says what its facts follow from")


def _facts_of(model: type[FactColumns], keys: set[int]) -> dict[int, _Facts]:
    """The facts of each parent's rows.

    Raises:
        ForeignWrite: one is not there for this actor.
    """
    found = _from_offices(keys) if issubclass(model, OfficeScoped) else _from_rows(model, keys)
    missing = keys - found.keys()
    if missing:
        raise ForeignWrite(f"{model.__name__}: {len(missing)} belong to nothing that the actor sees")
    return found


def _from_offices(keys: set[int]) -> dict[int, _Facts]:
    offices = db.session.scalars(select(Office).where(Office.id.in_(keys)))
    session = db.session()
    return {one.id: (one.path, None, *office_levels(session, one)) for one in offices}


def _from_rows(model: Any, keys: set[int]) -> dict[int, _Facts]:
    parent: Any = inspect(model).relationships[model.__facts_from__].mapper.class_
    columns = [getattr(parent, name) for name in FACTS]
    columns += [parent.unit_id] if issubclass(parent, UnitScoped) else []
    asked, found = sorted(keys), {}
    for start in range(0, len(asked), AT_ONCE):
        some = asked[start : start + AT_ONCE]
        for key, *facts in db.session.execute(select(parent.id, *columns).where(parent.id.in_(some))):
            found[key] = tuple(facts)
    return found


def _ensure_writable(
    actor: Actor, model: type[FactColumns], derived: Sequence[str], found: Iterable[_Facts]
) -> None:
    if actor.unbounded:
        return
    review, filing = derived.index("review_path"), derived.index("filing_path")
    for facts in {Facts(one[review], one[filing]) for one in found}:
        if not writable(actor, model.__obj__, facts):
            raise ForeignWrite(
                f"{model.__name__} at {facts.review_path}: outside the reach of {actor.username or 'nobody'}"
            )


def _ensure_linked(
    actor: Actor, model: type[FactColumns], names: Sequence[str], rows: list[Row], parent: str
) -> None:
    """The foreign keys besides the parent's, which was read through the guard."""
    if actor.unbounded:
        return
    written: Any = model
    for link in links_of(written):
        if link.key in names and link.key != parent:
            place = list(names).index(link.key)
            _ensure_seen(link, model, {row[place] for row in rows} - {None, actor.person_id})


def _ensure_seen(link: Link, model: type[FactColumns], keys: set[int]) -> None:
    asked, target = sorted(keys), link.target
    for start in range(0, len(asked), AT_ONCE):
        some = asked[start : start + AT_ONCE]
        seen = set(db.session.scalars(select(target.id).where(target.id.in_(some))))
        if not seen.issuperset(some):
            raise ForeignWrite(
                f"{model.__name__}.{link.key}: a {target.__name__} that the actor does not see"
            )
