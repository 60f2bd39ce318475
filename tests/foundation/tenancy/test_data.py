"""The data that ships: the national tree, Changde's overlay and the notice."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
import yaml

from app.config import ROOT
from app.foundation.limits import Limits
from app.foundation.tenancy.declared.shapes import OfficePlan, Plan

TENANTS = ROOT / "tenants"
CHANGDE = TENANTS / "430700"


def test_the_whole_country_has_its_offices(plan: Plan) -> None:
    levels: dict[str, int] = {}
    for office in plan.offices:
        levels[office.level] = levels.get(office.level, 0) + 1
    # 31 provinces and the 兵团; 34 divisions of province level less Hong Kong, Macao and Taiwan
    assert {key: levels[key] for key in ("central", "province", "city", "county", "zone", "registry")} == {
        "central": 1, "province": 32, "city": 333, "county": 2847, "zone": 4, "registry": 1}  # fmt: skip
    assert not [office for office in plan.offices if office.code[:2] in {"71", "81", "82"}]


def test_no_path_or_code_stands_twice_and_none_covers_a_stranger(plan: Plan) -> None:
    by_path = {office.path: office for office in plan.offices}
    assert len(by_path) == len({office.code for office in plan.offices}) == len(plan.offices)
    for office in plan.offices:
        if office.path != "0.":
            parent = by_path[office.path[: office.path.rindex(".", 0, -1) + 1]]
            assert parent.code == office.parent


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("000000", "0."), ("CONAC", "0.conac."), ("66XPCC", "0.66."), ("430000", "0.43."), ("430700", "0.43.07."),
        ("430702", "0.43.07.02."), ("430781", "0.43.07.81."), ("4307Z1", "0.43.07.z1."), ("4307Z4", "0.43.07.z4."),
        ("4307Z5", "0.43.07.thy."), ("430700-EGOV", "0.43.07.egov."), ("430702-EGOV", "0.43.07.02.egov."),
        ("4307Z2-EGOV", "0.43.07.z2.egov."), ("430700-CAC", "0.43.07.cac."), ("430700-ZFWZ", "0.43.07.zfwz."),
        ("429005", "0.42.9005."), ("420500", "0.42.05."), ("110101", "0.11.0101."), ("659001", "0.65.9001."),
    ],
)  # fmt: skip
def test_paths_of_the_scheme(offices: dict[str, OfficePlan], code: str, path: str) -> None:
    assert offices[code].path == path


def test_qianjiang_does_not_fall_on_yichang(plan: Plan) -> None:
    """With two digits everywhere nine pairs would collide: a leak between tenants."""
    direct = [o for o in plan.offices if o.level == "county" and o.path.count(".") == 3]
    cities = {o.code[:2] + o.code[2:4]: o for o in plan.offices if o.level == "city"}
    would_collide = [
        (o, cities[o.code[:2] + o.code[4:]]) for o in direct if o.code[:2] + o.code[4:] in cities
    ]
    assert len(would_collide) == 9
    assert ("潜江市编委办", "宜昌市委编委办") in [(a.short_name, b.short_name) for a, b in would_collide]
    for county, city in would_collide:
        assert not county.path.startswith(city.path)
        assert not city.path.startswith(county.path)


def test_generated_names_read_like_offices(offices: dict[str, OfficePlan]) -> None:
    assert (offices["430000"].name, offices["430000"].short_name) == (
        "湖南省机构编制委员会办公室",
        "湖南省编办",
    )
    assert offices["430702"].short_name == "武陵区编委办"
    assert offices["650000"].short_name == "新疆维吾尔自治区编办"
    assert offices["652900"].name == "中共阿克苏地委机构编制委员会办公室"
    assert offices["110101"].name == "中共北京市东城区委机构编制委员会办公室"
    assert offices["429005"].name == "中共潜江市委机构编制委员会办公室"
    assert not [o for o in offices.values() if "{" in o.name or "地区委" in o.name]


def test_every_county_and_zone_of_changde_has_its_consulted_desk(
    plan: Plan, offices: dict[str, OfficePlan]
) -> None:
    lower = [o for o in plan.offices if o.parent == "430700" and o.level in {"county", "zone"}]
    assert len(lower) == 13
    for office in [offices["430700"], *lower]:
        assert offices[f"{office.code}-EGOV"].desk_kind == "egov"
        assert offices[f"{office.code}-EGOV"].parent == office.code
    assert {o.name for o in lower if o.level == "zone"} == {
        "常德经济技术开发区政工人事部门", "柳叶湖旅游度假区政工人事部门", "西湖管理区政工人事部门",
        "西洞庭管理区政工人事部门"}  # fmt: skip


def test_the_city_makes_its_clocks_firm(offices: dict[str, OfficePlan], limits: Limits) -> None:
    own = limits.overridden(offices["430700"].settings["clocks"])
    for key, days in (("first_review", 5), ("paper_review", 10), ("applicant_paper", 5)):
        clock = own.clock(key)
        assert (clock.days, clock.firm) == (days, True)
        assert clock.source.startswith("通知第")
    assert not limits.clock("first_review").firm
    assert [code for code, office in offices.items() if "clocks" in office.settings] == ["430700"]


def test_contacts_name_sections_only(plan: Plan) -> None:
    found = {(c.office, c.topic): (c.section, c.phone) for c in plan.contacts}
    assert found["430700", "materials"] == ("综合科", "7786510")
    assert found["430700", "technical"] == ("用编管理科", "7786252")
    assert found["430700", "english_domain"] == ("市电子政务办信息资源科", "7250319")
    assert found["430700", "hanging"] == ("常德政府网站", "")


def test_the_exceptions_are_those_of_the_notice(plan: Plan) -> None:
    assert {grant.key for grant in plan.grants} == {
        ("0.conac.", "serves", "under", "0."),
        ("0.43.07.egov.", "shares", "under", "0.43.07."),
        ("0.43.07.egov.", "guides", "filed", "0.43.07.thy."),
        ("0.43.07.", "guides", "filed", "0.43.07.thy."),
    }
    assert all(grant.document and grant.since <= date(2014, 11, 24) for grant in plan.grants)


# -- the notice --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def notice() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((CHANGDE / "notice.yaml").read_text("utf-8"))
    return loaded


def test_the_notice_sets_the_dates_it_sets(notice: dict[str, Any]) -> None:
    steps = {step["key"]: (step["due"], step["binding"], tuple(step["groups"])) for step in notice["steps"]}
    lower = ("counties", "zones")
    assert steps == {
        "municipal-survey": (date(2014, 11, 21), True, ("municipal", "guided")),
        "office-return": (date(2014, 11, 21), True, lower),
        "municipal-filing": (date(2014, 11, 25), True, ("municipal", "guided")),
        "local-survey": (None, False, lower),
        "local-filing": (None, False, lower),
        "finish-organ": (date(2014, 11, 30), True, ("municipal", "guided", *lower)),
        "finish-institution": (date(2014, 12, 31), True, ("municipal", "guided", *lower)),
    }
    assert (notice["document"], notice["issued"]) == ("常编办发〔2014〕9号", date(2014, 11, 10))


def test_everything_the_notice_names_exists(notice: dict[str, Any], offices: dict[str, OfficePlan]) -> None:
    groups = [*notice["groups"].values(), *notice["addressees"]]
    named = [code for group in groups for code in (*group.get("offices", ()), *group.get("homes", ()))]
    assert set(named) <= set(offices)
    assert len([code for code in named if code.endswith("-EGOV")]) == 13
    assert all(set(step["groups"]) <= set(notice["groups"]) for step in notice["steps"])
    for name in (notice["body"], *(annex["file"] for annex in notice["annexes"])):
        assert (CHANGDE / name).read_text("utf-8").startswith("# ")


def test_no_personal_name_or_mobile_stands_in_the_tenants_data() -> None:
    texts = [
        path.read_text("utf-8") for path in TENANTS.rglob("*") if path.suffix in {".md", ".csv", ".yaml"}
    ]
    joined = "\n".join(texts)
    assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", joined)
    for contact in re.findall(r"联系人：([^，。）\n]*)", joined):
        assert contact in {"（略", ""}
    assert joined.count("（略）") >= 7
