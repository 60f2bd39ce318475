"""The steps of somebody new: invited, let in by a code, signed in, and sent away again."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import expect

from tests.journeys import signing
from tests.journeys.walk import Walk, Walker


@dataclass(frozen=True)
class Newcomer:
    """Whom the administrator invites, and where to."""

    username: str
    name: str
    role: str
    office: str
    password: str
    document: str = "武编〔2014〕3号"


REVIEWER = Newcomer("wuling.newcomer", "新来者", "审核岗", "武陵区委机构编制", "Xiang-7788-Deng")


def invite(admin: Walker, who: Newcomer) -> str:
    """Account, post and code in one form; answers the code, which stands on the slip and nowhere else."""
    admin.menu("人员与岗位")
    admin.look("p01-people")
    admin.follow("新增人员")
    admin.press("建立账号并签发启用码")
    expect(admin.main.get_by_role("alert")).to_be_visible()
    admin.fill({"姓名": who.name, "用户名": who.username, "依据文号": who.document})
    admin.main.locator("[name=role]").select_option(label=who.role)
    place = admin.main.locator("#f-office")
    place.get_by_role("searchbox").fill(who.office)
    place.locator("option").nth(1).wait_for(state="attached")
    place.locator("select").select_option(index=1)
    admin.look("p02-add")
    admin.press("建立账号并签发启用码")
    expect(admin.page.get_by_role("heading", level=1)).to_have_text("账号启用通知单")
    code = admin.page.locator("[data-code]").inner_text()
    admin.shot("p03-slip")
    admin.page.get_by_role("link", name="返回").click()
    expect(admin.main).to_contain_text("待启用")
    expect(admin.main).not_to_contain_text(code)
    admin.look("p04-invited")
    return code


def accept(newcomer: Walker, who: Newcomer, code: str) -> None:
    """A wrong code says nothing; the right one, with a weak and then a good password."""
    newcomer.open("/invitation/")
    newcomer.look("p05-accept")
    for typed, password, said in (
        ("2222-2222-2222-2222", who.password, "已经失效"),
        (code, "short", "密码至少"),
    ):
        _type(newcomer, who, typed, password)
        expect(newcomer.main.get_by_role("alert")).to_contain_text(said)
    newcomer.look("p06-weak")
    _type(newcomer, who, code, who.password)
    newcomer.said("账号已启用")


def _type(newcomer: Walker, who: Newcomer, code: str, password: str) -> None:
    newcomer.fill({"用户名": who.username, "启用码": code, "新密码": password, "再输一遍新密码": password})
    newcomer.press("启用账号")


def first_sign_in(newcomer: Walker, who: Newcomer) -> None:
    """From the sign-in page, where accepting ends; what a second factor asks for comes after this."""
    newcomer.fill({"用户名": who.username, "密码": who.password})
    newcomer.press("登录")


def second_factor(newcomer: Walker, who: Newcomer) -> None:
    """Enrols an authenticator on the account page, signs out, and comes back with password and code."""
    totp, _codes = signing.enrol_on_account(newcomer, who.password)
    newcomer.look("p10-recovery-codes")
    newcomer.page.get_by_role("button", name="退出", exact=True).first.click()
    newcomer.page.wait_for_load_state("load")
    signing.fill_password(newcomer.page, newcomer.base, who.username, who.password)
    newcomer.page.wait_for_url("**/login/code*")
    newcomer.look("p11-code")
    newcomer.page.fill("[name=code]", "000000")
    newcomer.press("登录")
    expect(newcomer.main).to_contain_text("验证码不正确")
    newcomer.page.fill("[name=code]", signing.ahead(totp))
    newcomer.press("登录")
    newcomer.page.wait_for_url(lambda url: "/login" not in url)


def at_work(newcomer: Walker) -> None:
    """The newcomer does what the post is for."""
    expect(newcomer.page.get_by_role("navigation", name="主菜单")).to_be_visible()
    newcomer.menu("申请")
    expect(newcomer.main.get_by_role("heading", level=1)).to_have_text("申请")


def end_post(admin: Walker, who: Newcomer) -> None:
    """The administrator ends the post, in another browser."""
    admin.menu("人员与岗位")
    admin.fill({"姓名、用户名或者机构": who.username})
    admin.press("查找")
    admin.follow(who.name)
    admin.follow("终止")
    admin.look("p07-post")
    admin.fill({"原因或者依据文号": "调离"})
    admin.press("终止岗位")
    admin.said("已终止岗位")
    expect(admin.main).to_contain_text("已终止")
    admin.look("p08-ended")


def next_click_is_refused(newcomer: Walker) -> None:
    """The page that was open a moment ago does not open again."""
    newcomer.menu("申请")
    expect(newcomer.main.get_by_role("heading", level=1)).to_have_text("不能办理")
    newcomer.look("p09-refused")


def stranger(walk: Walk) -> Walker:
    """The newcomer's own browser."""
    return walk.stranger()
