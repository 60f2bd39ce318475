"""Who reviews and who files, rule by rule (S5–S11, C-art.5)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.foundation.tenancy import routing
from app.foundation.tenancy.models import RANKS
from app.foundation.tenancy.routing import OfficeFact, RoutingRefused, UnitFact, derive, site_filing

LOCAL = {"filing": {"own_from": "deputy_division", "source": "通知第二条"}}
BY_1 = {"source": "通知第一条"}
BY_2 = {"source": "通知第二条"}
OFFICES = (
    OfficeFact(1, "0.", "central"),
    OfficeFact(2, "0.43.", "province"),
    OfficeFact(3, "0.43.07.", "city", name="市委编委办", settings=LOCAL),
    OfficeFact(4, "0.43.07.02.", "county", name="武陵区编委办"),
    OfficeFact(5, "0.43.07.z2.", "zone", name="柳叶湖", settings=BY_1),
    OfficeFact(6, "0.43.07.thy.", "desk", "desk", "guided", name="桃花源组织人事组", settings=BY_1),
    OfficeFact(7, "0.43.07.egov.", "desk", "desk", "egov", name="市电子政务办"),
    OfficeFact(8, "0.43.07.renda.", "desk", "desk", "filing", name="市人大办政工科", settings=BY_2),
    OfficeFact(9, "0.43.07.renshe.", "desk", "desk", "filing", name="市人社局人事科", settings=BY_2),
    OfficeFact(10, "0.43.07.zfwz.", "desk", "desk", "filing", name="常德政府网站", settings=BY_2),
    OfficeFact(11, "0.conac.", "registry", "registry"),
    OfficeFact(12, "0.42.", "province"),
    OfficeFact(13, "0.42.05.", "city"),
    OfficeFact(14, "0.42.9005.", "county"),
    OfficeFact(15, "0.66.", "province", name="兵团编办"),
    OfficeFact(16, "0.43.07.03.", "county", name="鼎城区编委办", active=False),
    OfficeFact(17, "0.43.07.02.desk.", "desk", "desk", "filing", name="武陵的科室"),
)
TREE = {office.path: office for office in OFFICES}
CITY = "0.43.07."

CASES = [
    # id, unit, review, review source, filing, filing source, (province, city, county)
    ("county", UnitFact("0.43.07.02."), "0.43.07.02.", "办法第七条", None, "", (2, 3, 4)),
    ("zone S5", UnitFact("0.43.07.z2."), "0.43.07.z2.", "通知第一条", None, "", (2, 3, 5)),
    ("guided S6", UnitFact("0.43.07.thy."), CITY, "通知第一条", "0.43.07.thy.", "通知第一条", (2, 3, None)),
    ("guided, low rank", UnitFact("0.43.07.thy.", rank="section", supervisor_desk="0.43.07.renshe."),
     CITY, "通知第一条", "0.43.07.thy.", "通知第一条", (2, 3, None)),
    ("municipal S10", UnitFact(CITY), CITY, "办法第七条", None, "通知第二条", (2, 3, None)),
    ("at the threshold S10", UnitFact(CITY, rank="deputy_division", supervisor_desk="0.43.07.renshe."),
     CITY, "办法第七条", None, "通知第二条", (2, 3, None)),
    ("below it S11", UnitFact(CITY, rank="section", supervisor_desk="0.43.07.renshe."),
     CITY, "办法第七条", "0.43.07.renshe.", "通知第二条", (2, 3, None)),
    ("below it, no desk yet", UnitFact(CITY, rank="section"), CITY, "办法第七条", None, "通知第二条", (2, 3, None)),
    ("below it, supervised from elsewhere", UnitFact(CITY, rank="section", supervisor_desk="0.43.07.02.desk."),
     CITY, "办法第七条", None, "通知第二条", (2, 3, None)),
    ("county, low rank: no local rule", UnitFact("0.43.07.02.", rank="section", supervisor_desk="0.43.07.02.desk."),
     "0.43.07.02.", "办法第七条", None, "", (2, 3, 4)),
    ("named S9", UnitFact(CITY, rank="bureau", named_desk="0.43.07.renda."),
     CITY, "办法第七条", "0.43.07.renda.", "通知第二条", (2, 3, None)),
    ("named goes before rank", UnitFact(CITY, rank="section", named_desk="0.43.07.renda.",
                                        supervisor_desk="0.43.07.renshe."),
     CITY, "办法第七条", "0.43.07.renda.", "通知第二条", (2, 3, None)),
    ("customs C-art.5", UnitFact("0.43.07.02.", "central_vertical"), "0.", "办法第五条", None, "办法第五条",
     (None, None, None)),
    ("customs at the city, low rank", UnitFact(CITY, "central_vertical", "section", None, "0.43.07.renshe."),
     "0.", "办法第五条", None, "办法第五条", (None, None, None)),
    ("provincial C-art.5", UnitFact(CITY, "provincial_vertical"), "0.43.", "办法第五条", None, "办法第五条",
     (2, None, None)),
    ("provincial in a zone", UnitFact("0.43.07.z2.", "provincial_vertical"), "0.43.", "办法第五条", None,
     "办法第五条", (2, None, None)),
    ("provincial at its province", UnitFact("0.66.", "provincial_vertical"), "0.66.", "办法第五条", None,
     "办法第五条", (15, None, None)),
    ("direct county", UnitFact("0.42.9005."), "0.42.9005.", "办法第七条", None, "", (12, None, 14)),
    ("central organ", UnitFact("0."), "0.", "办法第七条", None, "", (None, None, None)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("unit", "review", "review_source", "filing", "filing_source", "levels"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_routes(
    unit: UnitFact,
    review: str,
    review_source: str,
    filing: str | None,
    filing_source: str,
    levels: tuple[int | None, ...],
) -> None:
    route = derive(unit, TREE)
    assert (route.review.path, route.review.source) == (review, review_source)
    assert (route.filing.path, route.filing.source) == (filing, filing_source)
    assert (route.province_id, route.city_id, route.county_id) == levels
    assert str(route.review) and str(route.filing)
    assert "%(" not in str(route.filing)
    assert list(route.facts.values()) == [review, filing, *levels]


REFUSED = [
    (UnitFact("0.99."), "unit-home-unknown", "home"),
    (UnitFact("0.43.07.egov."), "unit-home-unfit", "home"),
    (UnitFact("0.43.07.renda."), "unit-home-unfit", "home"),
    (UnitFact("0.conac."), "unit-home-unfit", "home"),
    (UnitFact("0.43.07.03."), "unit-home-closed", "home"),
    (UnitFact("0.", "provincial_vertical"), "unit-no-province", "home"),
    (UnitFact("0.43.07.02.", named_desk="0.43.07.renda."), "unit-desk-elsewhere", "named_desk"),
    (UnitFact(CITY, named_desk="0.43.07.02."), "unit-desk-elsewhere", "named_desk"),
    (UnitFact(CITY, named_desk="0.43.07.egov."), "unit-desk-elsewhere", "named_desk"),
    (UnitFact(CITY, named_desk="0.43.07.none."), "unit-desk-elsewhere", "named_desk"),
    (UnitFact(CITY, "central_vertical", named_desk="0.43.07.02.desk."), "unit-desk-elsewhere", "named_desk"),
]


@pytest.mark.parametrize(("unit", "code", "field"), REFUSED)
def test_facts_that_lead_nowhere_are_refused_with_the_field(unit: UnitFact, code: str, field: str) -> None:
    with pytest.raises(RoutingRefused) as refused:
        derive(unit, TREE)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_the_threshold_is_the_offices_own_setting() -> None:
    unit = UnitFact(CITY, rank="deputy_division", supervisor_desk="0.43.07.renshe.")
    higher = {"filing": {"own_from": "division", "source": "另一文件"}}
    moved = {**TREE, CITY: replace(TREE[CITY], settings=higher)}
    assert derive(unit, TREE).filing.path is None
    carried = derive(unit, moved).filing
    assert (carried.path, carried.source) == ("0.43.07.renshe.", "另一文件")
    assert "市人社局人事科" in str(carried)


def test_a_closed_desk_carries_nothing() -> None:
    unit = UnitFact(CITY, rank="section", supervisor_desk="0.43.07.renshe.")
    closed = {**TREE, "0.43.07.renshe.": replace(TREE["0.43.07.renshe."], active=False)}
    assert derive(unit, closed).filing.path is None


def test_a_sites_own_desk_overrides_its_units() -> None:
    own = site_filing("0.43.07.renda.", CITY, TREE["0.43.07.zfwz."])
    assert (own.path, own.source) == ("0.43.07.zfwz.", "通知第二条")
    assert "常德政府网站" in str(own)
    assert site_filing("0.43.07.renda.", CITY, None).path == "0.43.07.renda."
    assert site_filing(None, CITY, None).path is None


@pytest.mark.parametrize("path", ["0.43.07.02.desk.", "0.43.07.egov.", "0.43.07.thy.", "0.43.07.02.", "0."])
def test_a_site_takes_no_desk_from_elsewhere(path: str) -> None:
    with pytest.raises(RoutingRefused) as refused:
        site_filing(None, CITY, TREE[path])
    assert refused.value.field == "filing_desk"


HOMES = [o.path for o in OFFICES if o.active and (o.kind == "office" or o.desk_kind == "guided")]
DESKS = [None, *(o.path for o in OFFICES if o.kind == "desk")]


@given(
    home=st.sampled_from(HOMES),
    management=st.sampled_from(["local", "central_vertical", "provincial_vertical"]),
    rank=st.sampled_from(RANKS),
    supervisor=st.sampled_from(DESKS),
)
def test_every_route_ends_at_an_office_at_or_above_the_home(
    home: str, management: str, rank: str, supervisor: str | None
) -> None:
    unit = UnitFact(home, management, rank, supervisor_desk=supervisor)
    try:
        route = derive(unit, TREE)
    except RoutingRefused:
        assert (home, management) == ("0.", "provincial_vertical")
        return
    assert route.review.path is not None
    assert TREE[route.review.path].kind == "office"
    assert home.startswith(route.review.path)
    if route.filing.path is not None:
        assert TREE[route.filing.path].desk_kind in routing.FILING_DESKS
        assert route.filing.path.startswith(route.review.path)
