"""Bringing the offices of the database in line with ``tenants/``: all or nothing, repeatable, nothing deleted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import ColumnElement, or_, select

from app.foundation import access, audit, limits
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy import service
from app.foundation.tenancy.declared import plan as declared
from app.foundation.tenancy.declared.shapes import OfficePlan
from app.foundation.tenancy.differences import Changes, compare, office_values
from app.foundation.tenancy.models import Contact, Grant, Office, Site, Unit
from app.foundation.tenancy.routing import RoutingRefused
from app.kernel import paths

ROUTING = frozenset({"path", "parent", "kind", "level", "desk_kind", "settings", "active"})
TASK = "tenants sync"


def check(root: Path) -> Changes:
    """What a sync would do; writes nothing.

    Raises:
        TenantsInvalid: the data does not hold.
    """
    wanted = declared.read(root, limits.national())
    with access.acting_as(access.system(TASK, over=access.EVERYWHERE)):
        return compare(wanted, _stored(), _contacts(), _grants())


def run(root: Path) -> Changes:
    """Read, check and apply; call inside ``transaction()``.

    Raises:
        TenantsInvalid: the data does not hold; nothing was written.
    """
    wanted = declared.read(root, limits.national())
    with access.acting_as(access.system(TASK, over=access.EVERYWHERE)) as actor:
        stored = _stored()
        changes = compare(wanted, stored, _contacts(), _grants())
        if changes.any:
            touched = _touched(changes)
            _free_paths(changes)
            _change(changes, stored)
            _create(changes, stored)
            _move_grants(changes)
            _write_contacts(changes, stored)
            _write_grants(changes)
            _carry(changes, stored, touched, actor)
            _remember(changes, stored, actor)
        return changes


def _contacts() -> list[Contact]:
    return list(db.session.scalars(select(Contact)))


def _grants() -> list[Grant]:
    return list(db.session.scalars(select(Grant)))


def _stored() -> dict[str, Office]:
    return {office.code: office for office in db.session.scalars(select(Office))}


def _touched(changes: Changes) -> set[int]:
    """Ids of stored offices whose change may decide who reviews or files."""
    changed = {change.office.id for change in changes.changed if ROUTING & set(change.after)}
    return changed | {office.id for office in changes.vanished}


def _move_grants(changes: Changes) -> None:
    """Exceptions name paths: they go where their offices go."""
    moves = {c.before["path"]: c.after["path"] for c in changes.changed if "path" in c.after}
    for grant in _grants() if moves else ():
        grant.holder_path = moves.get(grant.holder_path, grant.holder_path)
        grant.where_path = moves.get(grant.where_path, grant.where_path)
    db.session.flush()


def _free_paths(changes: Changes) -> None:
    """Two offices may exchange paths: first move aside everything that moves."""
    for change in changes.changed:
        if "path" in change.after:
            change.office.path = paths.child(paths.child(paths.ROOT, "moving"), str(change.office.id))
    db.session.flush()


def _change(changes: Changes, stored: Mapping[str, Office]) -> None:
    for change in changes.changed:
        for key, value in office_values(change.plan).items():
            if getattr(change.office, key) != value:
                setattr(change.office, key, value)
    for office in changes.vanished:
        office.active = False
    db.session.flush()


def _create(changes: Changes, stored: dict[str, Office]) -> None:
    """New offices level by level, so that each finds its parent's id; then everybody's parent."""
    levels: dict[int, list[OfficePlan]] = {}
    for plan in changes.created:
        levels.setdefault(paths.depth(plan.path), []).append(plan)
    for depth in sorted(levels):
        for plan in levels[depth]:
            stored[plan.code] = Office(
                code=plan.code, parent_id=_parent_id(plan, stored), **office_values(plan)
            )
            db.session.add(stored[plan.code])
        db.session.flush()
    for change in changes.changed:
        change.office.parent_id = _parent_id(change.plan, stored)
    db.session.flush()


def _parent_id(plan: OfficePlan, stored: Mapping[str, Office]) -> int | None:
    return stored[plan.parent].id if plan.parent else None


def _write_contacts(changes: Changes, stored: Mapping[str, Office]) -> None:
    for plan in changes.contacts_created:
        office_id = stored[plan.office].id
        db.session.add(Contact(office_id=office_id, topic=plan.topic, section=plan.section, phone=plan.phone))
    for row, plan in changes.contacts_changed:
        row.section, row.phone = plan.section, plan.phone
    for row in changes.contacts_removed:
        db.session.delete(row)
    db.session.flush()


def _write_grants(changes: Changes) -> None:
    for plan in changes.grants_created:
        db.session.add(
            Grant(
                holder_path=plan.holder_path,
                relation=plan.relation,
                how=plan.how,
                where_path=plan.where_path,
                since=plan.since,
                until=plan.until,
                document=plan.document,
                declared=True,
            )
        )
    for row, plan in changes.grants_changed:
        row.since, row.until, row.document = plan.since, plan.until, plan.document
        row.declared, row.stopped_on = True, None
    for row in changes.grants_released:
        row.declared = False
    db.session.flush()


def _carry(changes: Changes, stored: Mapping[str, Office], touched: set[int], actor: Actor) -> None:
    """Derive anew what rests on the offices that changed: units with all their rows, and offices' own rows."""
    if not touched:
        return
    offices = list(stored.values())
    tree = service.tree_of(offices)
    tops = {office.path for office in offices if office.id in touched}
    under = {o.id for o in offices if o.path in tops or not tops.isdisjoint(paths.ancestors(o.path))}
    service.carry_offices(under, tree)
    for unit in db.session.scalars(select(Unit).where(_rests_on(under)).order_by(Unit.id)).all():
        try:
            changes.reassigned += service.reassign(unit, actor=actor, reason=TASK, tree=tree)
        except RoutingRefused as refusal:
            changes.stranded.append(f"{unit.account} {unit.name}：{refusal}")


def _rests_on(office_ids: set[int]) -> ColumnElement[bool]:
    carried = select(Unit.id).where(Unit.personnel_desk_id.in_(office_ids))
    filed = select(Site.unit_id).where(Site.filing_desk_id.in_(office_ids))
    return or_(
        Unit.home_id.in_(office_ids),
        Unit.named_desk_id.in_(office_ids),
        Unit.supervisor_id.in_(carried),
        Unit.id.in_(filed),
    )


def _remember(changes: Changes, stored: Mapping[str, Office], actor: Actor) -> None:
    """One record for the run, one for each office that was changed or closed."""
    for change in changes.changed:
        audit.record(actor, "office.changed", change.office, before=change.before, after=change.after)
    for office in changes.vanished:
        audit.record(actor, "office.closed", office, before={"active": True}, after={"active": False})
    root = next(office for office in stored.values() if office.path == paths.ROOT)
    counts = {
        "offices_created": len(changes.created),
        "offices_changed": len(changes.changed),
        "offices_closed": len(changes.vanished),
        "contacts": len(changes.contacts_created)
        + len(changes.contacts_changed)
        + len(changes.contacts_removed),
        "grants": len(changes.grants_created) + len(changes.grants_changed) + len(changes.grants_released),
        "units_reassigned": changes.reassigned,
    }
    audit.record(actor, "tenants.synced", root, after=counts)
