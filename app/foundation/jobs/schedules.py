"""What is to be done at set times: data in ``policies/schedules.yaml``, on the business clock or the wall clock.

Each schedule remembers up to which moment it was looked at. What became due since is put once, as the newest moment
that is past: a process that was down, or a drill clock moved by weeks, causes one job, not one for every day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import select

from app.foundation import access, clock, strict_yaml
from app.foundation.access.actors import UNGUARDED
from app.foundation.database import db
from app.foundation.jobs.kinds import NAME_LONGEST, catalogue
from app.foundation.jobs.models import CLOCKS, ScheduleMark
from app.foundation.jobs.outbox import put
from app.foundation.jobs.turn import PLATFORM, book_keeping
from app.foundation.strict_yaml import Section, ShapeError
from app.foundation.tenancy.models import Office
from app.kernel import paths
from app.kernel.workdays import Calendar

FILE = "schedules.yaml"
EVERY, DAILY, WORKDAYS = "every_minutes", "daily", "workdays"
WHENS = (EVERY, DAILY, WORKDAYS)
MOST_MINUTES = 24 * 60
_KEY = "bianban.jobs.schedules"
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])\Z")
_START = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Schedule:
    """One line of the file: ``job`` each ``minutes``, or at ``at`` (Beijing) each day or each working day."""

    name: str
    job: str
    clock: str
    minutes: int = 0
    at: time = time()
    workdays: bool = False

    def latest(self, moment: datetime, calendar: Calendar) -> datetime:
        """The newest moment of this schedule that is not after ``moment``."""
        if self.minutes:
            step = timedelta(minutes=self.minutes)
            return _START + (moment - _START) // step * step
        local = clock.localise(moment)
        day = local.date() if local.time() >= self.at else local.date() - _DAY
        while self.workdays and not calendar.is_workday(day):
            day -= _DAY
        return datetime.combine(day, self.at, clock.SHANGHAI).astimezone(UTC)

    def now(self) -> datetime:
        """Where the schedule's clock stands."""
        return clock.now() if self.clock == "business" else clock.wall()


def _read(name: str, section: Section) -> Schedule:
    section.only("job", "clock", *WHENS)
    said = sorted(set(section.keys()) & set(WHENS))
    if len(said) != 1:
        raise ShapeError(f"{section.where}: exactly one of {', '.join(WHENS)}")
    which = section.text("clock")
    if which not in CLOCKS:
        raise ShapeError(f"{section.where}: clock must be one of {', '.join(CLOCKS)}, not {which!r}")
    if len(name) > NAME_LONGEST:
        raise ShapeError(f"{section.where}: the name is longer than {NAME_LONGEST}")
    job = section.text("job")
    if said[0] == EVERY:
        minutes = section.whole(EVERY)
        if minutes > MOST_MINUTES:
            raise ShapeError(f"{section.where}: every_minutes is {MOST_MINUTES} at most")
        return Schedule(name, job, which, minutes=minutes)
    found = _TIME.match(section.text(said[0]))
    if found is None:
        raise ShapeError(f'{section.where}: {said[0]} must be a time such as "08:30"')
    return Schedule(name, job, which, at=time(int(found[1]), int(found[2])), workdays=said[0] == WORKDAYS)


def load(folder: Path) -> tuple[Schedule, ...]:
    """Read the file.

    Raises:
        ShapeError: a key is unknown, missing or mistyped, or a schedule says no time or two.
    """
    file = strict_yaml.read(folder / FILE)
    return tuple(_read(name, section) for name, section in file.sections())


def init_app(app: Flask) -> None:
    """Read the schedules of this app, and follow its drill clock."""
    app.extensions[_KEY] = load(Path(app.config["POLICIES_DIR"]))
    if drill_moved not in clock.MOVED:
        clock.MOVED.append(drill_moved)


def ensure_known(app: Flask) -> None:
    """Once every plugin has declared what it can do.

    Raises:
        ShapeError: a schedule names a kind of job that nobody declared.
    """
    for schedule in schedules(app):
        if schedule.job not in catalogue(app):
            raise ShapeError(f"{FILE}: {schedule.name}: no kind of job is called {schedule.job!r}")


def schedules(app: Flask | None = None) -> tuple[Schedule, ...]:
    """The schedules of this app."""
    found: tuple[Schedule, ...] = (app or current_app).extensions[_KEY]
    return found


def check() -> int:
    """Put what became due since it was last looked at, in a transaction of its own; how many jobs."""
    waiting = [one for one in schedules() if _asks(one)]
    if not waiting:
        return 0
    with book_keeping():
        return sum(_catch_up(one, one.now()) for one in waiting)


def drill_moved(before: datetime) -> None:
    """The business clock was set, from ``before``: what that makes due is put in the same transaction."""
    db.session.flush()  # as whoever acts: nothing else is written as the platform
    with access.acting_as(PLATFORM):
        for one in schedules():
            if one.clock == "business":
                _catch_up(one, one.now(), since=before)


def _asks(one: Schedule) -> bool:
    """Whether there is anything to write for a schedule."""
    seen = db.session.scalar(
        select(ScheduleMark.seen).where(ScheduleMark.name == one.name), execution_options=UNGUARDED
    )
    now = one.now()
    return seen is None or now < seen or one.latest(now, clock.calendar()) > seen


def _catch_up(one: Schedule, now: datetime, *, since: datetime | None = None) -> int:
    """Look at a schedule as of ``now``, inside the open transaction; how many jobs were put.

    One that was never looked at begins at ``since`` (or now); a clock that went back begins there again.
    """
    mark = db.session.scalar(
        select(ScheduleMark).where(ScheduleMark.name == one.name).with_for_update(),
        execution_options={**UNGUARDED, "populate_existing": True},
    )
    if mark is None:
        mark = ScheduleMark(name=one.name, seen=since or now)
        db.session.add(mark)
    due = one.latest(now, clock.calendar())
    put_now = mark.seen < due and _has_centre()
    if put_now:
        # The key holds it to once, whoever looks at the same time and however often the clock passes the moment.
        put(
            one.job,
            {"schedule": one.name, "due": due.isoformat()},
            path=paths.ROOT,
            key=f"{one.name}@{due.isoformat()}",
        )
    mark.seen = now
    db.session.flush()
    return int(put_now)


def _has_centre() -> bool:
    """Before the offices are there nothing is scheduled."""
    centre = select(Office.id).where(Office.path == paths.ROOT)
    return db.session.scalar(centre, execution_options=UNGUARDED) is not None
