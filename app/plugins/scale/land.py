"""The offices as the data set needs them: facts by path, and what each applies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqlalchemy import select

from app.foundation import clock
from app.foundation.database import db
from app.foundation.limits import for_settings
from app.foundation.tenancy import routing
from app.foundation.tenancy import service as tenancy
from app.foundation.tenancy.models import Office
from app.foundation.tenancy.routing import OfficeFact, UnitFact
from app.kernel import paths
from app.kernel.workdays import Clock
from app.plugins.applications import numbering
from app.plugins.scale import words
from app.plugins.scale.spread import Home

Facts = tuple[str, str | None, int | None, int | None, int | None]


@dataclass(frozen=True, slots=True)
class Place:
    """An office with what is asked of it a thousand times."""

    id: int
    code: str
    path: str
    name: str
    level: str
    kind: str
    desk_kind: str | None
    prefix: str
    region: str


class Land:
    """All offices, and routing over them; every question is answered once."""

    def __init__(self) -> None:
        offices = list(
            db.session.scalars(select(Office).where(Office.active.is_(True)).order_by(Office.path))
        )
        regions = words.regions()
        self.tree: dict[str, OfficeFact] = tenancy.tree_of(offices)
        self.offices = {office.path: office for office in offices}
        self.places = {office.path: self._place(office, regions) for office in offices}
        self.by_code = {place.code: place for place in self.places.values()}
        self.facts = lru_cache(maxsize=None)(self._facts)
        self.clock = lru_cache(maxsize=None)(self._clock)

    @staticmethod
    def _place(office: Office, regions: dict[str, str]) -> Place:
        return Place(
            office.id, office.code, office.path, office.name, office.level, office.kind, office.desk_kind,
            numbering.prefix_of(office), regions.get(office.division_code or "", office.short_name),
        )  # fmt: skip

    def homes(self) -> list[Home]:
        """The offices units may belong to: those of the four levels, zones as counties, and guided desks."""
        levels = {"zone": "county", "desk": "county"}
        return [
            Home(place.code, levels.get(place.level, place.level))
            for place in self.places.values()
            if place.kind == "office" or place.desk_kind == "guided"
        ]

    def desks(self, path: str) -> list[Place]:
        """The filing desks directly under an office."""
        return [
            place
            for place in self.places.values()
            if place.desk_kind == "filing" and paths.parent(place.path) == path
        ]

    def _facts(self, unit: UnitFact) -> Facts:
        derived = routing.derive(unit, self.tree)
        return (
            str(derived.review.path), derived.filing.path,
            derived.province_id, derived.city_id, derived.county_id,
        )  # fmt: skip

    def at(self, path: str) -> Facts:
        """The facts of what an office itself holds."""
        return (path, None, *routing.levels(path, self.tree))

    def _clock(self, path: str, kind: str, on: date) -> Clock:
        return for_settings(self.offices[path].settings).clock(kind).start(on, clock.calendar())
