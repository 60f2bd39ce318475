"""The statements that taking and ending jobs costs, made once: composing them took longer than running them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, bindparam, inspect, tuple_, update

from app.foundation.database import db
from app.foundation.jobs.models import DONE, RUNNING, WAITING, Job

if TYPE_CHECKING:
    from app.foundation.jobs.work import Claim

_TABLE: Any = inspect(Job).local_table
_COLUMNS = _TABLE.c


@lru_cache(maxsize=8)
def _taking(states: tuple[str, ...]) -> Any:
    columns = _COLUMNS
    return (
        update(_TABLE)
        .where(columns.id.in_(bindparam("jobs", expanding=True)), columns.state.in_(states))
        .values(
            state=RUNNING,
            holder=bindparam("by"),
            attempts=columns.attempts + 1,
            started_at=bindparam("now"),
            lease_until=bindparam("until"),
        )
        .returning(
            columns.id,
            columns.kind,
            columns.payload,
            columns.attempts,
            columns.review_path,
            columns.person_id,
        )
    )


def take(
    jobs: Sequence[int], states: tuple[str, ...], holder: str, now: Any, until: Any
) -> Sequence[Row[Any]]:
    """Take those of the jobs that are in one of ``states``: id, kind, payload, attempts, path and person of each."""
    values = {"jobs": list(jobs), "by": holder, "now": now, "until": until}
    return db.session.connection().execute(_taking(states), values).all()


@lru_cache(maxsize=1)
def _finishing() -> Any:
    columns = _COLUMNS
    return (
        update(_TABLE)
        .where(
            tuple_(columns.id, columns.attempts).in_(bindparam("taken", expanding=True)),
            columns.state == RUNNING,
            columns.holder == bindparam("by"),
        )
        .values(state=DONE, done_at=bindparam("at"), lease_until=None, error="")
        .returning(columns.id)
    )


def finish(claims: Sequence[Claim], values: Mapping[str, Any]) -> set[int]:
    """Mark jobs of one holder as done; those that were still his."""
    given = {
        "taken": [(one.id, one.attempt) for one in claims],
        "by": claims[0].holder,
        "at": values["done_at"],
    }
    return set(db.session.connection().execute(_finishing(), given).scalars())


@lru_cache(maxsize=1)
def _returning() -> Any:
    columns = _COLUMNS
    return (
        update(_TABLE)
        .where(
            tuple_(columns.id, columns.attempts).in_(bindparam("taken", expanding=True)),
            columns.state == RUNNING,
            columns.holder == bindparam("by"),
        )
        .values(state=WAITING, attempts=columns.attempts - 1, holder="", lease_until=None)
    )


def give_back(claims: Sequence[Claim]) -> None:
    """Jobs of one holder that were taken and not begun wait again."""
    given = {"taken": [(one.id, one.attempt) for one in claims], "by": claims[0].holder}
    db.session.connection().execute(_returning(), given)


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
