"""Who does what only one process may do, and which processes are alive: rows that are renewed, by wall time.

A lease that ends later than any could that is given now was given before the clock was set back: it holds nothing.
So a clock set back never locks anybody out; at worst two hold the same for one round, and what they do bears it.
"""

from __future__ import annotations

import os
import platform
import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from app.foundation import clock
from app.foundation.database import db, savepoint
from app.foundation.jobs.models import Lease
from app.foundation.jobs.rules import rules
from app.foundation.jobs.turn import book_keeping

PROCESS = "process:"
SLACK = timedelta(seconds=5)
_BULK = {"synchronize_session": False}


def holder() -> str:
    """A name for this process that no other has."""
    return f"{platform.node()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"


def acquire(name: str, holder: str, *, often: bool = True) -> bool:
    """Take a lease that is free, or renew one's own, in a transaction of its own; whether ``holder`` now has it.

    Args:
        often: renew it whatever is left of it; otherwise only when a third is gone. Others' is only looked at.
    """
    now = clock.wall()
    alive = rules().alive
    until = now + alive
    row = db.session.execute(select(Lease.holder, Lease.until).where(Lease.name == name)).first()
    if row is not None:
        left = row.until - now
        if row.holder != holder and timedelta(0) < left <= alive + SLACK:
            return False
        if row.holder == holder and not often and alive * 2 / 3 < left <= alive + SLACK:
            return True
    free = (Lease.until <= now) | (Lease.until > until + SLACK)
    with book_keeping():
        result: Any = db.session.execute(
            update(Lease)
            .where(Lease.name == name, (Lease.holder == holder) | free)
            .values(holder=holder, until=until),
            execution_options=_BULK,
        )
        if result.rowcount:
            return True
        return db.session.get(Lease, name) is None and _added(Lease(name=name, holder=holder, until=until))


def _added(lease: Lease) -> bool:
    try:
        with savepoint():
            db.session.add(lease)
            db.session.flush()
    except IntegrityError:
        return False
    return True


def release(holder: str) -> None:
    """Give back everything ``holder`` has, in a transaction of its own."""
    with book_keeping():
        db.session.execute(delete(Lease).where(Lease.holder == holder), execution_options=_BULK)


def live(holder: str) -> None:
    """Say that the process is alive, in a transaction of its own."""
    acquire(PROCESS + holder, holder)


def living(now: datetime) -> list[str]:
    """Processes that have given a sign of life, inside the open transaction; the rows of others are cleared away."""
    ended = (Lease.until <= now) | (Lease.until > now + rules().alive + SLACK)
    process = Lease.name.startswith(PROCESS, autoescape=True)
    db.session.execute(delete(Lease).where(process, ended), execution_options=_BULK)
    return list(db.session.scalars(select(Lease.holder).where(process)))
