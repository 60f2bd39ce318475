"""The form in a real browser: rows with and without a script, nothing cut off on a phone, nothing axe objects to."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect

from app.foundation import access
from app.foundation.database import transaction
from app.plugins.surveys import queries, service
from tests.plugins.surveys.ground import SignIn, named
from tests.services.afresh import read_afresh
from tests.services.browser import NewPage

Open = Callable[..., Page]


@pytest.fixture
def sheet_id(app: Flask) -> int:
    with access.acting_as(access.actor_for("unit.czj")) as actor, transaction():
        return service.open_(named("财政局").id, actor=actor).id


@pytest.fixture
def enter(live_server: str, sheet_id: int, sign_in: SignIn, new_page: NewPage) -> Open:
    """Opens an address as somebody who is signed in."""

    def make(who: str, path: str, **options: object) -> Page:
        cookie = sign_in(who).get_cookie("bianban")
        assert cookie is not None
        page = new_page(**options)
        page.context.add_cookies([{"name": "bianban", "value": cookie.value, "url": live_server}])
        page.goto(live_server + path)
        return page

    return make


def rows(page: Page) -> list[str]:
    return [box.input_value() for box in page.locator("[data-row] input[name$=-name]").all()]


@pytest.mark.parametrize("script", [True, False])
def test_rows_come_and_go_and_what_was_typed_stays(enter: Open, sheet_id: int, script: bool) -> None:
    page = enter("unit.czj", f"/surveys/{sheet_id}/edit", java_script_enabled=script)
    page.fill("[name=leader]", "负责人甲")
    for number, name in ((1, "第二个"), (2, "第三个")):
        page.click("[data-add]")
        expect(page.locator("[data-row]")).to_have_count(number + 1)
        page.fill(f"[name=sites-{number}-name]", name)
    page.locator("[data-remove]").nth(1).click()
    expect(page.locator("[data-row]")).to_have_count(2)
    assert rows(page) == ["财政网", "第三个"]
    assert page.locator("[data-number]").all_inner_texts() == ["1", "2"]
    assert page.input_value("[name=leader]") == "负责人甲"
    page.click(".finish button[value=save]")
    page.get_by_text("草稿已保存").wait_for()
    read_afresh()  # the server's thread wrote after this session began to read
    with access.acting_as(access.system("tests", over="0.")):
        assert [(row.number, row.name) for row in queries.get(sheet_id).sites] == [
            (1, "财政网"),
            (2, "第三个"),
        ]


def test_each_field_is_judged_as_soon_as_it_is_left(enter: Open, sheet_id: int) -> None:
    page = enter("unit.czj", f"/surveys/{sheet_id}/edit")
    page.fill("[name=phone]", "7786510")
    page.press("[name=phone]", "Tab")
    expect(page.locator("[data-told=phone]")).to_have_text("将记为 0736-7786510")
    page.fill("[name=sites-0-ip]", "10.0.0.1")
    page.press("[name=sites-0-ip]", "Tab")
    told = page.locator('[data-told="sites-0-ip"]')
    expect(told).to_contain_text("公网")
    expect(page.locator("[name=sites-0-ip]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator('[data-told="sites-0-chinese_domain"]')).to_contain_text("xn--")
    page.fill("[name=sites-0-ip]", "203.0.113.9")
    page.press("[name=sites-0-ip]", "Tab")
    expect(told).to_have_text("IPv4 地址，记为 203.0.113.9")
    expect(page.locator("[name=sites-0-ip]")).not_to_have_attribute("aria-invalid", "true")
    page.click("[data-add]")
    page.fill("[name=sites-1-english_domain]", "不是域名")
    page.press("[name=sites-1-english_domain]", "Tab")
    expect(page.locator('[data-told="sites-1-english_domain"]')).to_contain_text("连同后缀")


def test_without_a_script_the_button_judges_and_keeps_what_was_typed(enter: Open, sheet_id: int) -> None:
    page = enter("unit.czj", f"/surveys/{sheet_id}/edit", java_script_enabled=False)
    page.fill("[name=phone]", "139")
    page.click(".finish button[value=look]")
    expect(page.locator("#f-phone-err")).to_be_visible()
    assert page.input_value("[name=phone]") == "139"


def test_the_summary_takes_one_to_the_field(enter: Open, sheet_id: int) -> None:
    page = enter("unit.czj", f"/surveys/{sheet_id}/edit")
    page.fill("[name=sites-0-ip]", "内网")
    page.click("button[value=check]")
    page.locator(".errors").wait_for()
    page.wait_for_function("document.activeElement.className === 'errors'")
    page.get_by_role("link", name="第 1 个网站").click()
    assert page.evaluate("document.activeElement.name") == "sites-0-ip"


@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("unit.czj", "/surveys/{pk}/edit"), ("unit.czj", "/surveys/{pk}/"), ("unit.czj", "/surveys/todo"),
        ("changde.clerk", "/surveys/sheets?sheet={pk}"), ("changde.clerk", "/filing/list/"), ("changde.clerk", "/filing/3/"),
        ("changde.clerk", "/survey-report/"), ("changde.clerk", "/surveys/list/"), ("unit.czj", "/campaigns/1/"),
        ("wuling.head", "/campaigns/1/local/4"),
    ],
)  # fmt: skip
def test_nothing_is_cut_off_and_axe_finds_nothing(
    enter: Open, sheet_id: int, who: str, path: str, width: int
) -> None:
    page = enter(who, path.format(pk=sheet_id), width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    violations = Axe().run(page).response["violations"]
    assert [one["id"] for one in violations if one["impact"] in {"serious", "critical"}] == []
