"""The registrar's side, and what a stranger gets to see of a badge."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, expect

from tests.journeys.filings import Filing
from tests.journeys.walk import Walk, Walker

FACTS_OF_THE_CASE = "事实清楚：网站已于2014年11月24日停办。"
SHOWN = [
    "机构名称", "机构类型", "机构地址", "机构职能", "网站名称", "中文域名", "英文域名", "标识编号", "标识发放单位", "标识发放时间",
]  # fmt: skip
FACTS = {
    "number", "organ_name", "organ_type", "organ_address", "organ_functions", "site_name", "chinese_domain",
    "english_domain", "hosts", "issuer", "issued_at", "state", "state_since", "state_label", "ground", "url",
    "replaced_by", "amended_at",
}  # fmt: skip


def queued(registrar: Walker, site: str) -> Locator:
    """One website in the registrar's batch."""
    return registrar.main.get_by_role("region", name=re.compile(re.escape(site)))


def open_batch(registrar: Walker, number: str) -> None:
    """From the desk over the queue to the batch."""
    registrar.take_up("去核发", "核发标识")
    registrar.look("c01-queue")
    registrar.follow(number)


def send_back(registrar: Walker, site: str, reason: str) -> None:
    """Return one website, saying why."""
    form = queued(registrar, site).locator("details.confirm")
    form.locator("summary").click()
    registrar.press("确认退回", form)
    expect(registrar.main.get_by_role("alert")).to_be_visible()
    registrar.look("c03-return-without-reason")
    registrar.fill({"退回理由": reason}, queued(registrar, site))
    registrar.press("确认退回", queued(registrar, site))
    registrar.said(f"已将“{site}”退回")


def issue(registrar: Walker, filing: Filing) -> str:
    """Check what was frozen and issue; answers the badge's number."""
    item = queued(registrar, filing.site)
    expect(item).to_contain_text("内容与报送时一致")
    expect(item).to_contain_text("网址没有用于其他有效标识")
    expect(item.locator(".hosts")).to_contain_text([filing.chinese, filing.english])
    registrar.press("核发", item)
    registrar.said(f"已核发“{filing.site}”的标识")
    return registrar.main.locator(".flash").first.inner_text().partition("编号 ")[2].strip(" 。")


def look_up(stranger: Walker, typed: str) -> None:
    """From the public home by the field for number or address."""
    stranger.open("/")
    stranger.page.get_by_label("标识编号或者网址").fill(typed)
    stranger.page.get_by_role("button", name="核验").click()


def shows_exactly_the_public_fields(stranger: Walker, filing: Filing, number: str) -> None:
    """The fields of C-art.4, no more and no fewer."""
    main = stranger.main
    expect(main.locator(".badge-facts dt")).to_have_text(SHOWN)
    facts = main.locator(".badge-facts dl")
    issuer, day = "政务和公益机构域名注册管理中心", "2014年11月24日"
    for text in (filing.unit, filing.site, filing.chinese, filing.english, number, issuer, day):
        expect(facts).to_contain_text(text)
    expect(main.locator(".hosts-box")).to_contain_text(filing.chinese)
    expect(main.locator(".hosts-box")).to_contain_text(filing.english)


def json_of(stranger: Walker, number: str) -> dict[str, Any]:
    """The same for programs."""
    answer: dict[str, Any] = stranger.api(f"/badge/{number}.json")
    assert set(answer) == FACTS
    return answer


def gives_nobody_away(stranger: Walker, filing: Filing, number: str) -> None:
    """Neither page nor JSON nor image nor the public lists hold a trace of the two people, nor of those who acted."""
    bodies = {path: stranger.page.request.get(stranger.base + path).text() for path in _public(number)}
    assert all(bodies.values())
    for path, body in bodies.items():
        for trace in filing.traces() | {"承办人", "经办人", "负责人", "注册管理员"}:
            assert trace not in body, f"{path} holds {trace!r}"


def _public(number: str) -> list[str]:
    return [
        f"/badge/{number}",
        f"/badge/{number}.json",
        f"/badge/{number}.svg",
        "/portal/",
        "/portal/passed/",
    ]


def unknown_number_helps(stranger: Walker, number: str) -> None:
    """A number that does not exist: 404, and what to do."""
    other = number[:-1] + str((int(number[-1]) + 1) % 10)
    stranger.open(f"/badge/{other}", expect=404)
    expect(stranger.main).to_contain_text(other)
    expect(stranger.main).to_contain_text("及时报告")
    expect(stranger.page.get_by_label("标识编号或者网址")).to_be_visible()
    stranger.look("d03-unknown")
    assert stranger.page.request.get(f"{stranger.base}/badge/{other}.json").status == 404


def hang(unit: Walker, filing: Filing, number: str) -> None:
    """The unit finds number and code, and reports the badge hung."""
    unit.take_up("取代码", "加挂网站标识", filing.site)
    expect(unit.main).to_contain_text(number)
    code = unit.field("标识代码").input_value()
    assert f'/badge/{number}"' in code
    assert f"/badge/{number}.svg" in code
    unit.look("c06-badge-unit")
    unit.press("确认已加挂", unit.unfold("报告已加挂"))
    unit.said("已登记加挂")
    unit.look("c07-hung")


def verify(stranger: Walker, filing: Filing, number: str) -> None:
    """A stranger looks the badge up and sees what C-art.4 makes public, nothing about people."""
    stranger.open("/")
    stranger.look("d01-home")
    look_up(stranger, number)
    shows_exactly_the_public_fields(stranger, filing, number)
    stranger.states("有效")
    expect(stranger.main).not_to_contain_text("您来自")
    stranger.look("d02-badge")
    said = json_of(stranger, number)
    assert (said["state"], said["organ_name"], said["site_name"]) == ("issued", filing.unit, filing.site)
    assert [host["unicode"] for host in said["hosts"]] == [filing.chinese, filing.english]
    gives_nobody_away(stranger, filing, number)
    unknown_number_helps(stranger, number)
    look_up(stranger, filing.english)
    stranger.states("有效")


def somebody_comes_from_elsewhere(walk: Walk, filing: Filing, number: str) -> None:
    """Who comes from another host is told so; who comes from the unit's own is not."""
    visitor = walk.stranger(extra_http_headers={"Referer": "https://czj-cddemo.com/index.html"})
    visitor.open(f"/badge/{number}")
    expect(visitor.main).to_contain_text("您来自 czj-cddemo.com，与登记网址不符")
    visitor.look("d04-from-elsewhere")
    visitor = walk.stranger(extra_http_headers={"Referer": f"https://{filing.english}/"})
    visitor.open(f"/badge/{number}")
    expect(visitor.main).not_to_contain_text("您来自")


def revoke(head: Walker, registrar: Walker, filing: Filing) -> None:
    """The head decides on a coded ground, the registrar executes."""
    head.menu("网站标识")
    head.look("e01-list")
    head.main.get_by_role("link", name=filing.site).click()
    form = head.unfold("决定撤销")
    head.press("确认决定撤销", form)
    expect(head.main.get_by_role("alert")).to_contain_text("请选择一种情形")
    head.look("e02-revoke-nothing-chosen")
    form.get_by_role("radio").first.check()
    form.get_by_label("事实和理由").fill(FACTS_OF_THE_CASE)
    head.press("确认决定撤销", form)
    head.said("撤销决定已作出")
    head.look("e03-decided")
    expect(head.main.get_by_role("button", name="确认执行撤销")).to_have_count(0)
    registrar.take_up("去执行", "执行撤销决定", filing.site)
    registrar.look("e04-strike")
    registrar.press("确认执行撤销", registrar.unfold("执行撤销"))
    registrar.said("标识已撤销")
    registrar.look("e05-struck")


def verify_revoked(stranger: Walker, filing: Filing, number: str) -> None:
    """The public page says since when and why; the facts of the case stay inside."""
    look_up(stranger, number)
    stranger.states("已撤销")
    alert = stranger.main.get_by_role("alert")
    expect(alert).to_contain_text("撤销时间：2014年11月24日（周一）09:00")
    expect(alert).to_contain_text("办法第十九条")
    expect(stranger.main).not_to_contain_text(FACTS_OF_THE_CASE)
    stranger.look("e06-revoked")
    said = json_of(stranger, number)
    assert said["state"] == "revoked"
    assert said["ground"]["code"] == "1"
    gives_nobody_away(stranger, filing, number)
