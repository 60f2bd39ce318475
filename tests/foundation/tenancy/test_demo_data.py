"""The demo rows: every case the issue lists, reaching the office and the desk it should."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from app.config import ROOT
from app.foundation.limits import Limits
from app.foundation.tenancy.declared.shapes import OfficePlan, Plan
from app.foundation.tenancy.models import HOSTINGS, MANAGEMENTS, NATURES, RANKS
from app.foundation.tenancy.routing import OfficeFact, UnitFact, derive, site_filing
from app.kernel import identity
from app.kernel.errors import Refusal
from tests.services.accounts import DEMO_ACCOUNTS

DEMO = ROOT / "tenants" / "demo"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.fixture(scope="module")
def units() -> dict[str, dict[str, str]]:
    return {row["account"]: row for row in rows(DEMO / "units.csv")}


@pytest.fixture(scope="module")
def tree(plan: Plan) -> dict[str, OfficeFact]:
    return {
        o.path: OfficeFact(number, o.path, o.level, o.kind, o.desk_kind, o.name, True, o.settings)
        for number, o in enumerate(plan.offices, start=1)
    }


def route_of(row: dict[str, str], units: dict[str, dict[str, str]], offices: dict[str, OfficePlan],
             tree: dict[str, OfficeFact]) -> tuple[str | None, str | None]:  # fmt: skip
    def path(code: str) -> str | None:
        return offices[code].path if code else None

    supervisor = units[row["supervisor"]]["personnel_desk"] if row["supervisor"] else ""
    fact = UnitFact(
        offices[row["home"]].path, row["management"], row["rank"], path(row["named_desk"]), path(supervisor)
    )
    route = derive(fact, tree)
    return route.review.path, route.filing.path


def test_demo_units_are_well_formed(units: dict[str, dict[str, str]]) -> None:
    assert 55 <= len(units) <= 65
    for account, row in units.items():
        assert re.fullmatch(r"[0-9]{8}", account)
        assert row["nature"] in NATURES
        assert row["rank"] in RANKS
        assert row["management"] in MANAGEMENTS
        assert {row["administrative"], row["reform"]} <= {"yes", "no"}
        assert row["name"] and row["functions"] and row["address"]
        assert identity.landline(row["phone"]) == row["phone"]
        assert identity.postcode(row["postcode"]) == row["postcode"]
        assert identity.email(row["email"]) == row["email"]
    assert len({row["name"] for row in units.values()}) == len(units)


def test_demo_units_reach_their_offices_and_desks(
    units: dict[str, dict[str, str]], offices: dict[str, OfficePlan], tree: dict[str, OfficeFact]
) -> None:
    routes = {row["short_name"]: route_of(row, units, offices, tree) for row in units.values()}
    city = "0.43.07."
    assert routes["常德海关"] == ("0.", None)
    assert routes["市地税局"] == ("0.43.", None)
    assert routes["市人大常委会"] == (city, "0.43.07.renda.")
    assert routes["市政协"] == (city, "0.43.07.zhengxie.")
    assert routes["市人才服务中心"] == (city, "0.43.07.renshe.")
    assert routes["市公路局"] == (city, None)
    assert routes["市财政局"] == (city, None)
    assert routes["桃花源管理区办"] == (city, "0.43.07.thy.")
    assert routes["柳叶湖管委会办"] == ("0.43.07.z2.", None)
    assert routes["武陵区政府办"] == ("0.43.07.02.", None)
    reviewing = {review for review, _filing in routes.values()}
    counties = {o.path for o in offices.values() if o.parent == "430700" and o.level in {"county", "zone"}}
    assert reviewing == {"0.", "0.43.", city} | counties


def test_demo_shows_every_case_the_issue_lists(units: dict[str, dict[str, str]]) -> None:
    sites = rows(DEMO / "sites.csv")
    with_site = {row["account"] for row in sites}
    ranks = {row["rank"] for row in units.values() if row["home"] == "430700"}
    assert ranks == {"bureau", "deputy_bureau", "division", "deputy_division", "section"}
    assert [row["short_name"] for a, row in units.items() if a not in with_site] == ["市机关事务局"]
    assert "enterprise" in {row["nature"] for row in units.values()}
    assert "yes" in {row["reform"] for row in units.values()}
    assert [row["name"] for row in sites if row["hosting"] == "hosted"] == ["常德民族宗教网"]
    portal = [row for row in sites if row["filing_desk"]]
    assert [(row["name"], row["filing_desk"]) for row in portal] == [
        ("常德市人民政府门户网站", "430700-ZFWZ")
    ]
    assert sum(row["account"] == portal[0]["account"] for row in sites) == 2


def test_demo_sites_have_names_a_reviewer_would_accept(
    units: dict[str, dict[str, str]],
    offices: dict[str, OfficePlan],
    tree: dict[str, OfficeFact],
    limits: Limits,
) -> None:
    for row in rows(DEMO / "sites.csv"):
        unit = units[row["account"]]
        assert row["hosting"] in HOSTINGS
        assert bool(row["host_desk"]) == (row["hosting"] == "hosted")
        limits.website_name(row["name"])
        identity.ip_address(row["ip"])
        if unit["nature"] == "enterprise":
            with pytest.raises(Refusal):
                limits.english_domain(row["english_domain"], unit["nature"])
            continue
        limits.english_domain(row["english_domain"], unit["nature"])
        if row["chinese_domain"]:
            limits.chinese_domain(row["chinese_domain"], unit["nature"])
        desk = tree[offices[row["filing_desk"]].path] if row["filing_desk"] else None
        review, filing = route_of(unit, units, offices, tree)
        assert review is not None
        site_filing(filing, review, desk)


def test_demo_domain_register_has_good_expired_dead_and_missing_ones(
    units: dict[str, dict[str, str]],
) -> None:
    today = date(2014, 11, 24)
    register = {row["domain"]: row for row in rows(DEMO / "domains.csv")}
    wanted = {row["chinese_domain"]: row["account"] for row in rows(DEMO / "sites.csv")}
    assert all(wanted[domain] == row["account"] for domain, row in register.items())
    expired = {d for d, row in register.items() if date.fromisoformat(row["expires_on"]) < today}
    assert "常德市民政局.政务" in expired
    assert any(row["working"] == "no" for row in register.values())
    assert "" in wanted
    assert set(wanted) - set(register) == {"", "常德市商务局.政务"}
    for row in register.values():
        assert date.fromisoformat(row["registered_on"]) < date.fromisoformat(row["expires_on"])


def test_demo_accounts_are_those_of_the_issue(
    units: dict[str, dict[str, str]], offices: dict[str, OfficePlan]
) -> None:
    people = rows(DEMO / "people.csv")
    assert [person["username"] for person in people] == DEMO_ACCOUNTS
    roles = yaml.safe_load((ROOT / "policies" / "roles.yaml").read_text("utf-8"))
    for person in people:
        held_at = roles[person["role"]]["at"]
        if held_at == "unit":
            assert person["unit"] in units and not person["office"]
        else:
            assert offices[person["office"]].kind == held_at and not person["unit"]
        if person["username"].startswith("unit."):
            assert person["role"] == "filer"
        else:
            assert person["role"] == person["username"].split(".")[1]
        assert re.fullmatch(r"[\u4e00-\u9fff]*[甲乙丙丁戊己庚辛]", person["display_name"])
