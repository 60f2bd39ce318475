"""Who reviews and who files: derived, stored on the rows, and rewritten when what they rest on changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session, object_session

from app.foundation import access, audit
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.jurisdiction import FACTS, FactColumns, OfficeScoped, UnitScoped
from app.foundation.tenancy import routing
from app.foundation.tenancy.models import Office, Site, Unit
from app.foundation.tenancy.routing import OfficeFact, Route, Ruling, Tree, UnitFact
from app.kernel import paths

UNGUARDED = {"unguarded": True}
DEEPEST = 8


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


def _linked(row: Any, name: str) -> Any:
    """What a relationship of ``row`` will point to after the flush.

    A form sets the relationship, a service its foreign key: the one that was touched counts.
    """
    state = inspect(row)
    history = state.attrs[name].history
    if history.added or history.deleted:
        return history.added[0] if history.added else None
    relation = state.mapper.relationships[name]
    column = next(iter(relation.local_columns))
    key = getattr(row, state.mapper.get_property_by_column(column).key)
    if key is None:
        return None
    target = relation.mapper.class_
    with db.session.no_autoflush:
        return db.session.scalar(select(target).where(target.id == key), execution_options=UNGUARDED)


def _path(office: Office | None) -> str | None:
    return office.path if office is not None else None


def _unit_fact(unit: Unit) -> tuple[UnitFact, tuple[Office, ...]]:
    home: Office | None = _linked(unit, "home")
    named: Office | None = _linked(unit, "named_desk")
    supervisor: Unit | None = _linked(unit, "supervisor")
    personnel: Office | None = _linked(supervisor, "personnel_desk") if supervisor is not None else None
    fact = UnitFact(
        home=_path(home) or "",
        management=unit.management or "local",
        rank=unit.rank,
        named_desk=_path(named),
        supervisor_desk=_path(personnel),
    )
    return fact, tuple(office for office in (home, named, personnel) if office is not None)


def _tree_for(offices: tuple[Office, ...]) -> Tree:
    wanted = {path for office in offices for path in (*paths.ancestors(office.path), office.path)}
    with db.session.no_autoflush:
        return tree_of(db.session.scalars(select(Office).where(Office.path.in_(wanted))))


def route(unit: Unit, *, tree: Tree | None = None) -> Route:
    """How a unit is reviewed and filed for, with the rules that say so; nothing is stored.

    Raises:
        RoutingRefused: the unit's facts lead to no reviewing office (C-art.5, S5–S11).
    """
    fact, offices = _unit_fact(unit)
    return routing.derive(fact, tree if tree is not None else _tree_for(offices))


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
    unit: Unit | None = _linked(site, "unit")
    if unit is None:
        raise routing.RoutingRefused("site-without-unit", routing.NO_UNIT, field="unit")
    desk: Office | None = _linked(site, "filing_desk")
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

    Runs as a system task. Each pass reaches one step further from the unit.
    """
    session = _session(unit)
    rewritten = 0
    for _pass in range(DEEPEST):
        moved = 0
        for model in _scoped(UnitScoped):
            for row in session.scalars(select(model).where(model.unit_id == unit.id)):
                moved += _follow(row)
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
    """Rewrite the facts of what these offices own (campaigns, batches) after they moved. As a system task."""
    own = {office.id: office for office in tree.values()}
    count = 0
    for model in _scoped(OfficeScoped):
        for row in db.session.scalars(select(model).where(model.office_id.in_(office_ids))):
            path = own[row.office_id].path
            province, city, county = routing.levels(path, tree)
            wanted = dict(zip(FACTS, (path, None, province, city, county), strict=True))
            count += _set(row, wanted)
    db.session.flush()
    return count
