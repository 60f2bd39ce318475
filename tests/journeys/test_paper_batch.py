"""A batch of paper: ticked in the queue by keyboard, registered envelope by envelope, printed and taken away."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.walk import Walk, Walker
from tests.services.browser import NewPage
from tests.services.live import Serve

SITES = ("常德人力资源和社会保障网", "常德国土资源网")
MISMATCH = "申请表只有两份，已电话告知补送。"


@pytest.fixture
def walk(new_page: NewPage, serve: Serve) -> Walk:
    made = Walk(new_page, serve("demo"))
    made.series = "batch-"
    return made


def tick_by_keyboard(clerk: Walker) -> None:
    """j goes down, x ticks, ? points to the line that says so."""
    clerk.menu("审核办理")
    clerk.follow("收书面材料")
    clerk.look("01-queue")
    expect(clerk.main.locator(".batch")).to_be_hidden()
    for _row in SITES:
        clerk.page.keyboard.press("j")
        clerk.page.keyboard.press("x")
    expect(clerk.main.locator("[data-check]:checked")).to_have_count(len(SITES))
    clerk.page.keyboard.press("?")
    expect(clerk.main.locator("#keys")).to_be_focused()
    clerk.look("02-ticked")


def register(clerk: Walker) -> None:
    """One is short: the form comes back whole until that is said."""
    clerk.press("登记收到书面材料")
    expect(clerk.main.get_by_role("heading", name="登记收件")).to_be_visible()
    short = clerk.main.get_by_role("group", name=SITES[1])
    short.get_by_label("申请表", exact=True).fill("2")
    for box in clerk.main.get_by_label("均已加盖单位公章").all():
        box.check()
    clerk.look("03-form")
    clerk.press("登记收件")
    expect(clerk.main.get_by_role("alert")).to_contain_text("收到的书面材料不齐或者份数不足")
    short = clerk.main.get_by_role("group", name=SITES[1])
    expect(short.get_by_label("申请表", exact=True)).to_have_value("2")
    clerk.look("04-refused")
    short.get_by_label("不符情况").fill(MISMATCH)
    clerk.press("登记收件")
    clerk.said("已登记：收〔2014〕")
    for site in SITES:
        expect(clerk.main.get_by_role("row").filter(has_text=site)).to_contain_text("份")
    clerk.look("05-book")


@pytest.mark.timeout(280)
def test_a_batch_of_paper(walk: Walk, tmp_path: Path) -> None:
    clerk = walk.person("changde.clerk")
    tick_by_keyboard(clerk)
    register(clerk)
    clerk.menu("审核办理")
    expect(clerk.main).not_to_contain_text(SITES[0])
    clerk.follow("我经手")
    for site in SITES:
        expect(clerk.main.get_by_role("row").filter(has_text=site)).to_contain_text("书面审核")
    clerk.look("06-through-my-hands")
    clerk.menu("机要交换登记")
    with clerk.page.expect_download() as waiting:
        clerk.follow("导出 CSV")
    content = Path(waiting.value.path()).read_text("utf-8-sig")
    assert all(site in content for site in SITES)
    assert MISMATCH in content
    clerk.follow("打印登记簿")
    expect(clerk.page.get_by_role("heading", name="机要交换登记簿")).to_be_visible()
    clerk.look("07-print")
    head = walk.person("changde.head")
    head.take_up("去审核", "书面审核", SITES[1])
    expect(head.main).to_contain_text(MISMATCH)
    expect(head.main.locator("#exchange")).to_contain_text(re.compile(r"收〔2014〕\d+号"))
    head.look("08-written-review")
    walk.ends_well()
