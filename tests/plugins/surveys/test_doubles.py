"""A domain two units have: named to whoever sees the other's sheet, acknowledged before it is handed in, never barred."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask

from app.foundation import access
from app.foundation.access import Actor
from app.foundation.database import transaction
from app.kernel import domains
from app.kernel.errors import Invalid
from app.plugins.surveys import doubles, queries, service
from app.plugins.surveys.doubles import Holder
from app.plugins.surveys.rules import SheetEntry, SiteEntry
from tests.plugins.surveys.ground import As, Browser, SignIn, counted, named
from tests.plugins.surveys.test_rules import SHEET, SITE
from tests.plugins.surveys.test_views import fill, kept, start, text_of, version

SHARED = SiteEntry("武陵教育网", "武陵教育.政务", "jyj.example.gov.cn", "203.0.113.47")


def hand_in(unit: str, who: Actor, entry: SheetEntry, *, submit: bool = True) -> int:
    with transaction():
        sheet = service.open_(named(unit).id, actor=who)
        service.save(sheet, entry, version=None, actor=who)
        if submit:
            service.submit(sheet, actor=who)
        return sheet.id


def found(pk: int, who: Actor) -> list[str]:
    sheet = queries.get(pk)
    return [str(one) for one in doubles.of(sheet, queries.entry_of(sheet), actor=who)]


# -- pure ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("holder", "said"),
    [
        (Holder("常德市财政局"), "该域名已由常德市财政局填报，请核对。"),
        (Holder("常德市财政局", registered=True), "该域名已登记为常德市财政局的网站，请核对。"),
        (Holder(), "该域名已被其他单位填报，请核对。"),
        (Holder(registered=True), "该域名已被其他单位填报，请核对。"),
    ],
)
def test_what_is_said_of_a_domain_somebody_else_has(holder: Holder, said: str) -> None:
    (one,) = doubles.findings(SHEET, {"czj.cddemo.gov.cn": holder})
    assert (one.field, str(one)) == ("sites-0-english_domain", said)


def test_nothing_is_said_of_domains_nobody_else_has_nor_of_none() -> None:
    entry = replace(SHEET, sites=(replace(SITE, chinese_domain="无", english_domain=""),))
    assert list(doubles.findings(entry, {"czj.cddemo.gov.cn": Holder()})) == []


# -- who is told what ----------------------------------------------------------------------------------------


@pytest.fixture
def taken(acting: As) -> None:
    with acting("unit.wljy") as who:
        hand_in("武陵教育局", who, replace(SHEET, sites=(SHARED,)))


@pytest.mark.usefixtures("taken")
@pytest.mark.parametrize(
    "typed", ["jyj.example.gov.cn", "JYJ.example.gov.cn。"], ids=["as it stands", "otherwise written"]
)
def test_a_unit_hears_only_that_another_has_it_its_office_hears_who(acting: As, typed: str) -> None:
    mine = replace(SHEET, sites=(replace(SITE, english_domain=typed),))
    with acting("unit.czj") as who:
        pk = hand_in("财政局", who, mine, submit=False)
        assert found(pk, who) == ["该域名已被其他单位填报，请核对。"]
    with acting("changde.clerk") as office:
        assert found(pk, office) == [f"该域名已由{SHEET.unit_name}填报，请核对。"]


@pytest.mark.usefixtures("taken")
def test_a_chinese_domain_is_found_by_its_network_code_too(acting: As) -> None:
    coded = SiteEntry("某网", domains.host(SHARED.chinese_domain).ascii, "无", "203.0.113.9")
    assert coded.chinese_domain.startswith("xn--")
    with acting("unit.czj") as who:
        pk = hand_in("财政局", who, replace(SHEET, sites=(coded,)), submit=False)
        assert len(found(pk, who)) == 1


def test_a_draft_of_another_does_not_count_nor_does_ones_own_register(acting: As) -> None:
    with acting("unit.wljy") as other:
        hand_in("武陵教育局", other, replace(SHEET, sites=(SHARED,)), submit=False)
    with acting("unit.czj") as who:
        pk = hand_in("财政局", who, replace(SHEET, site_count=2, sites=(SHARED, SITE)), submit=False)
        assert found(pk, who) == []


def test_what_is_registered_for_another_counts(acting: As) -> None:
    mine = replace(SHEET, sites=(replace(SITE, english_domain="yj.cddemo.gov.cn", chinese_domain="无"),))
    with acting("unit.jgj") as who:
        pk = hand_in("机关事务局", who, mine, submit=False)
        assert found(pk, who) == ["该域名已被其他单位填报，请核对。"]
    with acting("changde.clerk") as office:
        assert found(pk, office) == ["该域名已登记为常德市政府办的网站，请核对。"]


@pytest.mark.usefixtures("taken")
def test_it_costs_one_statement(acting: As) -> None:
    with acting("unit.czj") as who:
        pk = hand_in("财政局", who, replace(SHEET, sites=(SHARED,)), submit=False)
        sheet = queries.get(pk)
        entry = queries.entry_of(sheet)
        with counted() as statements:
            doubles.of(sheet, entry, actor=who)
        assert len(statements) == 1
        with counted() as statements:
            doubles.of(sheet, replace(entry, sites=()), actor=who)
        assert statements == []


# -- handing in ----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("taken")
def test_a_doubled_sheet_is_handed_in_only_by_who_says_that_it_is_right(acting: As) -> None:
    with acting("unit.czj") as who:
        pk = hand_in("财政局", who, replace(SHEET, sites=(SHARED,)), submit=False)
        with pytest.raises(Invalid) as refused, transaction():
            service.submit(queries.get(pk), actor=who)
        assert refused.value.code == doubles.CODE
        with transaction():
            service.submit(queries.get(pk), actor=who, acknowledged=True)
        assert queries.get(pk).state == "submitted"


@pytest.fixture
def mine(sign_in: SignIn, taken: None) -> tuple[Browser, int]:
    browser = sign_in("unit.czj")
    pk = start(browser, "财政局")
    fill(browser, pk)
    return browser, pk


def test_the_check_page_warns_and_asks_for_a_word(mine: tuple[Browser, int]) -> None:
    browser, pk = mine
    page = text_of(browser.get(f"/surveys/{pk}/check"))
    assert "有域名与其他单位重复" in page and "第 1 个网站：该域名已被其他单位填报" in page
    assert "武陵教育局填报" not in page
    answer = browser.post(f"/surveys/{pk}/submit", data={"version": version(pk)})
    assert answer.status_code == 422 and "f-acknowledged" in text_of(answer) and kept(pk).state == "draft"
    answer = browser.post(f"/surveys/{pk}/submit", data={"version": version(pk), "acknowledged": "1"})
    assert answer.status_code == 302 and kept(pk).state == "submitted"


def test_the_office_sees_it_beside_the_claim(mine: tuple[Browser, int], sign_in: SignIn) -> None:
    browser, pk = mine
    browser.post(f"/surveys/{pk}/submit", data={"version": version(pk), "acknowledged": "1"})
    page = text_of(sign_in("changde.clerk").get(f"/surveys/{pk}/"))
    assert "jyj.example.gov.cn：该域名已由" in page


# -- while it is typed ---------------------------------------------------------------------------------------


def typed(pk: int, **changes: str) -> dict[str, str]:
    blank = {"version": version(pk), "unit_name": "", "phone": "", "site_count": ""}
    return {**blank, **{name.replace("__", "-"): value for name, value in changes.items()}}


def test_what_is_typed_is_judged_field_by_field_and_nothing_is_written(mine: tuple[Browser, int]) -> None:
    browser, pk = mine
    before = version(pk)
    answer = browser.post(
        f"/surveys/{pk}/look",
        data=typed(
            pk, phone="7786510", email="甲乙", site_count="3", sites__0__name="", sites__1__ip=" ", sites__2__name="教育网",
            sites__2__chinese_domain="武陵教育.政务", sites__2__english_domain="jyj example", sites__2__ip="2001:DB8::5",
        ),
    )  # fmt: skip
    assert answer.status_code == 200 and answer.is_json
    said = answer.get_json()
    assert said["notes"] == {
        "phone": "将记为 0736-7786510",
        "sites-2-chinese_domain": f"网络编码 {doubles.same('武陵教育.政务')}",
        "sites-2-ip": "IPv6 地址，记为 2001:db8::5",
    }
    assert said["notes"]["sites-2-chinese_domain"].startswith("网络编码 xn--")
    assert set(said["errors"]) == {"email", "site_count", "sites-2-english_domain"}
    assert "填写的网站个数是 3，下面填有 1 个网站" in said["errors"]["site_count"]
    assert said["warnings"] == {"sites-2-chinese_domain": "该域名已被其他单位填报，请核对。"}
    assert version(pk) == before


def test_nothing_is_wrong_yet_where_nothing_is_typed(mine: tuple[Browser, int]) -> None:
    browser, pk = mine
    said = browser.post(f"/surveys/{pk}/look", data=typed(pk)).get_json()
    assert said == {"errors": {}, "warnings": {}, "notes": {}}


def test_a_number_that_is_none_is_said(mine: tuple[Browser, int]) -> None:
    browser, pk = mine
    said = browser.post(f"/surveys/{pk}/look", data=typed(pk, site_count="两个")).get_json()
    assert "请填数字" in said["errors"]["site_count"]


def test_without_a_script_the_button_says_the_same_and_keeps_every_word(mine: tuple[Browser, int]) -> None:
    browser, pk = mine
    before = version(pk)
    page = text_of(fill(browser, pk, "look", phone="139", leader="还没有想好", sites__0__ip="内网"))
    assert "还没有想好" in page and 'value="139"' in page and 'value="内网"' in page
    assert "该域名已被其他单位填报" in page and "网络编码 xn--" in page and 'id="f-phone-err"' in page
    assert "还没有保存" in page and version(pk) == before and kept(pk).leader != "还没有想好"


def test_a_check_that_finds_nothing_says_so(sign_in: SignIn) -> None:
    browser = sign_in("unit.wljy")
    pk = start(browser, "武陵教育局")
    assert "没有发现问题" in text_of(fill(browser, pk, "look"))


def test_only_whoever_fills_in_the_sheet_may_ask(mine: tuple[Browser, int], sign_in: SignIn) -> None:
    _browser, pk = mine
    assert sign_in("changde.clerk").post(f"/surveys/{pk}/look").status_code == 403
    assert sign_in("unit.wljy").post(f"/surveys/{pk}/look").status_code == 404


# -- reform (S13) --------------------------------------------------------------------------------------------


def test_reform_never_blocks(acting: As, app: Flask) -> None:
    with acting("unit.czj") as who:
        pk = hand_in("财政局", who, replace(SHEET, reform=True, unit_name="常德市财政和税务局（筹）"))
        assert queries.get(pk).state == "submitted" and queries.get(pk).reform
    with acting("changde.clerk") as office, transaction():
        assert service.accept(queries.get(pk), actor=office).state == "accepted"
    with access.acting_as(access.system("tests", over="0.")):
        assert named("财政局").name == "常德市财政局", (
            "the register keeps its name until the office changes it"
        )


def test_reform_is_shown_to_the_office(sign_in: SignIn) -> None:
    browser = sign_in("unit.wljy")
    pk = start(browser, "武陵教育局")
    fill(browser, pk, reform="1")
    assert browser.post(f"/surveys/{pk}/submit", data={"version": version(pk)}).status_code == 302
    assert re.search("涉及机构改革，按现状填报", text_of(sign_in("wuling.clerk").get(f"/surveys/{pk}/")))
