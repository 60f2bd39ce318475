"""Before a session ends, the page warns, saves the draft it holds, and offers to stay; afterwards it is empty."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from playwright.sync_api import Page, Route
from sqlalchemy import select

from app.foundation import access
from app.foundation.database import db, transaction
from app.foundation.signing import sessions
from app.foundation.tenancy.models import Person
from app.plugins.applications.models import Application
from tests.services.afresh import read_afresh
from tests.services.environment import DEMO_PASSWORD

pytestmark = pytest.mark.browser
OWNER = "u41840009"  # 市民政局, which has an application in draft
FUNCTIONS = "由浏览器自动保存的说明"
MORE = "，以及提示之后又写的一段"


@pytest.fixture
def seed() -> str:
    return "demo"


def draft_of(username: str) -> int:
    """An application that person may still fill in."""
    actor = access.actor_for(username)
    with access.acting_as(actor):
        for row in db.session.scalars(select(Application).order_by(Application.id)):
            if row.state == "draft" and access.can(actor, "application", "edit", row):
                return row.id
    raise LookupError(username)


def sign_in(page: Page, base: str, username: str) -> None:
    page.goto(f"{base}/login/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", DEMO_PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/login" not in url)


def end_sessions(why: str) -> None:
    """End whatever the owner has open."""
    maker = access.system("tests", over=access.EVERYWHERE)
    with access.acting_as(maker), transaction():
        person = db.session.scalars(select(Person).where(Person.username == OWNER)).one()
        assert sessions.end_all(person, by="tests", why=why) == 1


def test_the_page_warns_saves_and_stays(app: Flask, live_server: str, page: Page) -> None:
    pk = draft_of(OWNER)
    read_afresh()
    sign_in(page, live_server, OWNER)
    page.clock.install()
    page.goto(f"{live_server}/applications/{pk}/edit/site")
    page.locator("form[data-draft] textarea").first.fill(FUNCTIONS)
    bar = page.locator("#session-bar")
    assert not bar.is_visible()

    def nearly_over(route: Route) -> None:
        if route.request.method == "GET":
            route.fulfill(body=json.dumps({"seconds": 240, "last": 9000}), content_type="application/json")
        else:
            route.continue_()

    page.route("**/login/stay", nearly_over)
    page.clock.run_for("07:56:00")
    bar.wait_for(state="visible")
    assert "分钟没有操作将自动退出" in bar.inner_text()
    page.get_by_text("已自动保存为草稿").wait_for()
    area = page.locator("form[data-draft] textarea").first
    area.fill(FUNCTIONS + MORE)
    with page.expect_request(lambda one: one.method == "POST" and "/edit/" in one.url):
        page.clock.run_for("00:00:21")
    page.locator("form[data-draft]:not([data-dirty], [data-saving])").wait_for()
    page.get_by_role("button", name="继续使用").click()
    bar.wait_for(state="hidden")
    page.reload()
    assert FUNCTIONS + MORE in page.content(), "what was typed after the warning too"


def test_the_last_words_are_saved_before_the_time_is_over(app: Flask, live_server: str, page: Page) -> None:
    pk = draft_of(OWNER)
    read_afresh()
    sign_in(page, live_server, OWNER)
    page.clock.install()
    page.goto(f"{live_server}/applications/{pk}/edit/site")
    left = {"seconds": 22}

    def nearly_over(route: Route) -> None:
        route.fulfill(body=json.dumps({**left, "last": 9000}), content_type="application/json")

    page.route("**/login/stay", nearly_over)
    page.clock.run_for("00:05:01")
    page.locator("#session-bar").wait_for(state="visible")
    page.locator("form[data-draft] textarea").first.fill(FUNCTIONS)
    left["seconds"] = 4
    with page.expect_request(lambda one: one.method == "POST" and "/edit/" in one.url):
        page.clock.run_for("00:00:18")
    page.get_by_text("已自动保存为草稿").wait_for()


@pytest.mark.parametrize("how", ["over", "forced"])
def test_a_session_that_is_over_leaves_nothing_on_the_screen(
    app: Flask, live_server: str, page: Page, how: str
) -> None:
    """By time or by an officer: what was shown and typed is gone from the page, and says so."""
    pk = draft_of(OWNER)
    name = access.actor_for(OWNER).name
    read_afresh()
    sign_in(page, live_server, OWNER)
    page.clock.install()
    page.goto(f"{live_server}/applications/{pk}/edit/site")
    page.locator("form[data-draft] textarea").first.fill(FUNCTIONS)
    end_sessions("timed_out" if how == "over" else "forced")
    page.clock.run_for("00:05:01" if how == "forced" else "08:00:01")
    page.get_by_text("本页内容已经清除").wait_for()
    assert page.locator("main, nav, form[data-draft], #session-end").count() == 0
    assert FUNCTIONS not in page.content()
    assert name not in page.content()
    page.get_by_role("link", name="重新登录").click()
    page.wait_for_url("**/login/**")


def test_nothing_is_cleared_while_the_server_cannot_be_asked(
    app: Flask, live_server: str, page: Page
) -> None:
    """A line that is down hides the page once its time is over, and brings it back when the session still holds."""
    pk = draft_of(OWNER)
    read_afresh()
    sign_in(page, live_server, OWNER)
    page.clock.install()
    page.goto(f"{live_server}/applications/{pk}/edit/site")
    area = page.locator("form[data-draft] textarea").first
    area.fill(FUNCTIONS)
    page.route("**/login/stay", lambda route: route.abort())
    page.route("**/edit/site", lambda route: route.abort())
    for _step in range(4):
        page.clock.run_for("02:30:00")
    page.get_by_text("本页内容已隐藏").wait_for()
    assert not area.is_visible()
    page.unroute("**/login/stay")
    page.clock.run_for("00:00:21")
    page.locator("#session-bar").wait_for(state="hidden")
    assert area.input_value() == FUNCTIONS
