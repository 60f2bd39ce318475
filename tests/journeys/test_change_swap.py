"""A badged website asks for another name: the old badge shows until the new one is issued, and then both change at once (S32)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys import applying, reviewing, verifying
from tests.journeys.walk import Walk, Walker
from tests.services.browser import NewPage
from tests.services.live import Serve

OWNER, UNIT = "u41840007", "常德市教育局"
OLD, NEW = "常德教育网", "常德市教育局网站"

pytestmark = pytest.mark.timeout(280)


@pytest.fixture
def walk(new_page: NewPage, serve: Serve) -> Walk:
    return Walk(new_page, serve("demo"))


def test_the_old_badge_shows_until_the_change_is_in_force(walk: Walk) -> None:
    walk.series = "change-"
    unit, reviewer, head = (walk.person(name) for name in (OWNER, "changde.reviewer", "changde.head"))
    clerk, registrar, stranger = walk.person("changde.clerk"), walk.person("conac.registrar"), walk.stranger()
    old = ask_for_the_change(unit)
    shows(stranger, old, OLD, "有效")
    unit.menu("本单位标识")
    unit.follow(OLD)
    expect(unit.main).to_contain_text("正在办理网站变更")
    unit.look("s02-badge-under-change")
    review(reviewer, clerk)
    decide(head)
    shows(stranger, old, OLD, "有效")
    listed(stranger, OLD, NEW)
    batch = reviewing.report(head, NEW)
    verifying.open_batch(registrar, batch)
    new = issue(registrar, old)
    shows(stranger, new, NEW, "有效")
    stranger.look("s06-new-badge")
    shows(stranger, old, OLD, "已撤销")
    expect(stranger.main.get_by_role("link", name=new)).to_be_visible()
    stranger.look("s07-old-badge")
    listed(stranger, NEW, OLD)
    unit.take_up("取代码", "加挂网站标识", NEW)
    expect(unit.main).to_contain_text(new)
    unit.follow(old)
    expect(unit.main).to_contain_text("换挂新标识代码")
    unit.look("s08-old-badge-of-the-unit")
    walk.ends_well()


def ask_for_the_change(unit: Walker) -> str:
    """From the badge's page to the number; answers the badge's number."""
    unit.menu("本单位标识")
    unit.follow(OLD)
    number = unit.main.locator(".badge-who .number").inner_text()
    unit.follow("申请变更")
    unit.press("申请变更", unit.main.get_by_role("row").filter(has_text=number))
    unit.press("保存，填下一部分")
    unit.fill({"网站名称": NEW})
    unit.press("保存，填下一部分")
    unit.press("保存，填下一部分")
    unit.press("保存，填下一部分")
    applying.attach_identity(unit)
    unit.field("变更依据").set_input_files(
        {"name": "批复.png", "mimeType": "image/png", "buffer": applying.png()}
    )
    upload = unit.main.locator("form").filter(has=unit.page.locator("input[type=file][name=change_basis]"))
    unit.press("上传", upload)
    unit.said("已上传")
    unit.follow("核对并提交", unit.main.locator(".bar-actions"))
    unit.look("s01-confirm")
    applying.declare_and_submit(unit)
    return number


def review(reviewer: Walker, clerk: Walker) -> None:
    """The first review passes, and the paper comes in."""
    reviewer.take_up("去审核", "在线初审", UNIT, NEW)
    reviewing.pass_all(reviewer)
    reviewer.press("初审通过")
    reviewer.said("初审通过")
    clerk.take_up("登记收件", "收书面材料", NEW)
    reviewing.receive_paper(clerk, "2014-11-24")


def decide(head: Walker) -> None:
    """The head signs, and says on which day the opinion was sealed."""
    head.take_up("去审核", "书面审核", NEW)
    head.main.locator("[name=approve-sealed]").fill("2014-11-25")
    head.press("审核通过")
    expect(head.main.get_by_role("alert")).to_contain_text("盖章日期应在收到书面材料之日")
    head.look("s03-sealed-too-late")
    head.main.locator("[name=approve-sealed]").fill("2014-11-24")
    head.press("审核通过")
    head.said("审核通过")
    expect(head.main.locator("#results")).to_contain_text("CNNIC")
    head.look("s04-approved")


def issue(registrar: Walker, old: str) -> str:
    """The registrar sees old and new side by side; answers the new number."""
    item = verifying.queued(registrar, NEW)
    expect(item).to_contain_text(f"核发新标识的同时撤销原标识 {old}")
    line = item.get_by_role("row").filter(has_text="网站名称")
    expect(line).to_contain_text(OLD)
    expect(line).to_contain_text(NEW)
    registrar.look("s05-queue")
    registrar.press("核发新标识并撤销原标识", item)
    registrar.said(f"已核发“{NEW}”的标识")
    said = registrar.main.locator(".flash").first.inner_text()
    return said.partition("编号 ")[2].strip(" 。")


def shows(stranger: Walker, number: str, site: str, state: str) -> None:
    """What anybody sees of a badge."""
    stranger.open(f"/badge/{number}")
    expect(stranger.main.locator(".badge-facts")).to_contain_text(site)
    stranger.states(state)


def listed(stranger: Walker, there: str, gone: str) -> None:
    """The published list names one of both."""
    stranger.open("/portal/passed/?q=教育局")
    table = stranger.main.get_by_role("table")
    expect(table).to_contain_text(re.compile(re.escape(there)))
    expect(table).not_to_contain_text(gone)
