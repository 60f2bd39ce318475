"""Before a session ends, the page warns, saves the draft it holds, and offers to stay."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from playwright.sync_api import Page, Route
from sqlalchemy import select

from app.foundation import access
from app.foundation.database import db
from app.plugins.applications.models import Application
from tests.services.environment import DEMO_PASSWORD

pytestmark = pytest.mark.browser
OWNER = "u41840009"  # 市民政局, which has an application in draft
FUNCTIONS = "由浏览器自动保存的说明"


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


def test_the_page_warns_saves_and_stays(app: Flask, live_server: str, page: Page) -> None:
    pk = draft_of(OWNER)
    db.session.rollback()
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
    page.get_by_role("button", name="继续使用").click()
    bar.wait_for(state="hidden")
    page.reload()
    assert FUNCTIONS in page.content()
