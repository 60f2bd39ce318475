"""What the relay does in the database: whose turn it is, handing over, and mending what a dead process left."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from app.foundation import access, clock
from app.foundation.database import db
from app.foundation.jobs import fairness, leases
from app.foundation.jobs.kinds import catalogue, longest_lease
from app.foundation.jobs.models import DEAD, HANDED, RUNNING, WAITING, Job
from app.foundation.jobs.rules import rules, wait
from app.foundation.jobs.turn import PLATFORM, book_keeping
from app.kernel.errors import N_

SLACK = timedelta(seconds=5)
_BULK = {"synchronize_session": False}
DIED = N_("执行该任务的进程中断，已达到尝试次数上限。")


@dataclass(frozen=True)
class Load:
    """What waits and what is under way in one queue, by office; how many are handed over and not yet taken."""

    waiting: Mapping[int, fairness.Waiting]
    flying: Mapping[int, int]
    handed: int


def loads() -> dict[str, Load]:
    """Every queue with something due or under way."""
    waiting: dict[str, dict[int, fairness.Waiting]] = defaultdict(dict)
    flying: dict[str, Counter[int]] = defaultdict(Counter)
    handed: Counter[str] = Counter()
    with access.acting_as(PLATFORM):
        due = (
            select(Job.queue, Job.office_id, func.count(), func.min(Job.due_at, type_=Job.due_at.type))
            .where(Job.state == WAITING, Job.due_at <= clock.wall())
            .group_by(Job.queue, Job.office_id)
        )
        for queue, office, count, since in db.session.execute(due):
            waiting[queue][office] = (count, since)
        busy = (
            select(Job.queue, Job.office_id, Job.state, func.count())
            .where(Job.state.in_((HANDED, RUNNING)))
            .group_by(Job.queue, Job.office_id, Job.state)
        )
        for queue, office, state, count in db.session.execute(busy):
            flying[queue][office] += count
            handed[queue] += count if state == HANDED else 0
    return {
        queue: Load(waiting.get(queue, {}), flying.get(queue, Counter()), handed[queue])
        for queue in sorted({*waiting, *flying})
    }


def messages(ids: Sequence[int], size: int) -> list[list[int]]:
    """Jobs in messages of ``size`` at most. What was begun before goes alone: it may be what kills its process."""
    with access.acting_as(PLATFORM):
        tried = set(db.session.scalars(select(Job.id).where(Job.id.in_(ids), Job.attempts > 0)))
    fresh = [one for one in ids if one not in tried]
    found = [fresh[start : start + size] for start in range(0, len(fresh), size)]
    return [*found, *([one] for one in ids if one in tried)]


def pick(queue: str, load: Load, room: int) -> list[int]:
    """Ids of the jobs whose turn it is, offices taking turns, the oldest of each first; ``room`` at most."""
    order = list(fairness.turns(load.waiting, load.flying, room))
    with access.acting_as(PLATFORM):
        queued = {
            office: iter(
                db.session.scalars(
                    select(Job.id)
                    .where(
                        Job.state == WAITING,
                        Job.queue == queue,
                        Job.office_id == office,
                        Job.due_at <= clock.wall(),
                    )
                    .order_by(Job.due_at, Job.id)
                    .limit(count)
                ).all()
            )
            for office, count in Counter(order).items()
        }
    return [found for office in order if (found := next(queued[office], None)) is not None]


def hand(ids: Sequence[int], holder: str) -> list[int]:
    """Mark jobs as handed to the workers, in a transaction of its own; those that still waited, in the given order."""
    with book_keeping():
        statement = (
            update(Job)
            .where(Job.id.in_(ids), Job.state == WAITING)
            .values(state=HANDED, holder=holder, lease_until=clock.wall() + rules().handed)
            .returning(Job.id)
        )
        taken = set(db.session.scalars(statement, execution_options=_BULK))
    return [one for one in ids if one in taken]


def take_back(ids: Iterable[int]) -> None:
    """Jobs that could not be handed over wait again, in a transaction of its own."""
    with book_keeping():
        _wait_again(Job.id.in_(list(ids)) & (Job.state == HANDED))


def _wait_again(which: ColumnElement[bool], **values: Any) -> int:
    changed = {"state": WAITING, "holder": "", "lease_until": None, **values}
    result: Any = db.session.execute(update(Job).where(which).values(**changed), execution_options=_BULK)
    return int(result.rowcount)


# -- mending -------------------------------------------------------------------------------------------------


def mend(chance: float, *, in_process: bool) -> int:
    """Set free what a dead process held, and what a clock that was set back would keep waiting; how many.

    Args:
        chance: random from 0 up to 1, for the waits.
        in_process: the broker lives in the processes themselves: what one had handed over died with it.
    """
    now = clock.wall()
    with book_keeping():
        alive = leases.living(now)
        gone = Job.holder.not_in(alive)
        handed = and_(Job.state == HANDED, _over(Job.lease_until, now, rules().handed))
        if in_process:
            handed = or_(handed, and_(Job.state == HANDED, gone))
        count = _wait_again(handed)
        count += _early(now)
        query = select(Job.id, Job.kind, Job.attempts).where(
            Job.state == RUNNING, or_(gone, _over(Job.lease_until, now, longest_lease()))
        )
        for job_id, name, attempts in db.session.execute(query).all():
            count += _free(job_id, name, attempts, now, chance)
    return count


def _over(until: InstrumentedAttribute[datetime | None], now: datetime, longest: timedelta) -> Any:
    """Ended, or ending later than any lease given now could: the clock was set back since."""
    return or_(until.is_(None), until <= now, until > now + longest + SLACK)


def _free(job_id: int, name: str, attempts: int, now: datetime, chance: float) -> int:
    kind = catalogue().get(name)
    same = and_(Job.id == job_id, Job.state == RUNNING, Job.attempts == attempts)
    if kind is not None and attempts >= kind.attempts:
        values = {"state": DEAD, "done_at": now, "lease_until": None, "error": DIED}
        result: Any = db.session.execute(update(Job).where(same).values(**values), execution_options=_BULK)
        return int(result.rowcount)
    delay = wait(attempts - 1, chance, rules()) if attempts > 1 else timedelta(0)
    return _wait_again(same, due_at=now + delay)


def _early(now: datetime) -> int:
    """What was written or begun in the future was so before the clock was set back: it is due."""
    future = now + SLACK
    put_at_once = and_(Job.due_at == Job.created_at, Job.created_at > future)
    return _wait_again(
        and_(Job.state == WAITING, Job.due_at > future, or_(put_at_once, Job.started_at > future)), due_at=now
    )
