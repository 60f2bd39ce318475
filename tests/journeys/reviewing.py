"""The office's side of an application: checklist, letters, paper, signature, report."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.journeys.applying import png
from tests.journeys.filings import Filing
from tests.journeys.walk import Walker

ITEMS = range(1, 6)
NOTE = "职能与批准文件不一致，应按三定规定概括。"
DEMAND = "设立情况：职能与批准文件不一致，请按“三定”规定重新概括后提交。"
REASON = "设立、变更情况或者上级主管单位与批准文件不一致"


def item(office: Walker, number: int) -> Locator:
    """One of the five things to check (C-art.7)."""
    return office.main.get_by_role("region", name=re.compile(rf"^{number} "))


def material(office: Walker) -> str:
    """The address of the uploaded proof beside the claim."""
    return str(office.main.get_by_role("link", name="预览").first.get_attribute("href"))


def evidence(office: Walker) -> bytes:
    """The uploaded proof itself."""
    answer = office.page.request.get(office.base + material(office))
    assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
    return answer.body()


def judge(office: Walker, number: int, finding: str, note: str = "") -> None:
    """Press 符合 or 不符合, with a note where one is wanted."""
    section = item(office, number)
    fold = section.locator("details.again:not([open]) > summary")
    if fold.count():
        fold.click()
    if note:
        section.get_by_label("说明").fill(note)
    section.get_by_role("button", name=re.compile(rf"^{finding}\s*：")).click()


def found(office: Walker, number: int, word: str) -> None:
    """The item's chip says so."""
    expect(item(office, number).locator(".check-head .chip")).to_have_text(word)


def open_review(office: Walker, filing: Filing) -> None:
    """From the desk to the review page."""
    office.take_up("去审核", "在线初审", filing.unit, filing.site)
    expect(office.main.get_by_role("button", name="初审通过", exact=True)).to_be_disabled()


def return_for_correction(office: Walker) -> None:
    """The letter starts from the notes; without a coded reason it does not go out."""
    form = office.unfold("退回补正")
    expect(form.get_by_label("补正要求")).to_have_value(re.compile(re.escape(NOTE)))
    office.press("退回补正", form)
    expect(form.get_by_role("alert")).to_contain_text("请至少选择一项理由")
    office.look("r03-return-without-reason")
    form.get_by_label(REASON).check()
    form.get_by_label("补正要求").fill(DEMAND)
    office.look("r04-return-letter")
    office.press("退回补正", form)
    office.said("已退回申请单位补正")
    office.states("退回补正")


def pass_all(office: Walker) -> None:
    """Find all five in order and pass."""
    for number in ITEMS:
        judge(office, number, "符合")
        found(office, number, "符合")


def first_review_returns(reviewer: Walker, filing: Filing) -> None:
    """One item is found wanting: no way to pass, back to the unit with the reason."""
    reviewer.desk()
    reviewer.look("r01-desk")
    open_review(reviewer, filing)
    reviewer.look("r02-review")
    assert evidence(reviewer) == png(), "the reviewer sees what the unit has uploaded"
    judge(reviewer, 1, "符合")
    found(reviewer, 1, "符合")
    judge(reviewer, 2, "不符合")
    expect(reviewer.main.get_by_role("alert").first).to_contain_text("请写明理由")
    found(reviewer, 2, "待判定")
    found(reviewer, 3, "未审")
    judge(reviewer, 2, "不符合", NOTE)
    found(reviewer, 2, "不符合")
    expect(reviewer.main.locator("#blocked")).to_contain_text("还有 3 项未判定")
    return_for_correction(reviewer)
    expect(reviewer.main.locator(".meta .clock")).to_have_count(0)
    reviewer.look("r05-returned")


def first_review_passes(reviewer: Walker, filing: Filing) -> None:
    """Second round: what was changed stands beside the item, all five are judged anew."""
    open_review(reviewer, filing)
    expect(reviewer.main).to_contain_text("上轮判定")
    corrected = reviewer.main.get_by_role("region", name="补正情况")
    expect(corrected).to_contain_text(DEMAND)
    expect(corrected.get_by_role("row").filter(has_text="开办主体职能")).to_have_count(1)
    reviewer.look("r06-second-round")
    pass_all(reviewer)
    reviewer.look("r07-all-in-order")
    reviewer.press("初审通过")
    reviewer.said("初审通过")
    reviewer.states("待书面材料")
    reviewer.look("r08-passed")


def receive_paper(office: Walker, day: str) -> None:
    """Record that the sealed paper came in."""
    office.main.get_by_role("radio", name="机要交换").check()
    office.fill({"收到日期": day, "申请表份数": "3"})
    office.press("登记收到")
    office.said("已登记收到书面材料")
    office.states("书面审核")


def try_to_sign(reviewer: Walker) -> None:
    """What somebody gets who sends the signature without the post for it."""
    with reviewer.page.expect_navigation() as waiting:
        reviewer.page.evaluate("""() => {
          const form = document.createElement("form");
          form.method = "post";
          form.action = location.pathname + "/approve";
          form.append(document.querySelector("input[name=csrf_token]").cloneNode());
          document.body.append(form);
          form.submit();
        }""")
    answer = waiting.value
    assert answer is not None
    assert answer.status == 403


def written_review(clerk: Walker, reviewer: Walker, head: Walker, filing: Filing) -> None:
    """The clerk registers the paper; not the first reviewer but the head signs."""
    clerk.take_up("登记收件", "收书面材料", filing.site)
    clerk.look("p05-receive")
    receive_paper(clerk, "2014-11-24")
    expect(clerk.main.locator(".meta")).to_contain_text("剩 10 个工作日")
    clerk.look("p06-received")
    reviewer.menu("申请")
    reviewer.look("p07-list")
    reviewer.main.get_by_role("link", name=filing.site).click()
    expect(reviewer.main).to_contain_text("书面审核由本机构负责人办理")
    expect(reviewer.main.get_by_role("button", name="审核通过", exact=True)).to_have_count(0)
    try_to_sign(reviewer)
    reviewer.look("p08-may-not-sign")
    head.take_up("去审核", "书面审核", filing.site)
    head.look("p09-decide")
    head.press("审核通过")
    head.said("审核通过")
    head.look("p10-approved")


def report(head: Walker, *sites: str) -> str:
    """Tick exactly these sites, check, send; answers the batch's number."""
    head.take_up("去报送", "报送注册管理中心")
    head.look("b01-report")
    for box in head.main.get_by_role("checkbox").all():
        name = str(box.get_attribute("aria-label"))
        box.set_checked(any(site in name for site in sites))
    head.press("核对所勾选的网站")
    for site in sites:
        expect(head.main.get_by_role("heading", name=site)).to_be_visible()
    head.look("b02-report-check")
    head.press(f"确认报送 {len(sites)} 个网站")
    head.said("已报送")
    head.look("b03-batch")
    return head.main.locator(".flash").inner_text().partition("批次号")[2].strip(" 。")
