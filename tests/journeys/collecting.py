"""Sheets come in: filled in by the unit, by the department's section, without a website, from a workbook (S8–S12)."""

from __future__ import annotations

from datetime import date

from playwright.sync_api import expect

from tests.journeys.walk import Walker
from tests.plugins.imports.books import listed

FINANCE, TALENT, AFFAIRS = "常德市财政局", "常德市人才服务中心", "常德市机关事务管理局"
EDUCATION, CIVIL = "41840035", "41840036"  # two units of 武陵区
SECTION = "由主管部门的常德市人力资源和社会保障局人事科协调落实"
CONTACT = {
    "单位负责人": "负责人甲",
    "网站联系人": "经办人甲",
    "联系电话": "7786510",
    "电子邮箱": "a@example.cn",
}
PDF = b"%PDF-1.4\n%sealed\n"
RETURNED = "单位地址请写到门牌号。"
TAKEN_IN = (
    {"account": EDUCATION, "unit_name": "常德市武陵区教育局", "supervisor_name": "武陵区人民政府", "rank": "科级以下", "name": "武陵教育网",
     "chinese_domain": "武陵教育.政务", "english_domain": "wljy.example.gov.cn", "ip": "203.0.113.61"},
    {"account": CIVIL, "unit_name": "", "supervisor_name": "武陵区人民政府", "rank": "科级以下", "name": "武陵民政网",
     "chinese_domain": "无", "english_domain": "wlmz.example.gov.cn", "ip": "2001:db8::61"},
)  # fmt: skip


def begin(filler: Walker, unit: str, said: str = "") -> None:
    """From the desk to the form; whose hand fills it in is said."""
    filler.take_up("去填报", "填报摸底调查表", unit)
    if said:
        expect(filler.main).to_contain_text(said)
    filler.press("开始填写")


def hand_in(filler: Walker) -> None:
    """Check the answers, hand in."""
    filler.press("核对并提交")
    expect(filler.main.get_by_role("heading", level=1)).to_have_text("核对后提交")
    filler.press("提交")
    filler.states("已提交")


def by_itself(unit: Walker) -> None:
    """The unit fills in its own sheet."""
    begin(unit, FINANCE)
    unit.fill(CONTACT)
    hand_in(unit)


def by_the_section(desk: Walker) -> None:
    """The department's section fills in for a unit below deputy-division rank; the unit stays the one that reports."""
    begin(desk, TALENT, SECTION)
    desk.fill(CONTACT)
    desk.look("d01-by-section")
    hand_in(desk)
    expect(desk.main.get_by_role("heading", level=1)).to_contain_text(TALENT)
    expect(desk.main).to_contain_text(SECTION)


def without_website(unit: Walker) -> None:
    """Without the sealed scan it cannot be handed in; with it the sheet counts as returned."""
    begin(unit, AFFAIRS)
    unit.fill(CONTACT)
    unit.main.get_by_label("无网站", exact=True).check()
    unit.press("核对并提交")
    expect(unit.main.get_by_role("alert")).to_contain_text("请上传盖章后的扫描件")
    unit.look("d02-no-website")
    unit.page.set_input_files(
        "[name=scan]", {"name": "盖章件.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    unit.press("上传")
    unit.said("扫描件已上传")
    hand_in(unit)
    expect(unit.main.get_by_role("heading", level=1)).to_contain_text("无网站")


def from_a_workbook(clerk: Walker) -> None:
    """The district's clerk takes in two sheets and is told why a third stays out."""
    stranger = {"unit_name": FINANCE, "chinese_domain": "无", "english_domain": "x.example.gov.cn"}
    clerk.menu("导入工作簿")
    clerk.look("d03-import-empty")
    clerk.page.set_input_files(
        "[name=files]",
        {
            "name": "武陵区摸底表.xlsx",
            "mimeType": "application/octet-stream",
            "buffer": listed(*TAKEN_IN, stranger),
        },
    )
    clerk.press("上传并试读")
    expect(clerk.main.locator("h2", has_text="确认导入")).to_be_visible(timeout=60_000)
    expect(clerk.main).to_contain_text("没有问题的 2 份可以导入")
    expect(clerk.main).to_contain_text("未找到该单位")
    clerk.look("d04-import-read")
    form = clerk.unfold("导入")
    clerk.press("确定导入", form)
    expect(clerk.main).to_contain_text("已导入 2 份", timeout=60_000)
    clerk.look("d05-import-done")


def accept(office: Walker, unit: str) -> None:
    """The office checks a sheet and accepts it."""
    office.take_up("去核对", "接收摸底调查表", unit)
    office.press("接收")
    office.states("已接收")


def send_back(office: Walker, unit: str) -> None:
    """The office sends a sheet back, saying why."""
    office.take_up("去核对", "接收摸底调查表", unit)
    form = office.unfold("退回补正")
    office.fill({"退回理由": RETURNED}, form)
    office.press("退回补正", form)
    office.states("退回补正")


def correct(unit: Walker) -> None:
    """The unit finds the reason and hands in again."""
    unit.take_up("去补正", "补正摸底调查表", FINANCE)
    expect(unit.main).to_contain_text(RETURNED)
    unit.fill({"单位地址": "湖南省常德市武陵区柳叶大道8号"})
    hand_in(unit)


def urge(office: Walker, unit: str) -> None:
    """Who has not reported is urged, once a day."""
    office.menu("汇总")
    office.follow("查看本级全部未报送单位")
    office.main.get_by_label(f"催报{unit}", exact=True).check()
    office.press("批量催报")
    expect(office.main.locator(".flash").first).to_contain_text("催报")
    office.look("d06-urged")


def was_urged(unit: Walker) -> None:
    """The unit finds it among its messages."""
    unit.menu("我的消息")
    expect(unit.main).to_contain_text("请报送摸底调查表")


def missing(office: Walker, deadline: date, *units: str) -> None:
    """After the date, whoever has not reported is listed as late."""
    office.menu("汇总")
    office.follow("查看本级全部未报送单位")
    for unit in units:
        row = office.main.get_by_role("row").filter(has_text=unit)
        expect(row).to_contain_text("超期")
    for unit in (FINANCE, TALENT, AFFAIRS):
        expect(office.main.get_by_role("row").filter(has_text=unit)).to_have_count(0)
    office.look(f"d07-missing-after-{deadline:%m%d}")
