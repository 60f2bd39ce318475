"""The city's notice drafted, issued and read; counties and zones set dates of their own; the clock moves (S0, S15–S19)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import expect

from app.config import ROOT
from tests.journeys.walk import Walker

NUMBER = "常编办发〔2014〕9号"
TITLE = "关于做好全市党政机关事业单位网站开办审核资格复核和网站标识管理工作的通知"
OWN, GUIDED, COUNTIES, ZONES = (
    "本级各单位",
    "桃花源组织人事组",
    "各县（市、区）机构编制部门",
    "各开发区、管理区",
)
EVERYBODY = (OWN, GUIDED, COUNTIES, ZONES)
TEXT = "## 二、任务分工\n\n没有建立网站的单位报送空白摸底表。\n\n## 三、时间安排\n\n市直各单位于11月21日以前报送摸底表。"
FIXED, LEFT = "规定截止日期", "由下级机构自定日期"
# kind, what, whom, track, date; without a date it is left to them
STEPS = (
    ("调查摸底", "完成网站调查摸底并报送摸底表", (OWN, GUIDED), "两类单位相同", "2014-11-21"),
    ("在线申请", "在线提交网站资格复核申请", (OWN, GUIDED), "两类单位相同", "2014-11-25"),
    ("调查摸底", "完成本辖区网站调查摸底", (COUNTIES, ZONES), "两类单位相同", ""),
    ("在线申请", "本辖区单位在线提交网站资格复核申请", (COUNTIES, ZONES), "两类单位相同", ""),
    ("完成资格复核", "完成党政机关现有网站资格复核", EVERYBODY, "党政机关", "2014-11-30"),
    ("完成资格复核", "完成事业单位现有网站资格复核", EVERYBODY, "事业单位", "2014-12-31"),
)
LATE = "区政府门户网站正在迁移主机，12月初才能恢复访问。"


def move(folder: Path, moment: str) -> None:
    """Move the drill clock of a served instance, as an operator does."""
    done = subprocess.run(
        [sys.executable, "-m", "flask", "drill", "move", moment],
        cwd=ROOT,
        env={**os.environ, "BIANBAN_INSTANCE": str(folder), "FLASK_APP": "wsgi"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def draft(clerk: Walker) -> str:
    """Number, text, whom it goes to and every step; what is wrong is said before it can be issued; answers its address."""
    clerk.menu("起草工作安排")
    clerk.look("c01-no-drafts")
    clerk.press("起草文件")
    clerk.look("c02-heading-empty")
    clerk.fill(
        {
            "文号": NUMBER,
            "标题": TITLE,
            "简称": "网站审核和标识管理",
            "印发日期": "2014-11-10",
            "正文": TEXT,
            "无网站的单位报送盖章表所依据的条款": "第二条",
        }
    )
    choose(clerk, "贯彻的上级文件", "湘编办发〔2014〕9号")
    clerk.press("保存")
    for group in EVERYBODY:
        clerk.main.get_by_label(group, exact=True).check()
    clerk.press("保存")
    for step in STEPS:
        add(clerk, *step)
    expect(clerk.main).to_contain_text("请负责人登录后在本页印发")
    clerk.look("c03-draft-whole")
    return clerk.path


def choose(clerk: Walker, label: str, words: str) -> None:
    """Choose from a list by words of the option."""
    options = clerk.field(label)
    options.select_option(options.locator("option").filter(has_text=words).first.get_attribute("value"))


def add(clerk: Walker, kind: str, what: str, whom: tuple[str, ...], track: str, due: str) -> None:
    """One step of the draft."""
    clerk.follow("添加事项")
    choose(clerk, "类别", kind)
    clerk.fill({"事项": what, "依据的条款": "第三条"})
    for group in whom:
        clerk.main.get_by_label(group, exact=True).check()
    clerk.main.get_by_label(track, exact=True).check()
    clerk.main.get_by_label(FIXED if due else LEFT, exact=True).check()
    if due:
        clerk.field("日期").fill(due)
    clerk.press("保存事项")
    expect(clerk.main).to_contain_text(what)


def issue(head: Walker, path: str) -> str:
    """The head issues it; answers the address of the notice."""
    head.open(path)
    form = head.unfold("印发")
    head.look("c04-issue")
    head.press("确认印发", form)
    expect(head.main.get_by_role("heading", level=1).first).to_contain_text(TITLE)
    head.look("c05-issued")
    return head.path


def read(somebody: Walker, path: str, *dates: str) -> None:
    """An addressee opens it, finds the dates that bind, and says that it has been read."""
    somebody.open(path)
    mine = somebody.main.locator("#mine")
    for one in dates:
        expect(mine).to_contain_text(one)
    somebody.press("确认已阅")
    expect(somebody.main.locator("#receipt")).to_contain_text("已阅")


def set_date(head: Walker, path: str, what: str, due: str, reason: str = "") -> None:
    """A county or zone sets its own date; one past the completion date needs a reason (S16)."""
    head.open(path)
    line = head.main.locator("#mine .due").filter(has_text=what)
    line.get_by_role("link").last.click()
    head.fill({"截止日期": due})
    head.press("确定时限")
    if reason:
        expect(head.main.get_by_role("alert")).to_contain_text("晚于完成期限")
        expect(head.field("截止日期")).to_have_value(due)
        head.fill({"理由": reason})
        head.press("确定时限")
    expect(head.main.locator("#mine")).to_contain_text("自定")


def exception_shows_above(office: Walker, path: str) -> None:
    """The upper office finds it on its desk and on the notice."""
    office.take_up("去查看", "下级晚于完成期限的例外")
    office.open(path)
    expect(office.main.locator("#exceptions")).to_contain_text(LATE)
    office.look("c06-exception")


def remind(clerk: Walker, path: str, name: str) -> None:
    """Who has not read it is told to, in the office's own words."""
    clerk.open(path)
    clerk.follow("阅读情况和催办")
    clerk.look("c07-receipts")
    clerk.main.get_by_label(f"催办{name}", exact=True).check()
    clerk.press("催办勾选的")
    expect(clerk.main.get_by_role("alert")).to_be_visible()
    expect(clerk.main.get_by_label(f"催办{name}", exact=True)).to_be_checked()
    clerk.fill({"内容": "请于本周五前阅读并部署，如有困难请与综合科联系。"})
    clerk.press("催办勾选的")
    expect(clerk.main.locator("#urged")).to_contain_text("如有困难请与综合科联系")
    clerk.look("c08-urged")


def was_reminded(somebody: Walker, path: str) -> None:
    """Whoever was reminded reads it and says so; the office sees the receipt."""
    somebody.open(path)
    card = somebody.main.locator("section[id^=urge-]")
    expect(card).to_contain_text("如有困难请与综合科联系")
    somebody.press("确认收到")
    expect(card).to_have_count(0)
