"""Reads: arrangements, what one would change, and the running clocks it would move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.clock import recounting
from app.foundation.clock.calendar import OfficialCalendar
from app.foundation.clock.models import HolidayArrangement
from app.foundation.clock.recounting import Moved
from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.kernel import paths
from app.kernel.errors import N_, NotSeen

TASK = "clocks affected"
LARGEST_ID = 2**31 - 1
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Change:
    """A day that turns: ``worked`` from then on, or off."""

    day: date
    worked: bool
    name: str


def centre() -> Office:
    """The office that keeps the national calendar: the root of the tree."""
    return db.session.scalars(select(Office).where(Office.path == paths.ROOT)).one()


def may_arrange(actor: Actor) -> bool:
    """Whether the actor keeps the calendar; no statement for those who hold no such act at all."""
    return access.may(actor, "calendar", "arrange") and access.can(actor, "calendar", "arrange", centre())


def get(pk: int) -> HolidayArrangement:
    """One arrangement; everybody may know them.

    Raises:
        NotSeen: there is none of that number.
    """
    query = select(HolidayArrangement).where(HolidayArrangement.id == pk)
    found = db.session.scalar(query) if pk <= LARGEST_ID else None
    if found is None:
        raise NotSeen("arrangement-not-seen", N_("没有找到这份放假安排。"))
    return found


def of_year(year: int) -> Sequence[HolidayArrangement]:
    """The arrangements of a year, newest first."""
    query = select(HolidayArrangement).where(HolidayArrangement.year == year)
    return db.session.scalars(query.order_by(HolidayArrangement.id.desc())).all()


def hold() -> None:
    """Wait for another arrangement that is being decided."""
    db.session.execute(select(Office.id).where(Office.path == paths.ROOT).with_for_update())


def edition() -> str:
    """Which calendar stands: changes with each arrangement that is confirmed."""
    moment = clock.arranged_at()
    return moment.isoformat() if moment is not None else "0"


def calendar_of(row: HolidayArrangement) -> OfficialCalendar:
    """The calendar as it would be with this arrangement.

    Raises:
        CalendarError: it contradicts another year's.
    """
    return clock.calendar_with(clock.table_of(row))


def changes(row: HolidayArrangement) -> list[Change]:
    """The days that an arrangement turns: those of its year and of the December before."""
    standing, wanted = clock.calendar(), calendar_of(row)
    names = {date.fromisoformat(day): str(name) for day, _worked, name in row.days}
    found, day = [], date(row.year - 1, 12, 1)
    while day.year <= row.year:
        if standing.is_workday(day) is not wanted.is_workday(day):
            found.append(Change(day, wanted.is_workday(day), names.get(day, "")))
        day += _DAY
    return found


def affected(row: HolidayArrangement, turned: Sequence[Change]) -> list[Moved]:
    """Every running clock that the change of these days moves, the soonest due first."""
    if not turned:
        return []
    wanted = calendar_of(row)
    # Clocks of every office follow: case numbers and offices come out, nothing about the people in them.
    with access.acting_as(access.system(TASK, over=access.EVERYWHERE)):
        found = [
            one
            for running in recounting.offered()
            for one in running.affected(wanted, turned[0].day, turned[-1].day)
        ]
    return sorted(found, key=lambda one: (one.before, one.number))


def office_names(wanted: Sequence[Moved]) -> dict[str, str]:
    """The offices' names by path."""
    asked = {one.office_path for one in wanted}
    rows = db.session.execute(select(Office.path, Office.short_name).where(Office.path.in_(asked)))
    return {path: name for path, name in rows}
