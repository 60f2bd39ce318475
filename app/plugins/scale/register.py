"""Units and their websites, office after office in the order of chance, each with the facts routing derives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from app.foundation.jurisdiction import FACTS
from app.foundation.tenancy.routing import UnitFact
from app.plugins.scale import spread
from app.plugins.scale.land import Facts, Land, Place
from app.plugins.scale.words import Kind, ordinal

FIRST_ACCOUNT = 10_000_000
NAMED = 0.2  # of the units of an office that has filing desks, those that name one
GROUPED = 5  # units of one office that share an officer

UNIT = (
    "id", "account", "name", "nature", "rank", "management", "home_id", "named_desk_id", "supervisor_name",
    "address", "postcode", "functions", "administrative", *FACTS,
)  # fmt: skip
SITE = ("id", "unit_id", "name", "chinese_domain", "english_domain", "ip", "hosting", *FACTS)


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit as it was made; ``filed`` says it has an application, ``site_id`` its website where it has one."""

    id: int
    account: str
    name: str
    kind: Kind
    rank: str
    home: Place
    desk: Place | None
    facts: Facts
    site_id: int | None
    filed: bool

    @property
    def review_path(self) -> str:
        """The office that reviews it."""
        return self.facts[0]

    @property
    def supervisor(self) -> str:
        """What stands under 上级主管单位."""
        return f"{self.home.region}人民政府"

    @property
    def address(self) -> str:
        """A made-up address."""
        return f"{self.home.region}人民路{self.id % 300 + 1}号"

    @property
    def site(self) -> str:
        """The website's name."""
        return f"{self.name}网站"

    @property
    def chinese_domain(self) -> str:
        """A well-formed Chinese domain of its own."""
        suffix = "政务" if self.kind.nature == "organ" else "公益"
        return f"示例{self.account}.{suffix}"

    @property
    def english_domain(self) -> str:
        """A well-formed English domain of its own."""
        return f"www.u{self.account}.gov.cn" if self.kind.nature == "organ" else f"www.u{self.account}.cn"

    @property
    def ip(self) -> str:
        """An address of the block kept for documentation."""
        return f"198.51.100.{self.id % 254 + 1}"


def units(land: Land, kinds: list[Kind], number: int, chance: Random) -> Iterator[UnitRow]:
    """``number`` units, numbered from 1, websites likewise."""
    counted = spread.counts(land.homes(), number, chance)
    homes = [code for code, count in sorted(counted.items()) for _ in range(count)]
    chance.shuffle(homes)
    desks: dict[str, list[Place]] = {}
    named: Counter[tuple[str, str]] = Counter()
    sites = 0
    for index, code in enumerate(homes, 1):
        home = land.by_code[code]
        kind = kinds[chance.randrange(len(kinds))]
        if home.path not in desks:
            desks[home.path] = land.desks(home.path)
        desk = _desk(desks[home.path], kind, chance)
        level = "county" if home.level in {"zone", "desk"} else home.level
        kind = kind if level == "county" or kind.management == "local" else kinds[0]
        rank = kind.rank(level)
        named[code, kind.name] += 1
        filed, idle = index % 10 in spread.FILED, index % 10 == spread.IDLE
        sites += filed or idle
        yield UnitRow(
            id=index,
            account=str(FIRST_ACCOUNT + index),
            name=f"{home.region}{ordinal(named[code, kind.name])}{kind.name}",
            kind=kind,
            rank=rank,
            home=home,
            desk=desk,
            facts=land.facts(UnitFact(home.path, kind.management, rank, desk.path if desk else None)),
            site_id=sites if filed or idle else None,
            filed=filed,
        )


def _desk(desks: list[Place], kind: Kind, chance: Random) -> Place | None:
    if not desks or kind.management != "local" or chance.random() >= NAMED:
        return None
    return desks[chance.randrange(len(desks))]


def unit_values(unit: UnitRow, base: int) -> tuple[object, ...]:
    """A unit's row, in the order of ``UNIT``; keys count from ``base``."""
    return (
        base + unit.id, unit.account, unit.name, unit.kind.nature, unit.rank, unit.kind.management,
        unit.home.id, unit.desk.id if unit.desk else None, unit.supervisor, unit.address, "100000",
        unit.kind.functions, True, *unit.facts,
    )  # fmt: skip


def site_values(unit: UnitRow, base: int, unit_base: int) -> tuple[object, ...]:
    """A website's row, in the order of ``SITE``."""
    assert unit.site_id is not None  # noqa: S101 - only units with a website come here
    return (
        base + unit.site_id, unit_base + unit.id, unit.site, unit.chinese_domain, unit.english_domain, unit.ip,
        "own", *unit.facts,
    )  # fmt: skip
