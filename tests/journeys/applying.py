"""The unit's side of an application: annex 4 section by section, its material, submission, correction, paper."""

from __future__ import annotations

import struct
import zlib

from playwright.sync_api import expect

from tests.journeys.filings import Filing
from tests.journeys.walk import Walker

DECLARATION = "本单位确认所填内容和所附材料真实、有效、准确和完整"


def png(width: int = 320, height: int = 200) -> bytes:
    """A plain picture, standing for a scanned identity card."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + bytes((230, 226, 214)) * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def apply(unit: Walker, filing: Filing) -> None:
    """A new requalification for the registered website, from the desk to the number."""
    unit.take_up("去申请", "申请资格复核", filing.site)
    unit.look("a02-new")
    line = unit.main.get_by_role("row").filter(has_text=filing.site)
    unit.press("申请资格复核", line)
    fill_sections(unit, filing)
    nothing_personal_in_the_form(unit, filing)
    unit.follow("核对并提交", unit.main.locator(".bar-actions"))
    expect(unit.main.get_by_role("alert")).to_contain_text("请上传法定代表人或者申请经办人的身份证明材料")
    expect(unit.main.get_by_role("button", name="提交", exact=True)).to_be_disabled()
    unit.look("a07-confirm-incomplete")
    unit.follow("请上传法定代表人", unit.main.get_by_role("alert"))
    attach_identity(unit)
    unit.look("a08-materials")
    check_and_submit(unit, "a09")
    unit.states("待初审")
    expect(unit.main.locator(".meta")).to_contain_text("剩 5 个工作日")
    assert number_of(unit)


def fill_sections(unit: Walker, filing: Filing) -> None:
    """From the first section, which the register has filled in, to the materials."""
    expect(unit.field("开办主体名称")).to_have_value(filing.unit)
    unit.look("a03-subject")
    unit.press("保存，填下一部分")
    site = {
        "网站名称": filing.site,
        "网站简介": filing.intro,
        "中文域名": filing.chinese,
        "英文域名": filing.english,
    }
    unit.fill(site | {"网站IP地址": filing.ip})
    unit.look("a04-site")
    unit.press("保存，填下一部分")
    unit.fill(filing.leader.fields("网站主要负责人"))
    unit.look("a05-leader")
    unit.press("保存，填下一部分")
    unit.fill(filing.handler.fields("网站申请经办人"))
    unit.look("a06-handler")
    unit.press("保存，填下一部分")
    expect(unit.main.get_by_role("heading", level=1)).to_have_text("材料")


def nothing_personal_in_the_form(unit: Walker, filing: Filing) -> None:
    """Going back, the kept fields come masked."""
    unit.follow("网站申请经办人", unit.main.get_by_role("navigation", name="申请表各部分"))
    expect(unit.main).to_contain_text("138****" + filing.handler.mobile[-4:])
    assert filing.handler.mobile not in unit.page.content()
    assert filing.handler.id_number not in unit.page.content()
    unit.follow("材料", unit.main.get_by_role("navigation", name="申请表各部分"))


def attach_identity(unit: Walker, name: str = "经办人身份证.png") -> None:
    """Upload the identity proof."""
    unit.field("身份证明材料").set_input_files({"name": name, "mimeType": "image/png", "buffer": png()})
    upload = unit.main.locator("form").filter(has=unit.page.locator("input[type=file][name=identity]"))
    unit.press("上传", upload)
    unit.said("已上传")
    expect(unit.main.get_by_role("link", name=name, exact=True)).to_be_visible()


def check_and_submit(unit: Walker, name: str) -> None:
    """Look the answers over; without the declaration nothing goes out, with it everything."""
    unit.follow("核对并提交", unit.main.locator(".bar-actions"))
    unit.look(f"{name}-confirm")
    unit.press("提交")
    expect(unit.main.get_by_role("alert")).to_contain_text("请确认所填内容和材料真实、有效、准确和完整")
    unit.look(f"{name}-undeclared")
    declare_and_submit(unit)
    unit.look(f"{name}-submitted")


def declare_and_submit(unit: Walker) -> None:
    """Tick the declaration and hand in."""
    unit.main.get_by_label(DECLARATION).check()
    unit.press("提交")
    unit.said("已提交，申请号")


def number_of(someone: Walker) -> str:
    """The application's number on its page."""
    text = someone.main.locator(".meta").inner_text()
    return text.partition("申请号")[2].split()[0]


def correct(unit: Walker, filing: Filing, demand: str) -> None:
    """The letter leads; after the correction a new clock runs."""
    unit.take_up("去补正", "补正后再提交", filing.site)
    expect(unit.main).to_contain_text(demand)
    unit.look("a10-returned")
    unit.follow("按意见修改")
    unit.look("a11-correct")
    unit.fill({"开办主体职能": "拟订全市财税发展规划并组织实施，管理市级各项财政收支。"})
    unit.press("保存，填下一部分")
    unit.follow("核对并提交", unit.main.get_by_role("navigation", name="申请表各部分"))
    declare_and_submit(unit)
    unit.states("补正后提交")
    expect(unit.main.locator(".meta")).to_contain_text("剩 5 个工作日")
    unit.look("a12-resubmitted")


def print_paper(unit: Walker, filing: Filing) -> None:
    """Letter and form, the form complete in three copies after a recorded look."""
    unit.take_up("打印和报送", "报送书面材料", filing.site)
    unit.look("p01-to-print")
    unit.follow("打印申请函")
    expect(unit.main).to_contain_text("进行资格复核的函")
    expect(unit.main).to_contain_text(f"现将我单位开办的{filing.site}等 1 个网站的相关材料送上")
    unit.look("p02-letter")
    unit.page.get_by_role("link", name="返回").click()
    unit.follow("打印申请表")
    expect(unit.main.locator("section.sheet")).to_have_count(1)
    assert filing.handler.id_number not in unit.page.content()
    unit.look("p03-form-masked")
    unit.page.get_by_role("button", name="显示完整内容以便打印").click()
    expect(unit.main.locator("section.sheet")).to_have_count(3)
    for text in (filing.handler.id_number, filing.handler.mobile, filing.leader.email, filing.chinese):
        expect(unit.main.locator("section.sheet").last).to_contain_text(text)
    unit.look("p04-form")
    unit.page.get_by_role("link", name="返回").click()
    expect(unit.main).to_contain_text("打印申请表")
