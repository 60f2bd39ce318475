"""Putting work into the outbox, in the transaction of what causes it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.foundation import access, clock
from app.foundation.access.actors import UNGUARDED
from app.foundation.database import PREPARED, db, in_transaction, savepoint
from app.foundation.jobs.kinds import catalogue
from app.foundation.jobs.models import Job
from app.foundation.tenancy.models import Office

_PUT = "bianban.jobs.put"
_OFFICES = "bianban.jobs.offices"
# Called after a transaction that put something has committed: the relay of this process need not wait for its tick.
PUT: list[Callable[[], None]] = []


def put(
    kind: str,
    payload: Mapping[str, Any],
    *,
    path: str,
    key: str | None = None,
    person_id: int | None = None,
    not_before: datetime | None = None,
    total: int | None = None,
) -> Job:
    """Write one job inside the caller's transaction, as the platform, whoever acts.

    Args:
        payload: ids and plain settings, as JSON; no personal data.
        path: the office where the work belongs: its scope, its turn among others', the jobs page it stands on.
        key: ``(kind, key)`` is there once: put again, the present row is the answer and nothing is done.
        person_id: whoever waits for it and alone gets its result.
        not_before: wall moment before which it is not begun.
        total: how many steps it will count.

    Raises:
        LookupError: nobody declared the kind, or no office stands at the path.
        RuntimeError: no transaction is open.
        TypeError: the payload is no JSON.
    """
    if not in_transaction():
        raise RuntimeError("jobs.put outside transaction()")
    declared = catalogue().get(kind)
    if declared is None:
        raise LookupError(f"no kind of job is called {kind!r}")
    if declared.on_behalf and person_id is None:
        raise ValueError(f"{kind} acts on behalf of a person: whose?")
    json.dumps(payload)
    db.session.flush()  # as whoever acts: the platform writes its own row and no other
    known = _known(kind, key)
    if known is not None:
        return known
    now = clock.wall()
    with access.acting_as(access.system("outbox", over=path)):
        job = Job(
            kind=kind,
            queue=declared.queue,
            key=key,
            payload=dict(payload),
            due_at=not_before or now,
            created_at=now,
            person_id=person_id,
            total_count=total,
            office=_office(path),
        )
        if key is None:
            _write(job)
        elif not _added(job):
            return _known(kind, key) or _vanished(kind, key)
    db.session.info[_PUT] = True
    return job


def _office(path: str) -> Office:
    """The office at a path, asked for once in a transaction: an import puts hundreds of jobs for one."""
    known: dict[str, Office] = db.session.info.setdefault(_OFFICES, {})
    if path not in known:
        with db.session.no_autoflush:
            office = db.session.scalar(select(Office).where(Office.path == path))
        if office is None:
            raise LookupError(f"no office stands at {path!r}")
        known[path] = office
    return known[path]


def _known(kind: str, key: str | None) -> Job | None:
    if key is None:
        return None
    query = select(Job).where(Job.kind == kind, Job.key == key)
    return db.session.scalar(query, execution_options=UNGUARDED)


def _added(job: Job) -> bool:
    """Whether it went in; not when another transaction has put the same key meanwhile (PostgreSQL)."""
    try:
        with savepoint():
            _write(job)
    except IntegrityError:
        return False
    return True


def _write(job: Job) -> None:
    """Planned once a connection (PostgreSQL): hundreds are put in one transaction, and planning costs more."""
    connection = db.session.connection()
    connection.execution_options(**PREPARED)
    try:
        db.session.add(job)
        db.session.flush()
    finally:
        connection.execution_options(**dict.fromkeys(PREPARED, False))


def _vanished(kind: str, key: str) -> Job:
    raise RuntimeError(f"{kind} {key}: put by another transaction, and gone")


def _after_commit(session: Session) -> None:
    session.info.pop(_OFFICES, None)
    if session.info.pop(_PUT, False):
        for wake in PUT:
            wake()


def _forget(session: Session) -> None:
    session.info.pop(_PUT, None)
    session.info.pop(_OFFICES, None)


def install() -> None:
    """Let commits wake the relay (idempotent)."""
    if not event.contains(Session, "after_commit", _after_commit):
        event.listen(Session, "after_commit", _after_commit)
        event.listen(Session, "after_rollback", _forget)
