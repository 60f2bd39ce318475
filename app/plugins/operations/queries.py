"""How the queues stand, counted by the database within what the acting one sees."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import case, func, select

from app.foundation import clock, jobs
from app.foundation.database import db
from app.foundation.jobs import Job

WAITING, RUNNING = ("waiting", "handed"), "running"
DONE, DEAD = "done", "dead"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass
class Queue:
    """One queue: how many by state, and how many seconds the oldest has been due."""

    name: str
    states: dict[str, int] = field(default_factory=dict)
    oldest: float | None = None

    @property
    def waiting(self) -> int:
        """Not begun yet, whether due or set for later."""
        return sum(self.states.get(state, 0) for state in WAITING)

    @property
    def running(self) -> int:
        """Being done now."""
        return self.states.get(RUNNING, 0)

    @property
    def dead(self) -> int:
        """Given up."""
        return self.states.get(DEAD, 0)


@dataclass(frozen=True)
class Pace:
    """How many ended well and badly in the last hour and the last day."""

    done_hour: int
    dead_hour: int
    done_day: int
    dead_day: int


def by_kind() -> list[tuple[str, str, str, int]]:
    """Queue, kind, state and how many; one statement."""
    by = (Job.queue, Job.kind, Job.state)
    return [tuple(row) for row in db.session.execute(select(*by, func.count()).group_by(*by))]  # type: ignore[misc]


def oldest() -> dict[str, float]:
    """Seconds the oldest job that could begin has been due, by queue; one statement."""
    now = clock.wall()
    due: Any = func.min(Job.due_at, type_=Job.due_at.type)
    query = select(Job.queue, due).where(Job.state.in_(WAITING), Job.due_at <= now).group_by(Job.queue)
    return {queue: max((now - since).total_seconds(), 0.0) for queue, since in db.session.execute(query)}


def queues() -> list[Queue]:
    """Every queue of this program, and any other with jobs in it, that are not all done; two statements."""
    found = {kind.queue: Queue(kind.queue) for kind in jobs.catalogue().values()}
    query = (
        select(Job.queue, Job.state, func.count())
        .where(Job.state.in_((*WAITING, RUNNING, DEAD)))
        .group_by(Job.queue, Job.state)
    )
    for name, state, number in db.session.execute(query):
        found.setdefault(name, Queue(name)).states[state] = number
    for name, age in oldest().items():
        found.setdefault(name, Queue(name)).oldest = age
    return sorted(found.values(), key=lambda one: one.name)


def pace() -> Pace:
    """How much was done lately; one statement."""
    now = clock.wall()

    def times(state: str, since: timedelta) -> Any:
        return func.sum(case(((Job.state == state) & (Job.done_at >= now - since), 1), else_=0))

    row = db.session.execute(
        select(times(DONE, HOUR), times(DEAD, HOUR), times(DONE, DAY), times(DEAD, DAY)).where(
            Job.state.in_((DONE, DEAD)), Job.done_at >= now - DAY
        )
    ).one()
    return Pace(*(int(number or 0) for number in row))
