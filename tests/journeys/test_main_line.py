"""The main line, walked as people walk it: by clicking, each at their own desk."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Locator, expect

from tests.journeys.applying import (
    Contact,
    Filing,
    attach_identity,
    check_and_submit,
    declare_and_submit,
    fill_sections,
    nothing_personal_in_the_form,
    number_of,
)
from tests.journeys.reviewing import (
    found,
    judge,
    open_review,
    pass_all,
    receive_paper,
    report,
    return_for_correction,
    try_to_sign,
)
from tests.journeys.verifying import (
    gives_nobody_away,
    issue,
    json_of,
    look_up,
    open_batch,
    queued,
    send_back,
    shows_exactly_the_public_fields,
    unknown_number_helps,
)
from tests.journeys.walk import Walk, Walker
from tests.services.browser import NewPage
from tests.services.live import Serve

UNIT, SITE = "常德市财政局", "常德财政网"


@pytest.fixture
def walk(new_page: NewPage, serve: Serve) -> Walk:
    return Walk(new_page, serve("demo"))


SHEET = {
    "单位名称": UNIT,
    "主管部门": "常德市人民政府",
    "单位负责人": "负责人己",
    "单位地址": "湖南省常德市武陵区柳叶大道8号",
    "网站联系人": "经办人甲",
    "联系电话": "7000005",
    "电子邮箱": "czj@example.cn",
}
ROW = {"网站名称": SITE, "中文域名": "常德市财政局.政务", "英文域名": "czj.cddemo.gov.cn", "IP地址": "203.0.113.16"}


RETURN_REASON = "单位负责人应填写现任主要负责人，请核对后重新提交。"


def row(unit: Walker, number: int) -> Locator:
    """One website on the sheet's form."""
    return unit.main.get_by_role("group", name=f"网站序号 {number}")


def received(office: Walker) -> tuple[int, int]:
    """How many sheets of municipal organs the aggregate counts as accepted, and as handed in."""
    line = office.main.get_by_role("row").filter(has_text="党政机关").first
    numbers = [int(line.locator(f"td[data-label={label}]").inner_text()) for label in ("已接收", "已提交")]
    return numbers[0], numbers[1]


@pytest.mark.timeout(280)
def test_a_unit_fills_its_sheet_and_the_office_adds_it_up(walk: Walk) -> None:
    unit, office = walk.person("unit.changde"), walk.person("changde.clerk")
    office.menu("汇总")
    before = received(office)
    unit.look("s01-desk-unit")
    unit.take_up("去填报", "填报摸底调查表", UNIT)
    unit.look("s02-new")
    unit.press("开始填写")
    unit.look("s03-form")
    fill_with_mistakes(unit)
    correct_and_submit(unit)
    withdraw_and_submit_again(unit)
    return_with_a_reason(office)
    correct_after_return(unit)
    office.take_up("去核对", UNIT)
    office.press("接收")
    office.said("已接收")
    office.states("已接收")
    office.look("s14-accepted")
    office.menu("汇总")
    assert received(office) == (before[0] + 1, before[1])
    office.look("s15-aggregate")
    the_export_holds_the_sheet(office)
    unit.desk()
    expect(unit.task("摸底调查表")).to_have_count(0)
    unit.menu("摸底调查表")
    unit.look("s17-list-unit")
    unit.follow(UNIT)
    unit.states("已接收")
    unit.look("s18-accepted-unit")
    walk.ends_well()


def fill_with_mistakes(unit: Walker) -> None:
    """A wrong count and a domain that is none: both are said, all that was typed stays."""
    unit.fill(SHEET)
    unit.main.get_by_label("党政机关").check()
    unit.main.get_by_label("正处级").check()
    unit.field("单位开办网站个数").fill("3")
    unit.main.get_by_label("涉及政府机构改革或者事业单位分类改革").check()
    unit.fill(ROW | {"英文域名": "http://czj cddemo"}, row(unit, 1))
    unit.press("再加一个网站")
    unit.fill({"网站名称": "常德会计之窗"}, row(unit, 2))
    unit.press("核对并提交")
    unit.look("s04-form-wrong")
    summary = unit.main.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("填写的网站个数是 3，下面填有 2 个网站")
    expect(summary).to_contain_text("只填写域名本身")
    expect(unit.field("单位开办网站个数")).to_have_value("3")
    expect(unit.field("单位开办网站个数")).to_have_attribute("aria-invalid", "true")
    for label, text in SHEET.items():
        expect(unit.field(label)).to_have_value(text)
    expect(unit.field("英文域名", row(unit, 1))).to_have_value("http://czj cddemo")
    expect(unit.field("网站名称", row(unit, 2))).to_have_value("常德会计之窗")
    expect(unit.main.get_by_label("涉及政府机构改革或者事业单位分类改革")).to_be_checked()


def correct_and_submit(unit: Walker) -> None:
    """The error's link leads to its field; then the answers are checked and handed in."""
    unit.follow("填写的网站个数是 3", unit.main.get_by_role("alert"))
    expect(unit.field("单位开办网站个数")).to_be_focused()
    unit.page.keyboard.press("ControlOrMeta+a")
    unit.page.keyboard.type("1")
    unit.press("删除这个网站", row(unit, 2))
    unit.fill(ROW, row(unit, 1))
    unit.press("核对并提交")
    expect(unit.main.get_by_role("heading", level=1)).to_have_text("核对后提交")
    unit.look("s05-check")
    for text in (*SHEET.values(), *ROW.values(), "正处级", "党政机关"):
        expect(unit.main).to_contain_text(text.replace("7000005", "0736-7000005"))
    unit.press("提交")
    unit.said("已提交")
    unit.states("已提交")
    unit.look("s06-submitted")


def withdraw_and_submit_again(unit: Walker) -> None:
    """Before the office accepts it, a sheet can be taken back and changed."""
    unit.press("撤回修改", unit.unfold("撤回修改"))
    unit.said("已撤回")
    unit.look("s07-withdrawn")
    unit.fill({"单位地址": "湖南省常德市武陵区柳叶大道8号B座"})
    unit.press("核对并提交")
    expect(unit.main).to_contain_text("柳叶大道8号B座")
    unit.press("提交")
    unit.states("已提交")


def return_with_a_reason(office: Walker) -> None:
    """The office finds it on its desk and cannot return it without saying why."""
    office.desk()
    office.look("s08-desk-office")
    office.take_up("去核对", "接收摸底调查表", UNIT)
    form = office.unfold("退回补正")
    office.look("s09-sheet-office")
    office.press("退回补正", form)
    expect(office.main.get_by_role("alert")).to_contain_text("请写明退回的理由")
    office.look("s10-return-without-reason")
    office.fill({"退回理由": RETURN_REASON})
    office.press("退回补正")
    office.said("已退回补正")
    office.states("退回补正")
    office.look("s11-returned")


def correct_after_return(unit: Walker) -> None:
    """The unit finds it on its desk with the reason on the form."""
    unit.take_up("去补正", "补正摸底调查表", UNIT)
    expect(unit.main).to_contain_text(RETURN_REASON)
    unit.look("s12-form-returned")
    unit.fill({"单位负责人": "负责人庚"})
    unit.press("核对并提交")
    unit.press("提交")
    unit.states("已提交")
    expect(unit.main).to_contain_text("负责人庚")
    unit.look("s13-resubmitted")


def the_export_holds_the_sheet(office: Walker) -> None:
    """A workbook in annex 5's own columns, with the unit's row in it."""
    with office.page.expect_download() as waiting:
        office.follow("导出汇总表")
    assert waiting.value.suggested_filename.endswith(".xlsx")
    book = load_workbook(BytesIO(waiting.value.path().read_bytes()))
    rows = [[str(cell) for cell in line if cell is not None] for line in book.active.iter_rows(values_only=True)]
    heads = next(line for line in rows if "单位名称" in line)
    assert {"主管部门", "单位性质", "网站联系人", "联系电话", "中文域名", "英文域名"} <= set(heads)
    mine = [line for line in rows if UNIT in line]
    assert len(mine) == 1
    assert {"负责人庚", "0736-7000005", SITE, *ROW.values()} <= set(mine[0])


FINANCE = Filing(
    unit=UNIT,
    site=SITE,
    chinese="常德市财政局.政务",
    english="czj.cddemo.gov.cn",
    ip="203.0.113.16",
    leader=Contact("钱有度", "0736-7255501", "13875550101", "qian.youdu@example.cn"),
    handler=Contact("孙文书", "7255502转8012", "13875550202", "sun.wenshu@example.cn", "430702198505054563"),
)
OTHER_SITE = "常德公安网"
SENT_BACK = "英文域名与域名登记信息不一致，请核对后重新报送。"
NOTE = "职能与批准文件不一致，应按三定规定概括。"
DEMAND = "设立情况：职能与批准文件不一致，请按“三定”规定重新概括后提交。"
FACTS = "事实清楚：网站已于2014年11月24日停办。"


@pytest.mark.timeout(280)
def test_a_website_is_reviewed_gets_its_badge_and_loses_it(walk: Walk) -> None:
    unit, reviewer, head = (walk.person(name) for name in ("unit.changde", "changde.reviewer", "changde.head"))
    registrar, stranger = walk.person("conac.registrar"), walk.stranger()
    apply(unit)
    first_review_returns(reviewer)
    correct(unit)
    first_review_passes(reviewer)
    print_paper(unit)
    written_review(walk.person("changde.clerk"), reviewer, head)
    batch = report(head, SITE, OTHER_SITE)
    open_batch(registrar, batch)
    registrar.look("c02-batch")
    send_back(registrar, OTHER_SITE, SENT_BACK)
    number = issue(registrar, FINANCE)
    expect(queued(registrar, SITE)).to_have_count(0)
    registrar.look("c04-issued")
    head.take_up("去报送", "报送注册管理中心")
    head.follow(batch)
    expect(head.main).to_contain_text(SENT_BACK)
    head.look("c05-batch-returned")
    hang(unit, number)
    verify(stranger, number)
    somebody_comes_from_elsewhere(walk, number)
    revoke(head, registrar, number)
    verify_revoked(stranger, number)
    walk.ends_well()


def apply(unit: Walker) -> None:
    """A new requalification for the registered website, from the desk to the number."""
    unit.take_up("去申请", "申请资格复核", SITE)
    unit.look("a02-new")
    line = unit.main.get_by_role("row").filter(has_text=SITE)
    unit.press("申请资格复核", line)
    fill_sections(unit, FINANCE)
    nothing_personal_in_the_form(unit, FINANCE)
    unit.follow("核对并提交", unit.main.locator(".bar-actions"))
    expect(unit.main.get_by_role("alert")).to_contain_text("请上传法定代表人或者申请经办人的身份证明材料")
    expect(unit.main.get_by_role("button", name="提交", exact=True)).to_be_disabled()
    unit.look("a07-confirm-incomplete")
    unit.follow("请上传法定代表人", unit.main.get_by_role("alert"))
    attach_identity(unit)
    unit.look("a08-materials")
    check_and_submit(unit, "a09")
    unit.states("待初审")
    expect(unit.main.locator(".meta")).to_contain_text("剩 5 个工作日")
    assert number_of(unit)


def first_review_returns(reviewer: Walker) -> None:
    """One item is found wanting: no way to pass, back to the unit with the reason."""
    reviewer.desk()
    reviewer.look("r01-desk")
    open_review(reviewer, UNIT, SITE)
    reviewer.look("r02-review")
    judge(reviewer, 1, "符合")
    found(reviewer, 1, "符合")
    judge(reviewer, 2, "不符合")
    expect(reviewer.main.get_by_role("alert").first).to_contain_text("请写明理由")
    found(reviewer, 2, "待判定")
    found(reviewer, 3, "未审")
    judge(reviewer, 2, "不符合", NOTE)
    found(reviewer, 2, "不符合")
    expect(reviewer.main.locator("#blocked")).to_contain_text("还有 3 项未判定")
    return_for_correction(reviewer, NOTE, "设立、变更情况或者上级主管单位与批准文件不一致", DEMAND)
    expect(reviewer.main.locator(".meta .clock")).to_have_count(0)
    reviewer.look("r05-returned")


def correct(unit: Walker) -> None:
    """The letter leads; after the correction a new clock runs."""
    unit.take_up("去补正", "补正后再提交", SITE)
    expect(unit.main).to_contain_text(DEMAND)
    unit.look("a10-returned")
    unit.follow("按意见修改")
    unit.look("a11-correct")
    unit.fill({"开办主体职能": "拟订全市财税发展规划并组织实施，管理市级各项财政收支。"})
    unit.press("保存，填下一部分")
    unit.follow("核对并提交", unit.main.get_by_role("navigation", name="申请表各部分"))
    declare_and_submit(unit)
    unit.states("补正后提交")
    expect(unit.main.locator(".meta")).to_contain_text("剩 5 个工作日")
    unit.look("a12-resubmitted")


def first_review_passes(reviewer: Walker) -> None:
    """Second round: what was changed stands beside the item, all five are judged anew."""
    open_review(reviewer, UNIT, SITE)
    expect(reviewer.main).to_contain_text("上轮判定")
    expect(reviewer.main).to_contain_text("上次退回后修改：开办主体职能")
    reviewer.look("r06-second-round")
    pass_all(reviewer)
    reviewer.look("r07-all-in-order")
    reviewer.press("初审通过")
    reviewer.said("初审通过")
    reviewer.states("待书面材料")
    reviewer.look("r08-passed")


def print_paper(unit: Walker) -> None:
    """Letter and form, the form complete in three copies after a recorded look."""
    unit.take_up("打印和报送", "报送书面材料", SITE)
    unit.look("p01-to-print")
    unit.follow("打印申请函")
    expect(unit.main).to_contain_text("进行资格复核的函")
    expect(unit.main).to_contain_text(f"现将我单位开办的{SITE}等 1 个网站的相关材料送上")
    unit.look("p02-letter")
    unit.page.get_by_role("link", name="返回").click()
    unit.follow("打印申请表")
    expect(unit.main.locator("section.sheet")).to_have_count(1)
    assert FINANCE.handler.id_number not in unit.page.content()
    unit.look("p03-form-masked")
    unit.page.get_by_role("button", name="显示完整内容以便打印").click()
    expect(unit.main.locator("section.sheet")).to_have_count(3)
    for text in (FINANCE.handler.id_number, FINANCE.handler.mobile, FINANCE.leader.email, FINANCE.chinese):
        expect(unit.main.locator("section.sheet").last).to_contain_text(text)
    unit.look("p04-form")
    unit.page.get_by_role("link", name="返回").click()
    expect(unit.main).to_contain_text("打印申请表")


def written_review(clerk: Walker, reviewer: Walker, head: Walker) -> None:
    """The clerk registers the paper; not the first reviewer but the head signs."""
    clerk.take_up("登记收件", "收书面材料", SITE)
    clerk.look("p05-receive")
    receive_paper(clerk, "2014-11-24")
    expect(clerk.main.locator(".meta")).to_contain_text("剩 10 个工作日")
    clerk.look("p06-received")
    reviewer.menu("申请")
    reviewer.look("p07-list")
    reviewer.main.get_by_role("link", name=SITE).click()
    expect(reviewer.main).to_contain_text("书面审核由本机构负责人办理")
    expect(reviewer.main.get_by_role("button", name="审核通过", exact=True)).to_have_count(0)
    try_to_sign(reviewer)
    reviewer.look("p08-may-not-sign")
    head.take_up("去审核", "书面审核", SITE)
    head.look("p09-decide")
    head.press("审核通过")
    head.said("审核通过")
    head.look("p10-approved")


def hang(unit: Walker, number: str) -> None:
    """The unit finds number and code, and reports the badge hung."""
    unit.take_up("取代码", "加挂网站标识", SITE)
    expect(unit.main).to_contain_text(number)
    code = unit.field("标识代码").input_value()
    assert f"/badge/{number}\"" in code
    assert f"/badge/{number}.svg" in code
    unit.look("c06-badge-unit")
    unit.press("确认已加挂", unit.unfold("报告已加挂"))
    unit.said("已登记加挂")
    unit.look("c07-hung")


def verify(stranger: Walker, number: str) -> None:
    """A stranger looks the badge up and sees what C-art.4 makes public, nothing about people."""
    stranger.open("/")
    stranger.look("d01-home")
    look_up(stranger, number)
    shows_exactly_the_public_fields(stranger, FINANCE, number)
    stranger.states("有效")
    expect(stranger.main).not_to_contain_text("您来自")
    stranger.look("d02-badge")
    said = json_of(stranger, number)
    assert (said["state"], said["organ_name"], said["site_name"]) == ("issued", UNIT, SITE)
    assert [host["unicode"] for host in said["hosts"]] == [FINANCE.chinese, FINANCE.english]
    gives_nobody_away(stranger, FINANCE, number)
    unknown_number_helps(stranger, number)
    look_up(stranger, FINANCE.english)
    stranger.states("有效")


def somebody_comes_from_elsewhere(walk: Walk, number: str) -> None:
    """Who comes from another host is told so; who comes from the unit's own is not."""
    visitor = walk.stranger(extra_http_headers={"Referer": "https://czj-cddemo.com/index.html"})
    visitor.open(f"/badge/{number}")
    expect(visitor.main).to_contain_text("您来自 czj-cddemo.com，与登记网址不符")
    visitor.look("d04-from-elsewhere")
    visitor = walk.stranger(extra_http_headers={"Referer": f"https://{FINANCE.english}/"})
    visitor.open(f"/badge/{number}")
    expect(visitor.main).not_to_contain_text("您来自")


def revoke(head: Walker, registrar: Walker, number: str) -> None:
    """The head decides on a coded ground, the registrar executes."""
    head.menu("网站标识")
    head.look("e01-list")
    head.main.get_by_role("link", name=SITE).click()
    form = head.unfold("决定撤销")
    head.press("确认决定撤销", form)
    expect(head.main.get_by_role("alert")).to_contain_text("请选择一种情形")
    head.look("e02-revoke-nothing-chosen")
    form.get_by_role("radio").first.check()
    form.get_by_label("事实和理由").fill(FACTS)
    head.press("确认决定撤销", form)
    head.said("撤销决定已作出")
    head.look("e03-decided")
    expect(head.main.get_by_role("button", name="确认执行撤销")).to_have_count(0)
    registrar.take_up("去执行", "执行撤销决定", SITE)
    registrar.look("e04-strike")
    registrar.press("确认执行撤销", registrar.unfold("执行撤销"))
    registrar.said("标识已撤销")
    registrar.look("e05-struck")


def verify_revoked(stranger: Walker, number: str) -> None:
    """The public page says since when and why; the facts of the case stay inside."""
    look_up(stranger, number)
    stranger.states("已撤销")
    alert = stranger.main.get_by_role("alert")
    expect(alert).to_contain_text("撤销时间：2014年11月24日（周一）09:00")
    expect(alert).to_contain_text("办法第十九条")
    expect(stranger.main).not_to_contain_text(FACTS)
    stranger.look("e06-revoked")
    said = json_of(stranger, number)
    assert said["state"] == "revoked"
    assert said["ground"]["code"] == "1"
    gives_nobody_away(stranger, FINANCE, number)


COUNTY = Filing(
    unit="常德市武陵区人民政府办公室",
    site="武陵区人民政府门户网站",
    chinese="武陵区人民政府.政务",
    english="wuling.cddemo.gov.cn",
    ip="203.0.113.46",
    leader=Contact("李有方", "0736-7255601", "13875550303", "li.youfang@example.cn"),
    handler=Contact("周文牍", "0736-7255602", "13875550404", "zhou.wendu@example.cn", "430702198001011236"),
)


@pytest.mark.timeout(280)
def test_a_district_office_does_the_same_for_its_own(walk: Walk) -> None:
    unit, reviewer, head = (walk.person(name) for name in ("unit.wuling", "wuling.reviewer", "wuling.head"))
    registrar, neighbour = walk.person("conac.registrar"), walk.person("dingcheng.reviewer")
    sheet = fill_sheet_of_the_district(unit, reviewer)
    unit.take_up("去申请", "申请资格复核", COUNTY.site)
    unit.press("申请资格复核", unit.main.get_by_role("row").filter(has_text=COUNTY.site))
    fill_sections(unit, COUNTY)
    attach_identity(unit)
    unit.follow("核对并提交", unit.main.locator(".bar-actions"))
    declare_and_submit(unit)
    page = unit.path
    unseen(neighbour, sheet, f"{sheet}paper", page)
    neighbour.look("w01-not-seen")
    for path in (f"{page}/edit/site", "/applications/999999/edit/site"):
        assert neighbour.status(path) == 403, "an office fills in nobody's form, whether there is one or not"
    open_review(reviewer, COUNTY.unit, COUNTY.site)
    expect(reviewer.main.locator(".meta")).to_contain_text("原则上 5 个工作日")
    pass_all(reviewer)
    reviewer.press("初审通过")
    reviewer.states("待书面材料")
    reviewer.take_up("登记收件", "收书面材料", COUNTY.site)
    receive_paper(reviewer, "2014-11-24")
    unseen(neighbour, page, f"{page}/letter", f"{page}/form")
    expect(reviewer.main).to_contain_text("书面审核由本机构负责人办理")
    head.take_up("去审核", "书面审核", COUNTY.site)
    head.press("审核通过")
    head.states("审核通过")
    batch = report(head, COUNTY.site)
    open_batch(registrar, batch)
    number = issue(registrar, COUNTY)
    assert number.startswith("CB4300700024184")
    unit.take_up("取代码", "加挂网站标识", COUNTY.site)
    expect(unit.main).to_contain_text(number)
    unseen(neighbour, unit.path, head.path)
    stranger = walk.stranger()
    look_up(stranger, COUNTY.chinese)
    shows_exactly_the_public_fields(stranger, COUNTY, number)
    gives_nobody_away(stranger, COUNTY, number)
    walk.ends_well()


def fill_sheet_of_the_district(unit: Walker, office: Walker) -> str:
    """The district's own sheet goes to its own office; answers its address."""
    unit.take_up("去填报", "填报摸底调查表", COUNTY.unit)
    unit.press("开始填写")
    unit.fill({"单位负责人": "李有方", "网站联系人": "周文牍", "联系电话": "7255602", "电子邮箱": COUNTY.handler.email})
    unit.press("核对并提交")
    unit.press("提交")
    unit.states("已提交")
    expect(unit.main).to_contain_text("等待武陵区编委办接收")
    office.take_up("去核对", "接收摸底调查表", COUNTY.unit)
    office.press("接收")
    office.states("已接收")
    return unit.path


def unseen(neighbour: Walker, *paths: str) -> None:
    """The office next door types these addresses and finds nothing."""
    for path in paths:
        assert neighbour.status(path) == 404, path
