"""What time it is for the work of the offices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path

from flask import current_app, g, has_app_context, has_request_context
from sqlalchemy import select

from app.foundation.clock.calendar import OfficialCalendar
from app.foundation.clock.models import DrillClock
from app.foundation.database import db
from app.kernel.errors import N_, Refusal
from app.kernel.workdays import Calendar

# China has kept one zone without daylight saving since 1992: a fixed offset needs no zone database.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")

# Made once: it runs in every request. The clock is nobody's row, so the guard need not look at it.
DRILL = select(DrillClock.at).where(DrillClock.id == 1).execution_options(unguarded=True)
# Called with where business time stood when the drill clock was set, moved or stopped, in that transaction.
MOVED: list[Callable[[datetime], None]] = []
_override: ContextVar[datetime | None] = ContextVar("bianban_clock", default=None)


def wall() -> datetime:
    """Real time, UTC: for audit, sessions, tokens and rate limits."""
    return datetime.now(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let business time be ``moment`` (aware) inside the block: for tests and for writing demo history."""
    if moment.tzinfo is None:
        raise ValueError("naive datetime")
    token = _override.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _override.reset(token)


def drill() -> datetime | None:
    """Where the drill clock stands (UTC), or None when business time is real time. Read once a request."""
    if not has_app_context():
        return None
    if has_request_context() and "drill_clock" in g:
        moment: datetime | None = g.drill_clock
        return moment
    moment = db.session.execute(DRILL).scalar_one_or_none()
    if has_request_context():
        g.drill_clock = moment
    return moment


def note_drill(moment: datetime | None) -> None:
    """Somebody's statement read ``DRILL`` along with its own rows: the request need not ask again."""
    if has_request_context():
        g.drill_clock = moment


def now() -> datetime:
    """Business time, aware UTC."""
    return _override.get() or drill() or wall()


def localise(moment: datetime) -> datetime:
    """The same moment on the wall clocks of Beijing."""
    return moment.astimezone(SHANGHAI)


def today() -> date:
    """Today's business date in Asia/Shanghai."""
    return localise(now()).date()


@lru_cache(maxsize=4)
def _calendar(folder: Path) -> OfficialCalendar:
    return OfficialCalendar(folder)


def calendar() -> Calendar:
    """The official working-day calendar (``policies/calendar``)."""
    return _calendar(Path(current_app.config["POLICIES_DIR"]) / "calendar")


def _refuse_in_production() -> None:
    if current_app.config["ENV_NAME"] == "production":
        raise Refusal("drill-in-production", N_("正式环境不使用演练时钟。"))


def move(moment: datetime) -> None:
    """Set the drill clock; call inside ``transaction()``.

    Raises:
        Refusal: in production, or a naive moment.
    """
    _refuse_in_production()
    if moment.tzinfo is None:
        raise Refusal("drill-naive", N_("演练时刻须带时区，例如 2014-11-24T09:00+08:00。"), field="moment")
    before = now()
    row = db.session.get(DrillClock, 1)
    if row is None:
        db.session.add(DrillClock(id=1, at=moment))
    else:
        row.at = moment
    _moved(before)


def stop() -> None:
    """Return to real time; call inside ``transaction()``."""
    before = now()
    row = db.session.get(DrillClock, 1)
    if row is not None:
        db.session.delete(row)
        _moved(before)


def _moved(before: datetime) -> None:
    db.session.flush()
    if has_request_context():
        g.pop("drill_clock", None)
    for tell in MOVED:
        tell(before)
