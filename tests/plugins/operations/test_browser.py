"""The jobs pages in a browser: readable for everybody, wide and narrow; followed live; cancelled by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import expect

from app.foundation import access, clock
from app.foundation.database import db, transaction
from app.foundation.jobs import Job
from tests.journeys import axe
from tests.journeys.people import sign_in
from tests.plugins.operations.conftest import COUNTY, PLATFORM, Put, row
from tests.plugins.operations.test_own import ready
from tests.services.afresh import read_afresh
from tests.services.browser import NewPage

Find = Callable[[str], int]
REASON = "执行该任务的进程中断，已达到尝试次数上限。"


def change(pk: int, **values: object) -> None:
    """What a worker would write."""
    read_afresh()
    with access.acting_as(PLATFORM), transaction():
        job = db.session.get_one(Job, pk)
        for name, value in values.items():
            setattr(job, name, value)


@pytest.mark.usefixtures("short")
def test_nobody_is_shut_out_and_nothing_is_cut_off(
    app: Flask, live_server: str, new_page: NewPage, put: Put, person_id: Find
) -> None:
    person = person_id("changde.inspector")
    put(person=person)
    put(person=person, state="running", done_count=5200, total_count=12480)
    put(person=person, state="dead", error=REASON, done_at=clock.wall())
    ready(put, person)
    failed = put(path=COUNTY, state="dead", attempts=8, error=REASON, done_at=clock.wall())
    put(due_at=clock.wall() - timedelta(hours=3))
    for _number in range(3):
        app.test_client().post("/login/", data={"username": "wuling.clerk", "password": "wrong"})
    pages = {
        "changde.inspector": ("/my-jobs/", "/sign-ins/export/xlsx", "/desk/"),
        "changde.admin": ("/my-jobs/", "/jobs/list/", f"/jobs/show/{failed}"),
    }
    for username, paths in pages.items():
        desk = sign_in(new_page, live_server, username)
        for path in paths:
            desk.open(path)
            assert axe.grave(desk.page) == [], path
            assert axe.cut_off(desk.page) == [], path
            desk.page.set_viewport_size(axe.NARROW)
            assert axe.cut_off(desk.page) == [], f"{path} narrow"
            desk.page.set_viewport_size({"width": 1280, "height": 900})


def test_it_is_followed_live_and_the_file_appears(
    app: Flask, live_server: str, new_page: NewPage, put: Put, person_id: Find
) -> None:
    pk = put(person=person_id("changde.clerk"), state="running", total_count=400)
    page = sign_in(new_page, live_server, "changde.clerk").open("/my-jobs/")
    page.evaluate("window.stayed = true")
    change(pk, done_count=100)
    expect(page.locator("[data-said]")).to_have_text("已完成 100 / 400")
    expect(page.locator("[data-share]")).to_have_attribute("width", "25%")
    assert page.evaluate("window.stayed") is True
    page.get_by_text("取消", exact=True).click()
    change(pk, state="done", done_at=clock.wall())
    page.wait_for_timeout(2500)
    assert page.evaluate("window.stayed") is True, "it is not pulled away from under somebody who is asked"
    page.get_by_text("取消", exact=True).click()
    expect(page.locator("#content .chip")).to_have_text("已办完")


def test_cancelled_by_hand(
    app: Flask, live_server: str, new_page: NewPage, put: Put, person_id: Find
) -> None:
    pk = put(person=person_id("changde.clerk"))
    page = sign_in(new_page, live_server, "changde.clerk").open("/my-jobs/")
    page.get_by_text("取消", exact=True).click()
    page.get_by_role("button", name="确定取消").click()
    expect(page.get_by_text("已取消，没有生成文件")).to_be_visible()
    assert row(pk).state == "cancelled"
