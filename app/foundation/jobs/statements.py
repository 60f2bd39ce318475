"""The statements each job costs, made once: composing them anew took longer than running them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, bindparam, inspect, update

from app.foundation.database import db
from app.foundation.jobs.models import RUNNING, Job

_TABLE: Any = inspect(Job).local_table
_COLUMNS = _TABLE.c


@lru_cache(maxsize=8)
def _taking(states: tuple[str, ...]) -> Any:
    columns = _COLUMNS
    return (
        update(_TABLE)
        .where(columns.id == bindparam("job"), columns.state.in_(states))
        .values(
            state=RUNNING,
            holder=bindparam("by"),
            attempts=columns.attempts + 1,
            started_at=bindparam("now"),
            lease_until=bindparam("until"),
        )
        .returning(columns.kind, columns.payload, columns.attempts, columns.review_path, columns.person_id)
    )


def take(job_id: int, states: tuple[str, ...], holder: str, now: Any, until: Any) -> Row[Any] | None:
    """Take a job that is in one of ``states``: kind, payload, attempts, path and person; None when it is not."""
    values = {"job": job_id, "by": holder, "now": now, "until": until}
    return db.session.connection().execute(_taking(states), values).first()


@lru_cache(maxsize=64)
def _changing(names: tuple[str, ...]) -> Any:
    columns = _COLUMNS
    return (
        update(_TABLE)
        .where(
            columns.id == bindparam("job"),
            columns.state == RUNNING,
            columns.holder == bindparam("by"),
            columns.attempts == bindparam("attempt"),
        )
        .values({name: bindparam(f"new_{name}") for name in names})
        .returning(columns.cancel_asked_at)
    )


def change(job_id: int, holder: str, attempt: int, values: Mapping[str, Any]) -> Row[Any] | None:
    """Change a job that ``holder`` runs in this attempt: when its cancelling was asked for; None when he does not."""
    given = {"job": job_id, "by": holder, "attempt": attempt}
    given |= {f"new_{name}": value for name, value in values.items()}
    return db.session.connection().execute(_changing(tuple(values)), given).first()
