"""The national tree with 50,000 units on it, written set by set."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from random import Random
from typing import Any

from sqlalchemy import select

from app.foundation import access, bulk
from app.foundation.database import db, transaction
from app.foundation.jurisdiction import FACTS
from app.foundation.tenancy import routing, service
from app.foundation.tenancy.models import Office, Site, Unit
from app.foundation.tenancy.routing import OfficeFact, Route, UnitFact
from app.kernel import paths

UNITS = 50_000
SITES = 8_000
TASK = access.system("tests", over=access.EVERYWHERE)
UNIT = ("account", "name", "nature", "rank", "management", "home_id", "named_desk_id", *FACTS)
SITE = ("unit_id", "name", "filing_desk_id", *FACTS)
Group = tuple[str, str | None]


def tree() -> dict[str, OfficeFact]:
    """Every office by path."""
    with access.acting_as(TASK):
        return service.tree_of(db.session.scalars(select(Office)))


def write(seed: int = 1) -> int:
    """Units at every office, most in a few counties, some managed from above, some with a desk; then websites."""
    chance, land = Random(seed), tree()
    homes = sorted(path for path, one in land.items() if one.kind == "office" or one.desk_kind == "guided")
    desks: dict[str, list[str]] = defaultdict(list)
    for path, one in land.items():
        if one.desk_kind in routing.FILING_DESKS:
            desks[paths.parent(path)].append(path)
    crowded = [home for home in homes if home.startswith("0.43.07.")]

    @cache
    def route(home: str, management: str, desk: str | None) -> Route:
        return routing.derive(UnitFact(home=home, management=management, named_desk=desk), land)

    rows = []
    for number in range(UNITS):
        home = (
            homes[number % len(homes)]
            if number < 2 * len(homes)
            else chance.choice(crowded if number % 3 == 0 else homes)
        )
        management = chance.choices(routing_kinds(home, land), (94, 3, 3))[0]
        desk = chance.choice(desks[home]) if desks[home] and chance.random() < 0.3 else None
        facts = route(home, management, desk).facts
        rows.append(
            (f"{number:08d}", f"单位{number}", "organ", "division", management, land[home].id,
             land[desk].id if desk else None, *facts.values())
        )  # fmt: skip
    with access.acting_as(TASK), transaction():
        bulk.write(Unit, UNIT, rows)
        known = db.session.execute(
            select(Unit.id, *(getattr(Unit, fact) for fact in FACTS)).limit(SITES)
        ).all()
        sites = [_site(chance, number, row, land, desks) for number, row in enumerate(known)]
        bulk.write(Site, SITE, sites)
    return len(rows)


def routing_kinds(home: str, land: dict[str, OfficeFact]) -> tuple[str, str, str]:
    """Where there is no province, nothing is managed by one."""
    above = "provincial_vertical" if routing.levels(home, land)[0] else "local"
    return "local", "central_vertical", above


def _site(
    chance: Random, number: int, row: Any, land: dict[str, OfficeFact], desks: dict[str, list[str]]
) -> tuple[object, ...]:
    key, review, filing, *levels = row
    near = [desk for desk in desks[review] if land[desk].desk_kind == "filing"]
    own = land[chance.choice(near)] if near and chance.random() < 0.5 else None
    return key, f"网站{number}", own.id if own else None, review, own.path if own else filing, *levels


def grouped(model: type[Any]) -> dict[Group, set[int]]:
    """Every row's id by what decides over it."""
    found: dict[Group, set[int]] = defaultdict(set)
    with access.acting_as(TASK):
        for key, review, filing in db.session.execute(select(model.id, model.review_path, model.filing_path)):
            found[review, filing].add(key)
    return found
