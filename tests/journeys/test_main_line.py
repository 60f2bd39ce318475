"""The main line, walked as people walk it: by clicking, each at their own desk."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys import applying, reviewing, surveying, verifying
from tests.journeys.filings import DISTRICT, FINANCE
from tests.journeys.walk import Walk, Walker
from tests.services.browser import NewPage
from tests.services.live import Serve

OTHER_SITE = "常德公安网"
SENT_BACK = "英文域名与域名登记信息不一致，请核对后重新报送。"

pytestmark = pytest.mark.timeout(280)


@pytest.fixture
def walk(new_page: NewPage, serve: Serve) -> Walk:
    return Walk(new_page, serve("demo"))


def test_a_unit_fills_its_sheet_and_the_office_adds_it_up(walk: Walk) -> None:
    unit, office = walk.arrive("unit.changde"), walk.person("changde.clerk")
    office.menu("汇总")
    before = surveying.received(office)
    unit.look("s01-desk-unit")
    surveying.reads_the_notice(unit)
    unit.take_up("去填报", "填报摸底调查表", FINANCE.unit)
    unit.look("s02-new")
    unit.press("开始填写")
    unit.look("s03-form")
    surveying.fill_with_mistakes(unit)
    surveying.correct_and_submit(unit)
    surveying.withdraw_and_submit_again(unit)
    surveying.return_with_a_reason(office)
    surveying.correct_after_return(unit)
    office.take_up("去核对", "接收摸底调查表", FINANCE.unit)
    office.press("接收")
    office.said("已接收")
    office.states("已接收")
    office.look("s14-accepted")
    office.menu("汇总")
    assert surveying.received(office) == (before[0] + 1, before[1])
    office.look("s15-aggregate")
    surveying.the_export_holds_the_sheet(office)
    expect(unit.task("摸底调查表")).to_have_count(0)
    unit.menu("摸底调查表")
    unit.look("s16-list-unit")
    unit.follow(FINANCE.unit)
    unit.states("已接收")
    unit.look("s17-accepted-unit")
    walk.ends_well()


def test_a_website_is_reviewed_gets_its_badge_and_loses_it(walk: Walk) -> None:
    unit, reviewer, head = (
        walk.person(name) for name in ("unit.changde", "changde.reviewer", "changde.head")
    )
    registrar, stranger = walk.person("conac.registrar"), walk.stranger()
    applying.apply(unit, FINANCE)
    reviewing.first_review_returns(reviewer, FINANCE)
    applying.correct(unit, FINANCE, reviewing.DEMAND)
    reviewing.first_review_passes(reviewer, FINANCE)
    applying.print_paper(unit, FINANCE)
    reviewing.written_review(walk.person("changde.clerk"), reviewer, head, FINANCE)
    batch = reviewing.report(head, FINANCE.site, OTHER_SITE)
    verifying.open_batch(registrar, batch)
    registrar.look("c02-batch")
    verifying.send_back(registrar, OTHER_SITE, SENT_BACK)
    number = verifying.issue(registrar, FINANCE)
    expect(verifying.queued(registrar, FINANCE.site)).to_have_count(0)
    registrar.look("c04-issued")
    head.take_up("去报送", "报送注册管理中心")
    returned = head.main.get_by_role("row").filter(has=head.page.get_by_label(f"勾选{OTHER_SITE}"))
    expect(returned).to_contain_text(SENT_BACK)
    expect(returned.get_by_role("checkbox")).not_to_be_checked()
    head.look("c05-report-again")
    head.follow(batch)
    expect(head.main).to_contain_text(SENT_BACK)
    head.look("c05-batch")
    verifying.hang(unit, FINANCE, number)
    verifying.verify(stranger, FINANCE, number)
    verifying.somebody_comes_from_elsewhere(walk, FINANCE, number)
    verifying.revoke(head, registrar, FINANCE)
    verifying.verify_revoked(stranger, FINANCE, number)
    walk.ends_well()


def test_a_district_office_does_the_same_for_its_own(walk: Walk) -> None:
    walk.series = "district-"
    unit, reviewer, head = (walk.person(name) for name in ("unit.wuling", "wuling.reviewer", "wuling.head"))
    registrar, neighbour = walk.person("conac.registrar"), walk.person("dingcheng.reviewer")
    sheet = surveying.fill_sheet_of_the_district(unit, reviewer)
    page = file_in_the_district(unit)
    unseen(neighbour, sheet, f"{sheet}paper", page)
    neighbour.look("n01-not-seen")
    for path in (f"{page}/edit/site", "/applications/999999/edit/site"):
        assert neighbour.status(path) == 403, "an office fills in nobody's form, whether there is one or not"
    reviewing.open_review(reviewer, DISTRICT)
    unseen(neighbour, reviewing.material(reviewer))
    expect(reviewer.main.locator(".meta")).to_contain_text("原则上 5 个工作日")
    reviewing.pass_all(reviewer)
    reviewer.press("初审通过")
    reviewer.take_up("登记收件", "收书面材料", DISTRICT.site)
    reviewing.receive_paper(reviewer, "2014-11-24")
    expect(reviewer.main).to_contain_text("书面审核由本机构负责人办理")
    unseen(neighbour, page, f"/letters{page.replace('applications', 'application')}/preview.pdf")
    head.take_up("去审核", "书面审核", DISTRICT.site)
    head.press("审核通过")
    head.states("审核通过")
    batch = reviewing.report(head, DISTRICT.site)
    unseen(neighbour, head.path)
    verifying.open_batch(registrar, batch)
    number = verifying.issue(registrar, DISTRICT)
    assert number.startswith("CB4300700024184"), "武陵区 is 0002 under Changde's 007, then the unit's account"
    unit.take_up("取代码", "加挂网站标识", DISTRICT.site)
    expect(unit.main).to_contain_text(number)
    unseen(neighbour, unit.path)
    stranger = walk.stranger()
    verifying.look_up(stranger, DISTRICT.chinese)
    verifying.shows_exactly_the_public_fields(stranger, DISTRICT, number)
    verifying.gives_nobody_away(stranger, DISTRICT, number)
    walk.ends_well()


def file_in_the_district(unit: Walker) -> str:
    """The district's application; answers its address."""
    unit.take_up("去申请", "申请资格复核", DISTRICT.site)
    unit.press("申请资格复核", unit.main.get_by_role("row").filter(has_text=DISTRICT.site))
    applying.fill_sections(unit, DISTRICT)
    applying.attach_identity(unit)
    unit.follow("核对并提交", unit.main.locator(".bar-actions"))
    applying.declare_and_submit(unit)
    return unit.path


def unseen(neighbour: Walker, *paths: str) -> None:
    """The office next door types these addresses and finds nothing."""
    for path in paths:
        assert neighbour.status(path) == 404, path
