"""Running hanging clocks follow the calendar when a holiday arrangement comes in (S27)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.foundation import audit, clock
from app.foundation.access import Actor
from app.foundation.clock.recounting import Moved, Running
from app.foundation.database import db
from app.kernel import workdays
from app.kernel.workdays import Calendar
from app.plugins.badges.models import Badge


def _touched(query: Any, first: date, last: date) -> Any:
    """A day changes a clock's end only when it lies after its start and not after its end."""
    return query.where(
        Badge.state != "revoked",
        Badge.hung_at.is_(None),
        Badge.issued_at < datetime.combine(last, time(), clock.SHANGHAI),
        Badge.hang_by >= first,
    ).order_by(Badge.hang_by, Badge.id)


def affected(calendar: Calendar, first: date, last: date) -> Iterator[Moved]:
    """See ``Running``; one statement."""
    query = select(Badge.number, Badge.review_path, Badge.issued_at, Badge.hang_days, Badge.hang_by)
    for number, path, issued_at, days, due in db.session.execute(_touched(query, first, last)):
        start = clock.localise(issued_at).date()
        moved = workdays.add(start, days, calendar)
        if moved != due:
            yield Moved(_l("加挂网站标识"), number, path, start, days, due, moved)


def keys(first: date, last: date) -> Sequence[int]:
    """See ``Running``."""
    return list(db.session.scalars(_touched(select(Badge.id), first, last)))


def recount(ids: Sequence[int], calendar: Calendar, actor: Actor, reason: str) -> int:
    """See ``Running``."""
    query = select(Badge).where(Badge.id.in_(ids), Badge.hung_at.is_(None), Badge.state != "revoked")
    query = query.order_by(Badge.id).with_for_update(of=Badge)
    moved = 0
    for badge in db.session.scalars(query.execution_options(populate_existing=True)).all():
        due = workdays.add(clock.localise(badge.issued_at).date(), badge.hang_days, calendar)
        if due == badge.hang_by:
            continue
        before, badge.hang_by = badge.hang_by, due
        audit.record(
            actor, "badge.recounted", badge, before={"hang_by": before}, after={"hang_by": due}, reason=reason
        )
        moved += 1
    return moved


RUNNING = Running(affected, keys, recount)
