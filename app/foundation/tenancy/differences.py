"""What the files say against what the database holds; reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.foundation.tenancy.declared.shapes import ContactPlan, GrantPlan, OfficePlan, Plan
from app.foundation.tenancy.declared.sources import Problem, TenantsInvalid
from app.foundation.tenancy.models import Contact, Grant, Office
from app.kernel.errors import N_


@dataclass(frozen=True)
class OfficeChange:
    """An office the files describe otherwise: the fields that differ, old and new (``parent`` by code)."""

    office: Office
    plan: OfficePlan
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass
class Changes:
    """Everything that differs; ``sync.run`` adds what followed from it."""

    folders: tuple[str, ...]
    offices: int
    created: list[OfficePlan] = field(default_factory=list)
    changed: list[OfficeChange] = field(default_factory=list)
    vanished: list[Office] = field(default_factory=list)
    contacts_created: list[ContactPlan] = field(default_factory=list)
    contacts_changed: list[tuple[Contact, ContactPlan]] = field(default_factory=list)
    contacts_removed: list[Contact] = field(default_factory=list)
    grants_created: list[GrantPlan] = field(default_factory=list)
    grants_changed: list[tuple[Grant, GrantPlan]] = field(default_factory=list)
    grants_released: list[Grant] = field(default_factory=list)
    reassigned: int = 0
    stranded: list[str] = field(default_factory=list)

    @property
    def any(self) -> bool:
        """Whether there is anything to do."""
        offices = (self.created, self.changed, self.vanished)
        contacts = (self.contacts_created, self.contacts_changed, self.contacts_removed)
        grants = (self.grants_created, self.grants_changed, self.grants_released)
        return any((*offices, *contacts, *grants))


def office_values(plan: OfficePlan) -> dict[str, Any]:
    """The columns of an office as the files want them."""
    return {
        "path": plan.path,
        "name": plan.name,
        "short_name": plan.short_name,
        "kind": plan.kind,
        "level": plan.level,
        "desk_kind": plan.desk_kind,
        "division_code": plan.division_code,
        "settings": dict(plan.settings),
        "active": True,
    }


def grant_key(row: Grant) -> tuple[str, str, str, str]:
    """What makes an exception one of the same kind; its first day tells those of a kind apart."""
    return row.holder_path, row.relation, row.how, row.where_path


def compare(
    wanted: Plan, stored: Mapping[str, Office], contacts: list[Contact], grants: list[Grant]
) -> Changes:
    """Set the plan against the rows.

    Raises:
        TenantsInvalid: a path is still held by an office the files no longer list.
    """
    changes = Changes(folders=wanted.folders, offices=len(wanted.offices))
    planned = {plan.code for plan in wanted.offices}
    _refuse_held_paths(wanted, [o for code, o in stored.items() if code not in planned])
    changes.vanished = [o for code, o in stored.items() if code not in planned and o.active]
    codes = {office.id: code for code, office in stored.items()}
    for plan in wanted.offices:
        office = stored.get(plan.code)
        if office is None:
            changes.created.append(plan)
            continue
        change = _change(office, plan, codes)
        if change is not None:
            changes.changed.append(change)
    _contacts(wanted, codes, contacts, changes)
    _grants(wanted, grants, changes, {c.office.path: c.plan.path for c in changes.changed})
    return changes


def _refuse_held_paths(wanted: Plan, gone: list[Office]) -> None:
    held = {office.path: office for office in gone}
    message = N_("路径 %(path)s 已由数据中不再列出的机构 %(code)s（%(name)s）使用，不能另给他用。")
    problems = [
        Problem(
            plan.place,
            message,
            {"path": plan.path, "code": held[plan.path].code, "name": held[plan.path].name},
        )
        for plan in wanted.offices
        if plan.path in held
    ]
    if problems:
        raise TenantsInvalid(tuple(problems))


def _change(office: Office, plan: OfficePlan, codes: Mapping[int, str]) -> OfficeChange | None:
    after = {key: value for key, value in office_values(plan).items() if getattr(office, key) != value}
    before = {key: getattr(office, key) for key in after}
    parent = codes.get(office.parent_id, "") if office.parent_id is not None else ""
    if parent != plan.parent:
        before["parent"], after["parent"] = parent, plan.parent
    return OfficeChange(office, plan, before, after) if after else None


def _contacts(wanted: Plan, codes: Mapping[int, str], rows: list[Contact], changes: Changes) -> None:
    present = {(codes[row.office_id], row.topic): row for row in rows}
    for plan in wanted.contacts:
        row = present.pop((plan.office, plan.topic), None)
        if row is None:
            changes.contacts_created.append(plan)
        elif (row.section, row.phone) != (plan.section, plan.phone):
            changes.contacts_changed.append((row, plan))
    changes.contacts_removed = list(present.values())


def _grants(wanted: Plan, rows: list[Grant], changes: Changes, moves: Mapping[str, str]) -> None:
    """Exceptions are added and corrected, never taken away: one that ended keeps its line and its ``until``.

    A kind may have several rows, one after another. A line is the row of the same first day, whoever entered it;
    what is then left of the declared rows of the kind is, in the order of their days, what the line used to say.
    A declared row that no line stands for any more stays in force and is the application's to end.
    """
    stored: dict[tuple[str, ...], list[Grant]] = {}
    for row in sorted(rows, key=lambda one: one.since):
        holder, relation, how, where = grant_key(row)
        stored.setdefault((moves.get(holder, holder), relation, how, moves.get(where, where)), []).append(row)
    planned: dict[tuple[str, ...], list[GrantPlan]] = {}
    for plan in sorted(wanted.grants, key=lambda one: one.since):
        planned.setdefault(plan.key, []).append(plan)
    for key in {**planned, **stored}:
        _grants_of_a_kind(planned.get(key, []), stored.get(key, []), changes)


def _grants_of_a_kind(plans: list[GrantPlan], rows: list[Grant], changes: Changes) -> None:
    by_day = {row.since: row for row in rows}
    pairs = [(by_day.get(plan.since), plan) for plan in plans]
    taken = {row.id for row, _plan in pairs if row is not None}
    left = [row for row in rows if row.declared and row.id not in taken]
    for found, plan in pairs:
        row = found if found is not None else left.pop(0) if left else None
        if row is None:
            changes.grants_created.append(plan)
        elif _says(row) != (plan.since, plan.until, plan.document, True, None):
            changes.grants_changed.append((row, plan))
    changes.grants_released.extend(left)


def _says(row: Grant) -> tuple[Any, ...]:
    return row.since, row.until, row.document, row.declared, row.stopped_on
