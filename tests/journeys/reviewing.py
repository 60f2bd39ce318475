"""The office's side of an application: checklist, letters, paper, signature, report."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.journeys.walk import Walker

ITEMS = range(1, 6)


def item(office: Walker, number: int) -> Locator:
    """One of the five things to check (C-art.7)."""
    return office.main.get_by_role("region", name=re.compile(rf"^{number} "))


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


def open_review(office: Walker, unit: str, site: str) -> None:
    """From the desk to the review page."""
    office.take_up("去审核", "在线初审", unit, site)
    expect(office.main.get_by_role("button", name="初审通过", exact=True)).to_be_disabled()


def return_for_correction(office: Walker, note: str, reason: str, demand: str) -> None:
    """The letter starts from the notes; without a coded reason it does not go out."""
    form = office.unfold("退回补正")
    expect(form.get_by_label("补正要求")).to_have_value(re.compile(re.escape(note)))
    office.press("退回补正", form)
    expect(form.get_by_role("alert")).to_contain_text("请至少选择一项理由")
    office.look("r03-return-without-reason")
    form.get_by_label(reason).check()
    form.get_by_label("补正要求").fill(demand)
    office.look("r04-return-letter")
    office.press("退回补正", form)
    office.said("已退回申请单位补正")
    office.states("退回补正")


def pass_all(office: Walker) -> None:
    """Find all five in order and pass."""
    for number in ITEMS:
        judge(office, number, "符合")
        found(office, number, "符合")


def receive_paper(office: Walker, day: str) -> None:
    """Record that the sealed paper came in."""
    office.main.get_by_label("机要交换").check()
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
