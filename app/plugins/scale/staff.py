"""Accounts and posts: three people at every office, one at every desk, and an officer for a few units together."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from app.foundation.jurisdiction import FACTS
from app.plugins.scale.land import Facts, Land, Place
from app.plugins.scale.register import GROUPED, UnitRow
from app.plugins.scale.words import person

STAFF = {"clerk": "承办人", "reviewer": "审核人", "head": "负责人"}
DESK_ROLES = {"egov": "egov", "cac": "cac", "filing": "coordinator", "guided": "coordinator"}
TITLES = {"egov": "电子政务岗", "cac": "网信岗", "coordinator": "协调人", "registrar": "注册管理员"}

PERSON = (
    "id", "username", "last_name", "first_name", "email", "password", "active", "demo", "office_id", *FACTS,
)  # fmt: skip
POST = ("person_id", "role", "office_id", "unit_id", "since", "document", *FACTS)


@dataclass(slots=True)
class Staff:
    """Who is where: ids and names by role and office path, and the officer's id by unit."""

    password: str
    since: date
    people: list[tuple[object, ...]] = field(default_factory=list)
    posts: list[tuple[object, ...]] = field(default_factory=list)
    at: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    filers: dict[int, int] = field(default_factory=dict)

    def hire(self, username: str, name: str, keeper: int, facts: Facts) -> int:
        """An account; returns its number, from 1."""
        number = len(self.people) + 1
        self.people.append(
            (
                number,
                username,
                name,
                "",
                f"{username}@bianban.invalid",
                self.password,
                True,
                True,
                keeper,
                *facts,
            )
        )
        return number

    def appoint(
        self, person_id: int, role: str, office_id: int | None, unit_id: int | None, facts: Facts
    ) -> None:
        """A post."""
        self.posts.append((person_id, role, office_id, unit_id, self.since, "规模测试", *facts))

    def at_office(self, place: Place, role: str, title: str, facts: Facts) -> None:
        """An account with one post at an office or desk."""
        name = f"{title}{person(len(self.people) % 30)}"
        number = self.hire(f"{place.code.lower()}.{role}", name, place.id, facts)
        self.at[role, place.path] = number, name
        self.appoint(number, role, place.id, None, facts)


def staff(land: Land, units: list[UnitRow], password: str, since: date) -> Staff:
    """Everybody the data set needs, in the order of office paths, then of units."""
    made = Staff(password, since)
    for place in land.places.values():
        facts = land.at(place.path)
        roles = STAFF if place.kind == "office" else _desk_roles(place)
        for role, title in roles.items():
            made.at_office(place, role, title, facts)
    together: dict[str, tuple[int, int]] = {}
    for unit in units:
        if not unit.filed or unit.facts[1] is not None:
            continue
        number, count = together.get(unit.review_path, (0, GROUPED))
        if count == GROUPED:
            keeper = land.places[unit.review_path]
            name = f"经办人{person(len(made.people) % 30)}"
            number, count = made.hire(f"u{unit.account}", name, keeper.id, land.at(keeper.path)), 0
        together[unit.review_path] = number, count + 1
        made.filers[unit.id] = number
        made.appoint(number, "filer", None, unit.id, unit.facts)
    return made


def _desk_roles(place: Place) -> dict[str, str]:
    role = "registrar" if place.kind == "registry" else DESK_ROLES[place.desk_kind or "egov"]
    return {role: TITLES[role]}
