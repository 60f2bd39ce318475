"""Who reviews and who files: derived, stored on the rows, and rewritten when what they rest on changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from sqlalchemy import CursorResult, inspect, or_, select, update
from sqlalchemy.orm import Session, object_session

from app.foundation import access, audit
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.jurisdiction import FACTS, FactColumns, HolderScoped, OfficeScoped, UnitScoped
from app.foundation.tenancy import derivation, routing
from app.foundation.tenancy.derivation import office_fact, related, tree_of
from app.foundation.tenancy.models import Office, Person, Post, Site, Unit
from app.foundation.tenancy.routing import Route, Ruling, Tree

__all__ = ["assign", "assign_site", "carry", "carry_offices", "office_fact", "reassign", "route", "tree_of"]

DEEPEST = 8


def route(unit: Unit, *, tree: Tree | None = None) -> Route:
    """How a unit is reviewed and filed for, with the rules that say so; nothing is stored.

    Raises:
        RoutingRefused: the unit's facts lead to no reviewing office (C-art.5, S5–S11).
    """
    return derivation.route(db.session(), unit, tree=tree)


def assign(unit: Unit, *, tree: Tree | None = None) -> Route:
    """Derive a unit's row facts and set them on it; call it before every save of a unit.

    Raises:
        RoutingRefused: see ``route``.
    """
    derived = route(unit, tree=tree)
    for name, value in derived.facts.items():
        setattr(unit, name, value)
    return derived


def assign_site(site: Site) -> Ruling:
    """Check a site's own filing desk and set the site's row facts (S8); call it before every save of a site.

    Raises:
        RoutingRefused: the desk is no filing desk of the office that reviews the unit.
    """
    session = db.session()
    unit: Unit | None = related(session, site, "unit")
    if unit is None:
        raise routing.RoutingRefused("site-without-unit", routing.NO_UNIT, field="unit")
    desk: Office | None = related(session, site, "filing_desk")
    ruling = routing.site_filing(
        unit.filing_path, unit.review_path, office_fact(desk) if desk is not None else None
    )
    # The guard reads foreign keys, a form sets relationships: let both say the same before the flush.
    if unit.id is not None:
        site.unit_id = unit.id
    site.filing_desk_id = desk.id if desk is not None else None
    for name in FACTS:
        setattr(site, name, getattr(unit, name))
    site.filing_path = ruling.path
    return ruling


def reassign(unit: Unit, *, actor: Actor, reason: str = "", tree: Tree | None = None) -> bool:
    """Derive a stored unit's facts anew and carry them to everything of the unit's; True when they changed.

    Whether the actor may is the caller's question, asked before; what is pending is flushed as whoever acts,
    so that the guard judges the move. Only the rewriting of the unit's other rows is the platform's act.

    Raises:
        RoutingRefused: see ``route``.
        ForeignWrite: the unit lies, or would come to lie, outside the actor's reach.
    """
    session = _session(unit)
    assign(unit, tree=tree)
    before = {name: _former(unit, name) for name in FACTS}
    after = {name: getattr(unit, name) for name in FACTS}
    session.flush()
    with access.acting_as(access.system("reassign", over=access.EVERYWHERE)):
        moved = carry(unit)
    if before != after or moved:
        audit.record(actor, "unit.reassigned", unit, before=before, after=after, reason=reason)
    return before != after


def _former(row: Any, name: str) -> Any:
    """What a column held when the row was read."""
    history = inspect(row).attrs[name].history
    return history.deleted[0] if history.deleted else getattr(row, name)


def _session(row: Any) -> Session:
    session = object_session(row)
    if session is None:
        raise RuntimeError("not stored yet: assign() it instead")
    return session


def _scoped(kind: type[FactColumns]) -> Iterator[Any]:
    for mapper in Office.registry.mappers:
        if issubclass(mapper.class_, kind):
            yield mapper.class_


def carry(unit: Unit) -> int:
    """Rewrite the facts of every row of a unit's, parents before children; the number of rows rewritten.

    Runs as a system task. Each pass reaches one step further from the unit. Everything is read afresh: a row that
    somebody has loaded before keeps looking for its parents within that person's reach.
    """
    session = _session(unit)
    rewritten = 0

    def of_unit(model: Any) -> Any:
        rows = select(model).where(model.unit_id == unit.id)
        return session.scalars(rows.execution_options(populate_existing=True)).all()

    for _pass in range(DEEPEST):
        moved = 0
        for model in _scoped(UnitScoped):
            for row in of_unit(model):
                moved += _follow(row)
        for model in _scoped(HolderScoped):
            if model.__carried__:
                for row in of_unit(model):
                    moved += _set(row, {name: getattr(getattr(row, row.holder()), name) for name in FACTS})
        for post in of_unit(Post):
            moved += _set(post, {name: getattr(unit, name) for name in FACTS})
        session.flush()
        rewritten += moved
        if not moved:
            return rewritten
    raise RuntimeError("facts do not settle: __facts_from__ runs in a circle")


def _follow(row: Any) -> bool:
    source = getattr(row, row.facts_source())
    wanted: dict[str, Any] = {name: getattr(source, name) for name in FACTS}
    desk: Office | None = getattr(row, "filing_desk", None)
    if desk is not None:
        wanted["filing_path"] = desk.path
    return _set(row, wanted)


def _set(row: Any, wanted: Mapping[str, Any]) -> bool:
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, wanted[name])
    return bool(changed)


def carry_offices(office_ids: set[int], tree: Tree) -> int:
    """Rewrite the facts of what these offices own and keep (campaigns, accounts, posts) after they changed.

    As a system task; one UPDATE a table and office.
    """
    session = db.session()
    session.flush()
    count = 0
    for office in sorted((one for one in tree.values() if one.id in office_ids), key=lambda one: one.path):
        facts = dict(zip(FACTS, (office.path, None, *routing.levels(office.path, tree)), strict=True))
        for table in _tables(OfficeScoped, HolderScoped):
            if "office_id" in table.c:
                other = or_(*(table.c[name].is_distinct_from(value) for name, value in facts.items()))
                changed = update(table).values(facts).where(table.c.office_id == office.id, other)
                count += cast("CursorResult[Any]", session.execute(changed)).rowcount
    if count:
        _carry_people(session, office_ids)
    for row in list(session.identity_map.values()):
        if isinstance(row, (OfficeScoped, HolderScoped)):
            session.expire(row, FACTS)
    return count


def _carry_people(session: Session, office_ids: set[int]) -> None:
    """What follows an account (sessions, the sign-in log) goes where the account is kept."""
    person: Any = Person.__table__
    moved = select(person.c.id).where(person.c.office_id.in_(office_ids))
    for table in _tables(HolderScoped):
        if "person_id" in table.c and "office_id" not in table.c:
            own = {
                name: select(person.c[name]).where(person.c.id == table.c.person_id).scalar_subquery()
                for name in FACTS
            }
            session.execute(update(table).values(own).where(table.c.person_id.in_(moved)))


def _tables(*kinds: type[FactColumns]) -> list[Any]:
    return sorted(
        (model.__table__ for kind in kinds for model in _scoped(kind)), key=lambda table: str(table.name)
    )
