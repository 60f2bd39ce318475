"""The scheduled job that clears away what need not be kept: result files, ended jobs."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from app.foundation import access, clock
from app.foundation.database import db, transaction
from app.foundation.jobs import results
from app.foundation.jobs.models import CANCELLED, DEAD, DONE, Job
from app.foundation.jobs.rules import rules
from app.foundation.jobs.work import Work

NAME = "jobs.sweep"
AT_ONCE = 500
_BULK = {"synchronize_session": False}


def sweep(work: Work) -> None:
    """Do it, in small transactions: others wait for no more than a moment."""
    while _results():
        work.progress(0)
    for state, days in ((DONE, rules().done_days), (CANCELLED, rules().done_days), (DEAD, rules().dead_days)):
        while _ended(state, days):
            work.progress(0)
    _orphans()


def _results() -> int:
    """Files whose time is over: the row first, so that none points to nothing."""
    query = select(Job).where(Job.result_until <= clock.wall()).order_by(Job.id).limit(AT_ONCE)
    with transaction():
        rows = db.session.scalars(query).all()
        names = [row.result_file for row in rows]
        for row in rows:
            row.result_file, row.result_until = "", None
    for name in names:
        results.remove(name)
    return len(names)


def _ended(state: str, days: int) -> int:
    before = clock.wall() - timedelta(days=days)
    query = (
        select(Job.id)
        .where(Job.state == state, Job.done_at < before, Job.result_until.is_(None))
        .order_by(Job.done_at)
        .limit(AT_ONCE)
    )
    with transaction():
        ids = list(db.session.scalars(query))
        if ids:
            db.session.execute(delete(Job).where(Job.id.in_(ids)), execution_options=_BULK)
    return len(ids)


def _orphans() -> None:
    with access.acting_as(access.system(f"job:{NAME}", over=access.EVERYWHERE)):
        kept = set(db.session.scalars(select(Job.result_file).where(Job.result_file != "")))
    results.sweep(kept)
