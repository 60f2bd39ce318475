"""Who acts in the demo's history, and the days on which they do."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.jurisdiction import UnitScoped
from app.foundation.tenancy.models import Office, Person, Post, Unit
from app.kernel import workdays

NOW = datetime(2014, 11, 24, 9, 0, tzinfo=clock.SHANGHAI)


class Cast:
    """Looks up the person who holds a post where a row belongs; each is loaded once."""

    def __init__(self) -> None:
        self._actors: dict[tuple[str, str | int], Actor] = {}

    def _find(self, role: str, *, path: str | None = None, unit_id: int | None = None) -> Actor:
        key = (role, path if path is not None else int(unit_id or 0))
        if key not in self._actors:
            query = select(Person.username).join(Post, Post.person_id == Person.id).where(Post.role == role)
            if path is not None:
                query = query.join(Office, Office.id == Post.office_id).where(Office.path == path)
            else:
                query = query.where(Post.unit_id == unit_id)
            with access.acting_as(access.system("demo", over=access.EVERYWHERE)):
                name = db.session.scalars(query.order_by(Person.id).limit(1)).one()
            self._actors[key] = access.actor_for(name)
        return self._actors[key]

    def filer(self, row: UnitScoped) -> Actor:
        """Whoever files for the row: its desk's coordinator, or the unit's officer."""
        if row.filing_path is not None:
            return self._find("coordinator", path=row.filing_path)
        return self._find("filer", unit_id=row.unit_id)

    def filer_of(self, unit: Unit) -> Actor:
        """Whoever files for a unit as such."""
        if unit.filing_path is not None:
            return self._find("coordinator", path=unit.filing_path)
        return self._find("filer", unit_id=unit.id)

    def office(self, role: str, row: UnitScoped) -> Actor:
        """The clerk, reviewer or head of the office that reviews the row."""
        return self._find(role, path=row.review_path)

    def at(self, role: str, path: str) -> Actor:
        """The holder of a post at an office."""
        return self._find(role, path=path)

    def registrar(self) -> Actor:
        """The central registrar."""
        return self._find("registrar", path="0.conac.")


def moment(day: date, hour: int, minute: int = 12) -> datetime:
    """A time of an office day, Beijing time."""
    return datetime.combine(day, time(hour, minute), tzinfo=clock.SHANGHAI)


def after(day: date, count: int) -> date:
    """``count`` working days later, never past the Friday before the demo's own day."""
    return min(workdays.add(day, count, clock.calendar()), NOW.date() - timedelta(days=3))
