"""Website names on the form: examples for the unit at hand, an answer while one types, a refusal on submission."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask.testing import FlaskClient

from app.foundation import access
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Office, Unit
from app.kernel.errors import Invalid, Refusal
from app.plugins.applications import service
from app.plugins.names import facts
from app.plugins.names.naming import NamingFacts
from tests.plugins.applications.country import Country

Browse = Callable[[str], FlaskClient]


def office(path: str) -> Office:
    return db.session.scalars(db.select(Office).where(Office.path == path)).one()


@pytest.fixture
def tree(country: Country) -> Country:
    """Offices called as in the country at large, and a second 武陵区 elsewhere."""
    called = {
        "0.": "中央编办",
        "0.43.": "湖南省编办",
        "0.43.07.": "常德市委编委办",
        "0.43.07.z2.": "柳叶湖政工人事部门",
    }
    with access.acting_as(access.system("tests", over="0.")), transaction():
        for path, short in called.items():
            office(path).short_name = short
    return country


def rename(path: str, short: str) -> None:
    with access.acting_as(access.system("tests", over="0.")), transaction():
        office(path).short_name = short


def of(country: Country, unit: str, **changes: object) -> NamingFacts:
    with access.acting_as(access.system("tests", over="0.")), transaction() as session:
        row = session.get(Unit, country.world.units[unit].id)
        assert row is not None
        for name, value in changes.items():
            setattr(row, name, value)
        return facts.of(row)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("0.", ""),
        ("0.43.", "湖南省"),
        ("0.43.07.", "常德市"),
        ("0.43.07.02.", "武陵区"),
        ("0.43.07.z2.", "柳叶湖"),
    ],
)
def test_the_place_is_read_from_the_office(tree: Country, path: str, place: str) -> None:
    assert facts.place(office(path)) == place


def test_a_prefecture_and_an_office_called_otherwise(tree: Country) -> None:
    rename("0.43.07.03.", "阿里地委编委办")
    assert facts.place(office("0.43.07.03.")) == "阿里"
    rename("0.43.07.03.", "0.43.07.03.")
    assert facts.place(office("0.43.07.03.")) == ""


def test_the_facts_of_a_unit(tree: Country) -> None:
    found = of(tree, "wuling", short_name="区教育局、武陵教育")
    assert found == NamingFacts("武陵区教育局", ("区教育局", "武陵教育"), "武陵区", False, "常德市")


def test_a_division_is_shared_when_another_office_is_called_the_same(tree: Country) -> None:
    rename("0.42.9005.", "武陵区编委办")
    assert of(tree, "wuling").division_shared
    with access.acting_as(access.system("tests", over="0.")), transaction():
        office("0.42.9005.").active = False
    assert not of(tree, "wuling").division_shared


def test_vertical_management_goes_by_its_own_name(tree: Country) -> None:
    """C-art.5: 常德海关 stands in 武陵 and is no unit of it."""
    found = of(tree, "customs", name="常德海关")
    assert (found.unit_name, found.division, found.upper_division) == ("常德海关", "", "")


def test_a_place_that_is_written_at_length_as_well(tree: Country) -> None:
    with access.acting_as(access.system("tests", over="0.")), transaction():
        office("0.43.07.z2.").name = "柳叶湖旅游度假区政工人事部门"
    found = of(tree, "liuyehu", name="柳叶湖旅游局")
    assert (found.division, found.division_full) == ("柳叶湖", "柳叶湖旅游度假区")


def test_sealed_facts_come_back_as_they_were_and_no_others(tree: Country) -> None:
    known = of(tree, "wuling", short_name="区教育局")
    assert facts.unseal(facts.seal(known)) == known
    for forged in ("", "x", facts.seal(known)[:-1], facts.seal(known) + "x"):
        with pytest.raises(Refusal):
            facts.unseal(forged)


def sealed(html: str) -> str:
    found = re.search(r'data-facts="([^"]+)"', html)
    assert found is not None
    return unescape(found[1])


@pytest.mark.parametrize(("site", "who"), [("edu", "filer"), ("portal", "portal_desk")])
def test_the_form_shows_examples_and_answers_while_one_types(
    tree: Country, browse: Browse, site: str, who: str
) -> None:
    pk = tree.draft(site, who)
    html = browse(who).get(f"/applications/{pk}/edit/site").get_data(as_text=True)
    assert "网站名称怎么写" in html and 'class="good"' in html and 'class="bad"' in html
    asked = {"facts": sealed(html), "name": "政务服务网"}
    answer = browse(who).get("/website-names/said", query_string=asked)
    (finding,) = answer.get_json()["findings"]
    assert finding["source"] == "办法第七条第四项" and "看不出开办主体" in finding["text"]
    good = {"edu": "武陵教育网", "portal": "常德市政府门户网站"}[site]
    answer = browse(who).get("/website-names/said", query_string=asked | {"name": good})
    assert answer.get_json() == {"findings": []}


def test_forged_facts_and_strangers_are_turned_away(tree: Country, browse: Browse) -> None:
    assert browse("filer").get("/website-names/said?facts=x&name=y").status_code == 422
    assert browse("filer").application.test_client().get("/website-names/said").status_code in {302, 401}


def submit(country: Country, name: str) -> list[str]:
    pk = country.draft(values={"site_name": name})
    try:
        country.do("filer", pk, lambda row, actor: service.submit(row, declared=True, actor=actor))
    except Invalid as invalid:
        return [finding.code for finding in invalid.findings]
    return []


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("武陵教育网", []),
        ("教育网", ["name-unidentified"]),
        ("常德教育网", ["name-above"]),
        ("区教育局网", ["name-bare"]),
    ],
)
def test_a_name_that_does_not_say_whose_it_is_cannot_be_submitted(
    tree: Country, name: str, codes: list[str]
) -> None:
    of(tree, "wuling", short_name="区教育局")
    assert submit(tree, name) == codes


def test_a_shared_division_needs_the_one_above_before_it(tree: Country) -> None:
    rename("0.42.9005.", "武陵区编委办")
    assert submit(tree, "武陵教育网") == ["name-division"]


def test_with_the_place_above_it_may_go(tree: Country) -> None:
    rename("0.42.9005.", "武陵区编委办")
    assert submit(tree, "常德武陵教育网") == []
