"""A local organ of a centrally managed system: told who reviews it and why, and routed there (C-art.5)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys import applying
from tests.journeys.walk import Walk
from tests.services.browser import NewPage
from tests.services.live import Serve

SITE = "常德海关网"
RULE = "中央垂直管理系统的地方机构，由中央一级审核。"
CENTRE = "中央机构编制委员会办公室"

pytestmark = pytest.mark.timeout(280)


@pytest.fixture
def walk(new_page: NewPage, serve: Serve) -> Walk:
    return Walk(new_page, serve("demo"))


def test_a_vertical_organ_takes_its_application_back_and_files_anew_with_the_centre(walk: Walk) -> None:
    walk.series = "vertical-"
    unit, centre = walk.person("unit.customs"), walk.person("central.reviewer")
    city, province = walk.person("changde.reviewer"), walk.person("hunan.reviewer")
    unit.menu("申请")
    unit.follow(SITE)
    expect(unit.main).to_contain_text("所在地机构编制部门不审核本单位的申请")
    unit.look("v01-under-way")
    first = unit.path
    unit.follow("撤回申请")
    unit.look("v02-withdraw")
    unit.press("确认撤回")
    expect(unit.main.get_by_role("alert")).to_contain_text("请写明撤回原因")
    unit.fill({"撤回原因": "网站首页改版，改版后重新申请。"})
    unit.press("确认撤回")
    unit.said("已撤回")
    unit.look("v03-withdrawn")

    unit.open("/applications/new")
    expect(unit.main).to_contain_text(f"申请由{CENTRE}审核。{RULE}（办法第五条）")
    unit.look("v04-new")
    unit.press("申请资格复核", unit.main.get_by_role("row").filter(has_text=SITE))
    expect(unit.main).to_contain_text(RULE)
    expect(unit.field("开办主体名称")).to_have_value("中华人民共和国常德海关")
    unit.look("v05-subject")
    unit.follow("网站申请经办人", unit.main.get_by_role("navigation", name="申请表各部分"))
    expect(unit.main).to_contain_text("已保存 139****")
    unit.look("v06-handler")
    unit.follow("材料", unit.main.get_by_role("navigation", name="申请表各部分"))
    applying.attach_identity(unit)
    fold = unit.unfold("替换")
    fold.locator("input[type=file]").set_input_files(
        {"name": "清晰的身份证.png", "mimeType": "image/png", "buffer": applying.png(400, 260)}
    )
    unit.look("v07-replace")
    unit.press("确认替换", fold)
    unit.said("已替换")
    expect(unit.main.get_by_role("link", name="清晰的身份证.png").first).to_be_visible()
    unit.follow("核对并提交", unit.main.locator(".bar-actions"))
    expect(unit.main).to_contain_text(RULE)
    unit.look("v08-confirm")
    applying.declare_and_submit(unit)
    unit.states("待初审")
    assert applying.number_of(unit).startswith("000000-2014-"), "the centre's own sequence"
    second = unit.path
    assert second != first

    for office in (city, province):
        assert office.status(second) == 404, office.username
    centre.take_up("去审核", "在线初审", SITE)
    assert centre.path == second
    expect(centre.main.locator(".meta")).to_contain_text("原则上 5 个工作日")
    centre.look("v09-centre")
    walk.ends_well()
