"""Annex 5: a unit fills in its sheet, the office returns and accepts it and adds it up."""

from __future__ import annotations

from io import BytesIO

from openpyxl import load_workbook
from playwright.sync_api import Locator, expect

from tests.journeys.filings import DISTRICT, FINANCE
from tests.journeys.walk import Walker

SHEET = {
    "单位名称": FINANCE.unit,
    "主管部门": "常德市人民政府",
    "单位负责人": "负责人己",
    "单位地址": "湖南省常德市武陵区柳叶大道8号",
    "网站联系人": "经办人甲",
    "联系电话": "7000005",
    "电子邮箱": "czj@example.cn",
}
ROW = {
    "网站名称": FINANCE.site,
    "中文域名": FINANCE.chinese,
    "英文域名": FINANCE.english,
    "IP地址": FINANCE.ip,
}


RETURN_REASON = "单位负责人应填写现任主要负责人，请核对后重新提交。"


def row(unit: Walker, number: int) -> Locator:
    """One website on the sheet's form."""
    return unit.main.get_by_role("group", name=f"网站序号 {number}")


def received(office: Walker) -> tuple[int, int]:
    """How many sheets of municipal organs the aggregate counts as accepted, and as handed in."""
    line = office.main.get_by_role("row").filter(has_text="党政机关").first
    numbers = [int(line.locator(f"td[data-label={label}]").inner_text()) for label in ("已接收", "已提交")]
    return numbers[0], numbers[1]


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
    office.take_up("去核对", "接收摸底调查表", FINANCE.unit)
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
    unit.take_up("去补正", "补正摸底调查表", FINANCE.unit)
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
    rows = [
        [str(cell) for cell in line if cell is not None]
        for line in book.worksheets[0].iter_rows(values_only=True)
    ]
    heads = next(line for line in rows if "单位名称" in line)
    assert {"主管部门", "单位性质", "网站联系人", "联系电话", "中文域名", "英文域名"} <= set(heads)
    mine = [line for line in rows if FINANCE.unit in line]
    assert len(mine) == 1
    assert {"负责人庚", "0736-7000005", FINANCE.site, *ROW.values()} <= set(mine[0])


def fill_sheet_of_the_district(unit: Walker, office: Walker) -> str:
    """The district's own sheet goes to its own office; answers its address."""
    unit.take_up("去填报", "填报摸底调查表", DISTRICT.unit)
    unit.press("开始填写")
    unit.fill(
        {
            "单位负责人": "李有方",
            "网站联系人": "周文牍",
            "联系电话": "7255602",
            "电子邮箱": DISTRICT.handler.email,
        }
    )
    unit.press("核对并提交")
    unit.press("提交")
    unit.states("已提交")
    expect(unit.main).to_contain_text("等待武陵区编委办接收")
    office.take_up("去核对", "接收摸底调查表", DISTRICT.unit)
    office.press("接收")
    office.states("已接收")
    return unit.path


def reads_the_notice(unit: Walker) -> None:
    """What is asked, by when, and the official text."""
    unit.menu("工作安排与时限")
    unit.look("s01-notices")
    unit.follow("关于做好全市党政机关事业单位网站开办审核")
    expect(unit.main).to_contain_text("2014年11月21日")
    unit.look("s01-notice")
