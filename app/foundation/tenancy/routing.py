"""Which office reviews a unit and which desk files for it: pure, over frozen facts (S5–S11, C-art.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.foundation.tenancy.models import RANKS
from app.kernel import paths
from app.kernel.errors import N_, Refusal, fill

MEASURES_5 = "办法第五条"
MEASURES_7 = "办法第七条"
NO_UNIT = N_("网站应登记在开办单位名下。")
FILING_DESKS = frozenset({"filing", "guided"})


class RoutingRefused(Refusal):
    """The unit's facts lead to no reviewing office; ``field`` names the one to correct."""


@dataclass(frozen=True, slots=True)
class OfficeFact:
    """What routing needs to know of an office or desk; ``settings`` are its own, from ``tenants/``."""

    id: int
    path: str
    level: str
    kind: str = "office"
    desk_kind: str | None = None
    name: str = ""
    active: bool = True
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UnitFact:
    """What routing needs to know of a unit; ``supervisor_desk`` is the supervising unit's personnel desk."""

    home: str
    management: str = "local"
    rank: str = "division"
    named_desk: str | None = None
    supervisor_desk: str | None = None


Tree = Mapping[str, OfficeFact]


@dataclass(frozen=True, slots=True)
class Ruling:
    """One decision: the path it leads to, the rule in words (a msgid) and where the rule stands."""

    path: str | None
    rule: str
    source: str
    params: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return fill(self.rule, self.params)


@dataclass(frozen=True, slots=True)
class Route:
    """The row facts of a unit, with the two rulings they rest on."""

    review: Ruling
    filing: Ruling
    province_id: int | None
    city_id: int | None
    county_id: int | None

    @property
    def facts(self) -> dict[str, str | int | None]:
        """The five fact columns by name."""
        return {
            "review_path": self.review.path,
            "filing_path": self.filing.path,
            "province_id": self.province_id,
            "city_id": self.city_id,
            "county_id": self.county_id,
        }


def derive(unit: UnitFact, tree: Tree) -> Route:
    """Everything that follows from a unit's facts.

    Args:
        tree: by path, at least the home with all its ancestors and the desks the unit names.

    Raises:
        RoutingRefused: the home cannot hold units, or a named desk hangs elsewhere.
    """
    home = _home(unit, tree)
    reviewed = review(unit, home, tree)
    return Route(reviewed, filing(unit, home, tree), *levels(str(reviewed.path), tree))


def _home(unit: UnitFact, tree: Tree) -> OfficeFact:
    home = tree.get(unit.home)
    if home is None:
        raise RoutingRefused("unit-home-unknown", N_("所属层级的机构不存在。"), field="home")
    if not home.active:
        raise RoutingRefused(
            "unit-home-closed", N_("%(office)s已停用，不能再登记单位。"), field="home", office=home.name
        )
    if home.kind != "office" and home.desk_kind != "guided":
        raise RoutingRefused(
            "unit-home-unfit",
            N_("%(office)s不是机构编制部门，也不是受其指导的承办组，不能作为单位的所属层级。"),
            field="home",
            office=home.name,
        )
    return home


def _at_level(path: str, level: str, tree: Tree) -> OfficeFact | None:
    for candidate in (*paths.ancestors(path), path):
        if candidate in tree and tree[candidate].level == level:
            return tree[candidate]
    return None


def review(unit: UnitFact, home: OfficeFact, tree: Tree) -> Ruling:
    """The office that reviews (C-art.5, P-3.2, S5, S6).

    Raises:
        RoutingRefused: province-run management of a unit that lies in no province.
    """
    if unit.management == "central_vertical":
        return Ruling(paths.ROOT, N_("中央垂直管理系统的地方机构，由中央一级审核。"), MEASURES_5)
    if unit.management == "provincial_vertical":
        province = _at_level(home.path, "province", tree)
        if province is None:
            raise RoutingRefused(
                "unit-no-province",
                N_("省以下垂直管理的单位应登记在所在省的机构之下。"),
                field="home",
                source=MEASURES_5,
            )
        return Ruling(province.path, N_("省以下垂直管理系统的地方机构，由省级审核。"), MEASURES_5)
    source = str(home.settings.get("source") or MEASURES_7)
    if home.desk_kind == "guided":
        return Ruling(
            paths.parent(home.path),
            N_("所在区域由承办组承办、上级指导，承办组不比照县级，由上级审核。"),
            source,
        )
    if home.level == "zone":
        return Ruling(home.path, N_("所在区比照县级机构编制部门，由其审核。"), source)
    return Ruling(home.path, N_("由同级机构编制部门审核。"), MEASURES_7)


def filing(unit: UnitFact, home: OfficeFact, tree: Tree) -> Ruling:
    """The desk that undertakes the unit's forms, or none when its own section does (S6, S9–S11).

    Raises:
        RoutingRefused: the named desk is no filing desk of the unit's own level.
    """
    named = _own_desk(unit.named_desk, home, tree)
    if unit.named_desk is not None and named is None:
        raise RoutingRefused(
            "unit-desk-elsewhere", N_("指定的承办科室不在该单位所属层级之下。"), field="named_desk"
        )
    if unit.management != "local":
        return Ruling(None, N_("垂直管理单位由本单位申报。"), MEASURES_5)
    if home.desk_kind == "guided":
        return _by(home, N_("由%(desk)s为主承办。"))
    if named is not None:
        return _by(named, N_("由%(desk)s负责填报。"))
    local = home.settings.get("filing") or {}
    source = str(local.get("source", ""))
    threshold = local.get("own_from")
    if threshold is None or not below(unit.rank, threshold):
        return Ruling(None, N_("由本单位政工人事部门填报。"), source)
    desk = _own_desk(unit.supervisor_desk, home, tree)
    if desk is None:
        return Ruling(
            None,
            N_("应由主管部门的政工科（人事科）协调落实；主管部门的科室尚未登记，暂由本单位填报。"),
            source,
        )
    return Ruling(desk.path, N_("规格较低，由主管部门的%(desk)s协调落实。"), source, {"desk": desk.name})


def _by(desk: OfficeFact, rule: str) -> Ruling:
    return Ruling(desk.path, rule, str(desk.settings.get("source", "")), {"desk": desk.name})


def _own_desk(path: str | None, home: OfficeFact, tree: Tree) -> OfficeFact | None:
    """The desk at ``path`` when it is a working filing desk directly under the unit's own level."""
    desk = tree.get(path) if path else None
    if desk is None or not desk.active or desk.desk_kind not in FILING_DESKS:
        return None
    return desk if paths.parent(desk.path) == home.path else None


def below(rank: str, threshold: str) -> bool:
    """Whether ``rank`` stands strictly below ``threshold`` in annex 5's order."""
    return RANKS.index(rank) > RANKS.index(threshold)


def site_filing(unit_filing: str | None, review_path: str, desk: OfficeFact | None) -> Ruling:
    """The desk that files one site: its own where it has one (S8), else its unit's.

    Raises:
        RoutingRefused: the site's desk is no filing desk of the reviewing office.
    """
    if desk is None:
        return Ruling(unit_filing, N_("随开办单位。"), "")
    fit = desk.active and desk.desk_kind == "filing" and paths.parent(desk.path) == review_path
    if not fit:
        raise RoutingRefused(
            "site-desk-elsewhere",
            N_("%(desk)s不是该单位审核机关之下的填报科室。"),
            field="filing_desk",
            desk=desk.name,
        )
    return _by(desk, N_("该网站由%(desk)s负责填报，不随开办单位。"))


def levels(path: str, tree: Tree) -> tuple[int | None, int | None, int | None]:
    """Ids of the province, city and county (a zone counts as a county) that ``path`` is or lies under."""
    found: dict[str, int] = {}
    for candidate in (*paths.ancestors(path), path):
        office = tree.get(candidate)
        if office is not None:
            found["county" if office.level == "zone" else office.level] = office.id
    return found.get("province"), found.get("city"), found.get("county")
