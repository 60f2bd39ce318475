"""Correct and resubmit: evidence, letter from reasons, the correction beside what stood there, an opinion, a second person."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys import applying, reviewing
from tests.journeys.applying import png
from tests.journeys.filings import FINANCE
from tests.journeys.walk import Walk, Walker
from tests.services.browser import NewPage
from tests.services.live import Serve

pytestmark = pytest.mark.timeout(280)

SENTENCE = "请按批准文件核对设立、变更情况，如实填写上级主管单位。"
QUESTION = "请就该网站与市政府门户网站的信息共享安排提出意见。"
OBJECTION = "建议接入市政府门户网站信息报送系统后再单独建设。"
GUIDE = "以市委、市政府批准的“三定”规定为准。"
PROOF = "三定规定摘页.png"


@pytest.fixture
def walk(new_page: NewPage, serve: Serve) -> Walk:
    made = Walk(new_page, serve("demo"))
    made.series = "correcting-"
    return made


def test_what_was_corrected_is_seen_and_nobody_waits_for_an_opinion(walk: Walk) -> None:
    unit, reviewer, head, egov = (
        walk.person(name) for name in ("unit.changde", "changde.reviewer", "changde.head", "changde.egov")
    )
    guide(head)
    applying.apply(unit, FINANCE)
    reviewing.open_review(reviewer, FINANCE)
    expect(reviewer.main.get_by_role("img", name="流程图")).to_be_visible()
    expect(reviewing.item(reviewer, 2)).to_contain_text(GUIDE)
    attach(reviewer)
    compose_and_return(reviewer)
    applying.correct(unit, FINANCE, reviewing.DEMAND)
    expect(unit.main).not_to_contain_text(PROOF)
    reviewing.open_review(reviewer, FINANCE)
    see_the_correction(reviewer)
    ask(reviewer)
    answer(egov)
    reviewing.pass_all(reviewer)
    expect(reviewer.main).to_contain_text(OBJECTION)
    reviewer.press("初审通过")
    reviewer.states("待书面材料")
    clerk = walk.person("changde.clerk")
    clerk.take_up("登记收件", "收书面材料", FINANCE.site)
    reviewing.receive_paper(clerk, "2014-11-24")
    head.take_up("去审核", "书面审核", FINANCE.site)
    expect(head.main).to_contain_text("有不同意见")
    expect(head.main).to_contain_text(OBJECTION)
    head.look("k09-decide")
    head.press("审核通过")
    head.states("审核通过")
    walk.ends_well()


def guide(head: Walker) -> None:
    """The head adds the office's own words under an item, and takes a change back."""
    head.menu("核对要点")
    box = head.main.get_by_role("region", name=re.compile("^2 "))
    for text in (GUIDE, "写错了"):
        box.get_by_role("textbox").fill(text)
        head.press("保存", box)
        head.said("第 2 项的要点已保存")
    head.look("k01-guidance")
    head.press("撤销上次修改", box)
    head.said("已恢复第 2 项")
    expect(box.get_by_role("textbox")).to_have_value(GUIDE)


def attach(reviewer: Walker) -> None:
    """A page of the approval beside the item it is about."""
    section = reviewing.item(reviewer, 2)
    section.get_by_text("上传佐证", exact=True).click()
    section.get_by_label("上传第 2 项的佐证").set_input_files(
        {"name": PROOF, "mimeType": "image/png", "buffer": png()}
    )
    reviewer.press("上传", section)
    reviewer.said("佐证已上传")
    reviewing.item(reviewer, 2).get_by_text("佐证（1 份）").click()
    expect(reviewing.item(reviewer, 2).get_by_role("link", name=PROOF)).to_be_visible()


def compose_and_return(reviewer: Walker) -> None:
    """The letter is written from the note and the reason, changed by hand, and sent."""
    reviewing.judge(reviewer, 2, "不符合", reviewing.NOTE)
    form = reviewer.unfold("退回补正")
    form.get_by_label(reviewing.REASON).check()
    reviewer.press("按所选理由拟稿", form)
    form = reviewer.main.locator("#returned")
    expect(form.get_by_label("补正要求")).to_have_value(re.compile(re.escape(SENTENCE)))
    expect(form.get_by_label("补正要求")).to_have_value(re.compile(re.escape(reviewing.NOTE)))
    expect(form.get_by_label(reviewing.REASON)).to_be_checked()
    reviewer.look("k02-letter")
    form.get_by_label("补正要求").fill(reviewing.DEMAND)
    reviewer.press("退回补正", form)
    reviewer.said("已退回申请单位补正")


def see_the_correction(reviewer: Walker) -> None:
    """Before and after stand side by side, under what had been asked for."""
    corrected = reviewer.main.get_by_role("region", name="补正情况")
    expect(corrected).to_contain_text(reviewing.DEMAND)
    line = corrected.get_by_role("row").filter(has_text="开办主体职能")
    expect(line).to_contain_text("拟订全市财税发展规划并组织实施，管理市级各项财政收支。")
    expect(corrected.get_by_role("row")).to_have_count(2)
    expect(reviewing.item(reviewer, 2)).to_contain_text("上轮判定")
    reviewer.look("k03-corrected")


def ask(reviewer: Walker) -> None:
    """A question to the 电子政务办; without one ticked it does not go out."""
    form = reviewer.unfold("征求意见")
    form.get_by_label("征求什么意见").fill(QUESTION)
    reviewer.press("发出", form)
    expect(reviewer.main.get_by_role("alert")).to_contain_text("请选择征求意见的部门")
    expect(reviewer.main.get_by_label("征求什么意见")).to_have_value(QUESTION)
    reviewer.look("k04-asking")
    reviewer.main.get_by_label("市电子政务办").check()
    reviewer.press("发出")
    reviewer.said("已向 1 个部门征求意见")
    expect(reviewer.main).to_contain_text("尚未反馈意见")
    reviewer.look("k05-asked")


def answer(egov: Walker) -> None:
    """The desk objects, and has to say why."""
    egov.take_up("去反馈", "反馈意见", FINANCE.site)
    egov.look("k06-question")
    assert FINANCE.handler.mobile not in egov.page.content()
    egov.main.get_by_label("有不同意见", exact=True).check()
    egov.press("反馈")
    expect(egov.main.get_by_role("alert")).to_contain_text("有不同意见的，请写明意见和理由")
    egov.main.get_by_label(re.compile("^说明")).fill(OBJECTION)
    egov.look("k07-answer")
    egov.press("反馈")
    egov.said("意见已反馈")
    egov.menu("征求意见")
    egov.look("k08-list")
