"""A returned application shows in the unit's inbox and in the mailbox; a mail that was refused is sent again and goes out."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.foundation.notices.conftest import Start
from tests.foundation.notices.conftest import start as start
from tests.journeys.walk import Walk, Walker
from tests.services import needs
from tests.services.browser import NewPage
from tests.services.live import Serve

UNIT, SITE, ACCOUNT = "常德市环境保护局", "常德环境保护网", "u41840012"
REASON, DEMAND = "设立、变更情况或者上级主管单位与批准文件不一致", "请按批准文件更正上级主管单位。"

pytestmark = pytest.mark.timeout(280)


def returned(reviewer: Walker) -> None:
    """Back to the unit with a reason."""
    reviewer.take_up("去审核", "在线初审", UNIT, SITE)
    form = reviewer.unfold("退回补正")
    form.get_by_label(REASON).check()
    form.get_by_label("补正要求").fill(DEMAND)
    reviewer.press("退回补正", form)
    reviewer.said("已退回申请单位补正")


def in_the_inbox(unit: Walker) -> None:
    """The frame counts it, opening it says what is to be done and leads there."""
    unit.menu("我的消息")
    expect(unit.page.locator(".bell b")).to_have_text(re.compile("^1"))
    unit.look("n01-inbox")
    unit.main.get_by_role("button", name=f"申请退回补正：{SITE}").click()
    expect(unit.main).to_contain_text(DEMAND)
    unit.look("n02-message")
    expect(unit.page.locator(".bell b")).to_have_count(0)
    unit.follow("查看事项")
    unit.states("退回补正")


def opened_mail(someone: Walker) -> None:
    """From the list to the mail."""
    someone.menu("邮件和短信")
    row = someone.main.get_by_role("row").filter(has_text="申请退回补正").filter(has_text="电子邮件")
    row.filter(has_text=UNIT).first.get_by_role("link").first.click()


def test_offline_the_mail_is_read_in_the_app(new_page: NewPage, serve: Serve) -> None:
    walk = Walk(new_page, serve("demo"))
    unit = walk.person(ACCOUNT)
    returned(walk.person("changde.reviewer"))
    in_the_inbox(unit)
    for someone in (unit, walk.person("changde.clerk")):
        opened_mail(someone)
        expect(someone.main).to_contain_text("未发出（离线）")
        expect(someone.main).to_contain_text(DEMAND)
    unit.look("n03-mail")
    admin = walk.person("changde.admin")
    opened_mail(admin)
    expect(admin.main).not_to_contain_text(DEMAND)
    admin.look("n04-mail-admin")
    walk.ends_well()


def awake(folder: Path) -> None:
    """No quiet hours at the office: the walk may happen at night."""
    with sqlite3.connect(folder / "bianban.sqlite3") as database:
        database.execute(
            "UPDATE office SET settings = json_set(settings, '$.quiet_hours', '00:00-00:00') WHERE path = '0.43.07.'"
        )
    database.close()


def test_a_refused_mail_is_sent_again(new_page: NewPage, serve: Serve, start: Start, tmp_path: Path) -> None:
    port = needs.free_port()
    server = start("mailserver", mood="refusing", port=port)
    url = {"BIANBAN_SMTP_URL": f"smtp://127.0.0.1:{port}", "BIANBAN_MAIL_FROM": "noreply@bb.example.cn"}
    walk = Walk(new_page, serve("demo", **url))
    awake(tmp_path / "served-0")
    returned(walk.person("changde.reviewer"))
    clerk = walk.person("changde.clerk")
    opened_mail(clerk)
    state = clerk.main.locator(".sub .chip").nth(1)
    for _try in range(40):
        if "待发送" not in state.inner_text():
            break
        clerk.page.wait_for_timeout(500)
        clerk.page.reload()
    expect(state).to_have_text("未发出")
    expect(clerk.main).to_contain_text("554 5.7.1")
    clerk.look("n05-refused")
    server.process.terminate()
    server.process.wait(timeout=10)
    kind = start("mailserver", mood="kind", port=port)
    form = clerk.unfold("重新发送")
    clerk.press("重新发送", form)
    clerk.said("已重新交付发送")
    for _try in range(40):
        if "待发送" not in state.inner_text():
            break
        clerk.page.wait_for_timeout(500)
        clerk.page.reload()
    expect(state).to_have_text("已发出")
    clerk.look("n06-sent-again")
    assert [line["to"] for line in kind.taken()] == ["hbj@example.cn"]
    walk.ends_well()
