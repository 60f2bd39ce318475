"""A late case seen from above: urged and guided, signed for by the office that decides, and decided there alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.walk import Walk, Walker
from tests.services.browser import NewPage
from tests.services.live import Serve

SITE, OFFICE = "汉寿县人民政府门户网站", "汉寿县编委办"
URGED, GUIDED = "请于本周内办结在线初审。", "名称按批准文件核对。"


@pytest.fixture
def walk(new_page: NewPage, serve: Serve) -> Walk:
    made = Walk(new_page, serve("demo"))
    made.series = "above-"
    return made


def urge(above: Walker) -> None:
    """From the desk to the list of late cases, ticked and urged once."""
    above.take_up("去查看", "催办下级超期审核")
    row = above.main.get_by_role("row").filter(has_text=SITE)
    expect(row).to_contain_text(OFFICE)
    expect(row).to_contain_text("原则上")
    above.look("01-below")
    row.get_by_role("checkbox").check()
    above.fill({"催办的话（可不填）": URGED})
    above.press("催办所勾选的")
    above.said("已催办 1 件")
    expect(above.main.get_by_role("row").filter(has_text=SITE)).to_contain_text("尚未签收")
    above.look("02-urged")


def guide(above: Walker) -> None:
    """On the case's own page: guidance, and no way to decide."""
    above.main.get_by_role("link", name=SITE).click()
    for label in ("初审通过", "退回补正", "符合"):
        expect(above.main.get_by_role("button", name=label, exact=True)).to_have_count(0)
    fold = above.unfold("指导")
    fold.get_by_label("指导意见").fill(GUIDED)
    above.press("发出指导意见", fold)
    above.said("指导意见已发出")
    above.look("03-guided")


def sign(below: Walker) -> None:
    """The deciding office finds both on its desk and signs for them."""
    below.take_up("去签收", "签收上级催办", SITE)
    card = below.main.locator("#guidance")
    expect(card).to_contain_text(URGED)
    below.look("04-told")
    for _word in (URGED, GUIDED):
        below.main.locator("#guidance").get_by_role("button", name="签收", exact=True).first.click()
        below.said("已签收")
    expect(below.main.locator("#guidance").get_by_role("button", name="签收", exact=True)).to_have_count(0)
    below.look("05-signed")


@pytest.mark.timeout(280)
def test_a_late_case_seen_from_above(walk: Walk) -> None:
    above = walk.person("changde.reviewer")
    urge(above)
    guide(above)
    sign(walk.person("430722.clerk"))
    above.menu("下级在办")
    expect(above.main.get_by_role("row").filter(has_text=SITE)).to_contain_text("已签收")
    above.look("06-receipt")
    unit = walk.person("u41840042")
    unit.open("/applications/list/")
    unit.main.get_by_role("link", name=SITE).click()
    expect(unit.main).not_to_contain_text(URGED)
    unit.look("07-the-applicant-is-not-told")
    walk.ends_well()
