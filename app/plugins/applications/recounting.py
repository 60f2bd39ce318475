"""Running review and paper clocks follow the calendar when a holiday arrangement comes in (S22, S25)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.foundation import audit
from app.foundation.access import Actor
from app.foundation.clock.recounting import Moved, Running
from app.foundation.database import db
from app.kernel import workdays
from app.kernel.workdays import WORKDAY, Calendar
from app.plugins.applications import labels
from app.plugins.applications.models import Application, ApplicationClock


def _touched(query: Any, first: date, last: date) -> Any:
    """A day changes a clock's end only when it lies after its start and not after its end."""
    return query.where(
        ApplicationClock.stopped_on.is_(None),
        ApplicationClock.counted_in == WORKDAY,
        ApplicationClock.started_on < last,
        ApplicationClock.due >= first,
    ).order_by(ApplicationClock.due, ApplicationClock.id)


def affected(calendar: Calendar, first: date, last: date) -> Iterator[Moved]:
    """See ``Running``; one statement."""
    query = select(
        ApplicationClock.kind, ApplicationClock.started_on, ApplicationClock.days, ApplicationClock.due,
        ApplicationClock.review_path, Application.number,
    ).join(Application, Application.id == ApplicationClock.application_id)  # fmt: skip
    for kind, start, days, due, path, number in db.session.execute(_touched(query, first, last)):
        moved = workdays.add(start, days, calendar)
        if moved != due:
            yield Moved(labels.CLOCK[kind], number or "", path, start, days, due, moved)


def keys(first: date, last: date) -> Sequence[int]:
    """See ``Running``."""
    return list(db.session.scalars(_touched(select(ApplicationClock.id), first, last)))


def recount(ids: Sequence[int], calendar: Calendar, actor: Actor, reason: str) -> int:
    """See ``Running``."""
    query = (
        select(ApplicationClock)
        .where(ApplicationClock.id.in_(ids), ApplicationClock.stopped_on.is_(None))
        .options(joinedload(ApplicationClock.application))
        .order_by(ApplicationClock.id)
        .with_for_update(of=ApplicationClock)
    )
    moved = 0
    for row in db.session.scalars(query.execution_options(populate_existing=True)).all():
        due = workdays.add(row.started_on, row.days, calendar)
        if due == row.due:
            continue
        before, row.due = row.due, due
        row.application.due = row.application.due_order = due
        audit.record(
            actor, "application.recounted", row.application,
            before={"due": before}, after={"due": due, "clock": row.kind}, reason=reason,
        )  # fmt: skip
        moved += 1
    return moved


RUNNING = Running(affected, keys, recount)
