"""What time it is for the work of the offices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path

from flask import current_app, g, has_app_context, has_request_context
from sqlalchemy import func, select

from app.foundation.clock.calendar import OfficialCalendar, Table
from app.foundation.clock.models import DrillClock, HolidayArrangement
from app.foundation.database import db
from app.kernel.errors import N_, Refusal

# China has kept one zone without daylight saving since 1992: a fixed offset needs no zone database.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")

# Made once: it runs in every request. The clock is nobody's row, so the guard need not look at it.
DRILL = select(DrillClock.at).where(DrillClock.id == 1).execution_options(unguarded=True)
# When an arrangement was confirmed last: a calendar made before that is an old one, in whatever process.
ARRANGED = select(func.max(HolidayArrangement.confirmed_at)).execution_options(unguarded=True)
_KEPT = "bianban.calendar"
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


@lru_cache(maxsize=8)
def _calendar(folder: Path, arranged_at: datetime | None) -> OfficialCalendar:
    return OfficialCalendar(folder, () if arranged_at is None else _tables(arranged_at).values())


def _tables(until: datetime) -> dict[int, Table]:
    """The arrangements that stand: of each year's, the one confirmed last."""
    rows = db.session.scalars(
        select(HolidayArrangement)
        .where(HolidayArrangement.confirmed_at <= until)
        .order_by(HolidayArrangement.confirmed_at, HolidayArrangement.id)
    )
    return {row.year: table_of(row) for row in rows}


def table_of(row: HolidayArrangement) -> Table:
    """A pasted arrangement as the calendar takes it."""
    days = {date.fromisoformat(day): (bool(worked), str(name)) for day, worked, name in row.days}
    return Table(row.year, days, row.document)


def arranged_at() -> datetime | None:
    """When an arrangement was confirmed last: asked once a request, elsewhere once a transaction."""
    if has_request_context():
        if "arranged_at" not in g:
            g.arranged_at = db.session.execute(ARRANGED).scalar_one_or_none()
        moment: datetime | None = g.arranged_at
        return moment
    session = db.session()
    kept = session.info.get(_KEPT)
    if kept is None or kept[0] is not session.get_transaction():
        found = session.execute(ARRANGED).scalar_one_or_none()
        kept = session.info[_KEPT] = (session.get_transaction(), found)
    return kept[1]


def note_arranged(moment: datetime | None) -> None:
    """Somebody's statement read ``ARRANGED`` along with its own rows: the request need not ask again."""
    if has_request_context():
        g.arranged_at = moment


def forget_arranged() -> None:
    """An arrangement was confirmed in this transaction."""
    db.session().info.pop(_KEPT, None)
    if has_request_context():
        g.pop("arranged_at", None)


def calendar_folder() -> Path:
    """Where the day tables lie."""
    return Path(current_app.config["POLICIES_DIR"]) / "calendar"


def calendar() -> OfficialCalendar:
    """The official working-day calendar (``policies/calendar``, and what was pasted), the same in every process."""
    return _calendar(calendar_folder(), arranged_at())


def calendar_with(table: Table) -> OfficialCalendar:
    """The calendar as it would be with one more arrangement.

    Raises:
        CalendarError: it contradicts another year's.
    """
    standing = arranged_at()
    tables = _tables(standing) if standing is not None else {}
    return OfficialCalendar(calendar_folder(), (tables | {table.year: table}).values())


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
