"""Refused with a letter: the reasons, the paper the applicant takes, and what is asked of the registries (C-art.9, 11)."""

from __future__ import annotations

from hashlib import sha256

import pytest
from playwright.sync_api import expect

from tests.journeys import applying, reviewing
from tests.journeys.filings import FINANCE
from tests.journeys.walk import Walk, Walker
from tests.plugins.letters.paper import words_of
from tests.services.browser import NewPage
from tests.services.live import Serve

REASON = "材料未加盖单位公章，或者印章与单位名称不符"
WORDS = "申请表加盖的是内设机构印章，应加盖单位公章。"

pytestmark = pytest.mark.timeout(280)


@pytest.fixture
def walk(new_page: NewPage, serve: Serve) -> Walk:
    return Walk(new_page, serve("demo"))


def test_a_requalification_is_refused_with_a_letter(walk: Walk) -> None:
    walk.series = "refusal-"
    unit, reviewer, head, clerk = (
        walk.person(name) for name in ("unit.changde", "changde.reviewer", "changde.head", "changde.clerk")
    )
    applying.apply(unit, FINANCE)
    reviewing.open_review(reviewer, FINANCE)
    reviewing.pass_all(reviewer)
    reviewer.press("初审通过")
    clerk.take_up("登记收件", "收书面材料", FINANCE.site)
    reviewing.receive_paper(clerk, "2014-11-24")
    refuse(head)
    letter = the_applicant_takes_it(unit)
    anybody_else_may_check_it(walk, unit.path, letter)
    the_registries_are_written_to(head, clerk)
    walk.ends_well()


def refuse(head: Walker) -> None:
    """Without a reason it does not go out."""
    head.take_up("去审核", "书面审核", FINANCE.site)
    form = head.unfold("审核未通过")
    head.press("确认审核未通过", form)
    expect(form.get_by_role("alert")).to_contain_text("请至少选择一项理由")
    form.get_by_label(REASON).check()
    form.get_by_label("告知的原因").fill(WORDS)
    head.look("d01-letter")
    head.press("确认审核未通过", form)
    head.states("审核未通过")
    expect(head.main.get_by_role("region", name="文书")).to_contain_text("审核未通过告知函")
    head.look("d02-refused")


def the_applicant_takes_it(unit: Walker) -> bytes:
    """From the list to the application to its letter."""
    unit.menu("申请")
    unit.follow(FINANCE.site)
    unit.states("审核未通过")
    expect(unit.main).to_contain_text(WORDS)
    unit.look("d03-unit")
    unit.follow("审核未通过告知函")
    unit.states("现行有效")
    unit.look("d04-page")
    letter = applying.taken(unit, "下载 PDF")
    said = words_of(letter)
    for one in (FINANCE.unit, FINANCE.site, "关于网站资格复核未通过的函", REASON, WORDS, "办法第十一条"):
        assert one in said, one
    assert applying.taken(unit, "下载 PDF") == letter
    return letter


def anybody_else_may_check_it(walk: Walk, page: str, letter: bytes) -> None:
    """The code on the paper: for those with the right, and for nobody else."""
    auditor, neighbour = walk.person("hunan.auditor"), walk.person("dingcheng.reviewer")
    auditor.page.goto(auditor.base + page)
    expect(auditor.main).to_contain_text(sha256(letter).hexdigest())
    auditor.look("d05-code")
    assert neighbour.status(page) == 404


def the_registries_are_written_to(head: Walker, clerk: Walker) -> None:
    """Only what the head has confirmed; one letter to each."""
    head.menu("停止解析")
    head.main.get_by_role("link", name=FINANCE.site).first.click()
    head.main.get_by_label("已核对").check()
    head.press("确认停止解析")
    head.states("待发出")
    clerk.menu("文书")
    clerk.main.get_by_role("link", name="停止解析函", exact=True).click()
    clerk.main.get_by_role("row").filter(has_text=FINANCE.site).get_by_role("link", name="生成和查看").click()
    clerk.look("d06-order")
    order = clerk.path
    for name, to in (
        ("停止解析函（注册管理中心）", "中央编办政务和公益机构域名注册管理中心："),
        ("停止解析函（CNNIC）", "中国互联网络信息中心："),
    ):
        clerk.page.goto(clerk.base + order)
        clerk.press(f"生成{name}")
        clerk.states("现行有效")
        said = words_of(applying.taken(clerk, "下载 PDF"))
        assert to in said and FINANCE.chinese in said and FINANCE.english in said
    clerk.look("d07-stop")
