"""Domains that stand in the way of an application: opened by the platform, worked by the applicant, closed by the
register itself (S21)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager

from sqlalchemy import select

from app.foundation import access, audit, clock, jobs
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.kernel.errors import N_, Finding, Invalid, WrongState
from app.plugins.names.models import DomainTask
from app.plugins.names.register import register
from app.plugins.names.rules import EXPIRED, NOT_WORKING, UNREGISTERED, Standing

NAME = "网上名称登记"  # who did it, as the record says
KIND_FOR: Mapping[str, str] = {UNREGISTERED: "register", EXPIRED: "renew", NOT_WORKING: "repair"}
LONGEST = 200
AT_ONCE = 200


def open_for(
    unit_id: int, standing: Standing, domain: str, *, site_id: int | None = None
) -> DomainTask | None:
    """Open the task for a Chinese domain that cannot be applied with; the one that is open already, if there is one.

    Idempotent, inside the caller's transaction; None when the name is valid, which also closes what was open.
    ``domain`` is the name as people read it.
    """
    if standing.usable:
        settle(unit_id, (standing.ascii,))
        return None
    with _platform() as actor:
        found = _open_ones(unit_id, (standing.ascii,))
        if found:
            return found[0]
        task = DomainTask(
            unit_id=unit_id, site_id=site_id, domain=domain, ascii=standing.ascii,
            kind=KIND_FOR[standing.status], expires_on=standing.expires_on, opened_at=clock.now(),
        )  # fmt: skip
        db.session.add(task)
        audit.record(actor, "domain_task.opened", task, after={"domain": domain, "kind": task.kind})
        return task


def report(task: DomainTask, note: str, *, actor: Actor) -> DomainTask:
    """Say that the registration, renewal or repair is done; the reviewing office brings the register up to date.

    Raises:
        AccessDenied: the actor does not file for the website.
        WrongState: closed already.
        Invalid: the note is too long.
    """
    access.require(actor, "application", "edit", task)
    _ensure_open(task)
    said = _short("note", note)
    task.reported_at, task.reported_by, task.note = clock.now(), actor.name, said
    audit.record(actor, "domain_task.reported", task, reason=said)
    settle(task.unit_id, (task.ascii,))
    return task


def drop(task: DomainTask, reason: str, *, actor: Actor) -> DomainTask:
    """Give the name up: another is used, or none.

    Raises:
        AccessDenied, WrongState: as for ``report``.
        Invalid: no reason, or one too long.
    """
    access.require(actor, "application", "edit", task)
    _ensure_open(task)
    said = _short("reason", reason)
    if not said:
        raise Invalid([Finding("reason", N_("请写明不再使用该域名的原因。"), code="reason-missing")])
    now = clock.now()
    with db.session.no_autoflush:
        task.closed_at, task.ended, task.reason = now, "dropped", said
    audit.record(actor, "domain_task.dropped", task, reason=said)
    return task


def give_up(unit_id: int, ascii_name: str, reason: str) -> int:
    """The platform's own ``drop``: the application that named the domain names it no more; how many were open."""
    with _platform() as actor:
        rows = _open_ones(unit_id, (ascii_name,))
        for row in rows:
            now = clock.now()
            with db.session.no_autoflush:
                row.closed_at, row.ended, row.reason = now, "dropped", reason
            audit.record(actor, "domain_task.dropped", row, reason=reason)
    return len(rows)


def settle(unit_id: int, ascii_names: Iterable[str]) -> int:
    """Close the open tasks of a unit for those names that the register says are valid today; how many."""
    names = tuple(ascii_names)
    closed = 0
    with _platform() as actor:
        tasks = _open_ones(unit_id, names)
        standings = register().standings(unit_id, names, clock.today()) if tasks else {}
        for task in tasks:
            standing = standings.get(task.ascii)
            if standing is not None and standing.usable:
                now = clock.now()
                with db.session.no_autoflush:
                    task.closed_at, task.ended = now, "valid"
                after = {"domain": task.domain, "expires_on": standing.expires_on}
                audit.record(actor, "domain_task.closed", task, after=after)
                closed += 1
    return closed


def look(work: jobs.Work) -> None:
    """The daily look, with the reminders: ask the register about every open task, a part at a time."""
    keys = list(db.session.scalars(select(DomainTask.id).where(DomainTask.closed_at.is_(None))))
    for at in range(0, len(keys), AT_ONCE):
        with transaction():
            rows = db.session.scalars(select(DomainTask).where(DomainTask.id.in_(keys[at : at + AT_ONCE])))
            names: dict[int, list[str]] = {}
            for row in rows:
                names.setdefault(row.unit_id, []).append(row.ascii)
            for unit_id, listed in names.items():
                settle(unit_id, listed)
        work.progress(min(at + AT_ONCE, len(keys)), len(keys))


def _platform() -> AbstractContextManager[Actor]:
    return access.acting_as(access.system(NAME, over=access.EVERYWHERE))


def _open_ones(unit_id: int, ascii_names: tuple[str, ...]) -> list[DomainTask]:
    statement = select(DomainTask).where(
        DomainTask.unit_id == unit_id, DomainTask.ascii.in_(ascii_names), DomainTask.closed_at.is_(None)
    )
    return list(db.session.scalars(statement.order_by(DomainTask.id)))


def _ensure_open(task: DomainTask) -> None:
    if task.closed_at is not None:
        raise WrongState("domain-task-closed", N_("该事项已经办结，不用再办。"))


def _short(field: str, text: str) -> str:
    said = " ".join(text.split())
    if len(said) > LONGEST:
        raise Invalid([Finding(field, N_("不超过 %(n)s 个字。"), code="too-long", params={"n": LONGEST})])
    return said
