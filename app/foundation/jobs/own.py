"""What people do with jobs: find those they wait for, cancel them, fetch the result; try a dead letter again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.foundation.access.actors import UNGUARDED
from app.foundation.database import db
from app.foundation.jobs import results
from app.foundation.jobs.models import CANCELLED, DEAD, HANDED, RUNNING, WAITING, Job
from app.foundation.jobs.turn import PLATFORM
from app.kernel.errors import N_, NotSeen, WrongState

SHOWN = 50


def mine(person_id: int, limit: int = SHOWN) -> Sequence[Job]:
    """The jobs a person waits for, newest first: his own only, which needs no post."""
    query = select(Job).where(Job.person_id == person_id).order_by(Job.id.desc()).limit(limit)
    return list(db.session.scalars(query, execution_options=UNGUARDED))


def own(pk: int) -> Job:
    """A job that whoever acts now waits for.

    Raises:
        NotSeen: there is none, or it is somebody else's.
    """
    actor = access.current_actor()
    query = select(Job).where(Job.id == pk, Job.person_id == actor.person_id)
    job = None
    if actor.person_id is not None:
        job = db.session.scalar(query, execution_options=UNGUARDED)
    if job is None:
        raise NotSeen("not-seen", N_("没有找到这项任务。"))
    return job


def result(pk: int) -> tuple[Job, Path]:
    """A job of one's own with the file it left.

    Raises:
        NotSeen: none, somebody else's, no file, or no longer kept.
    """
    job = own(pk)
    until = job.result_until
    if not job.result_file or until is None or until <= clock.wall():
        raise NotSeen("result-gone", N_("结果文件不存在，或者已超过保留期限。"))
    path = results.locate(job.result_file)
    if not path.is_file():
        raise NotSeen("result-gone", N_("结果文件不存在，或者已超过保留期限。"))
    return job, path


def cancel(job: Job, *, actor: Actor) -> None:
    """End a job one waits for: at once where it has not begun, else when it next says how far it is.

    Raises:
        NotSeen: it is not his.
        WrongState: it has ended already.
    """
    if actor.person_id is None or job.person_id != actor.person_id:
        raise NotSeen("not-seen", N_("没有找到这项任务。"))
    row = _locked(job)
    now = clock.wall()
    if row.state in (WAITING, HANDED):
        row.state, row.done_at, row.lease_until = CANCELLED, now, None
    elif row.state == RUNNING:
        row.cancel_asked_at = row.cancel_asked_at or now
    else:
        raise WrongState("job-ended", N_("这项任务已经结束。"))
    _kept(actor, "job.cancelled", row)


def retry(job: Job, *, actor: Actor) -> None:
    """Try a dead letter again, with all its attempts anew.

    Raises:
        AccessDenied: no post of the actor reaches it.
        WrongState: it is no dead letter.
    """
    access.require(actor, "job", "retry", job)
    row = _locked(job)
    if row.state != DEAD:
        raise WrongState("job-not-dead", N_("只有失败的任务可以重试。"))
    row.state, row.attempts, row.due_at = WAITING, 0, clock.wall()
    row.holder, row.lease_until, row.done_at, row.cancel_asked_at = "", None, None, None
    _kept(actor, "job.retried", row)


def _locked(job: Job) -> Job:
    """The row as it stands now, locked: a worker may be about to change it (PostgreSQL)."""
    db.session.flush()  # as whoever acts: nothing else is written as the platform
    with access.acting_as(PLATFORM):
        row = db.session.scalar(
            select(Job).where(Job.id == job.id).with_for_update(),
            execution_options={"populate_existing": True},
        )
    if row is None:
        raise NotSeen("not-seen", N_("没有找到这项任务。"))
    return row


def _kept(actor: Actor, verb: str, row: Job) -> None:
    """Write the row as the platform (the person's right was asked before) and remember who did it."""
    with access.acting_as(PLATFORM):
        db.session.flush()
    audit.record(actor, verb, row, after={"kind": row.kind, "state": row.state})
