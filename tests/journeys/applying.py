"""The unit's side of an application: annex 4 section by section, its material, submission, correction, paper."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field

from playwright.sync_api import expect

from tests.journeys.walk import Walker

DECLARATION = "本单位确认所填内容和所附材料真实、有效、准确和完整"


def png(width: int = 320, height: int = 200) -> bytes:
    """A plain picture, standing for a scanned identity card."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + bytes((230, 226, 214)) * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@dataclass(frozen=True)
class Contact:
    """One of the two people of annex 4; what stands here is nobody else's business."""

    name: str
    phone: str
    mobile: str
    email: str
    id_number: str = ""

    def fields(self, who: str) -> dict[str, str]:
        """The fields of the form."""
        own = {f"{who}姓名": self.name, "固定电话": self.phone, "手机": self.mobile, "电子邮箱": self.email}
        return own | ({f"{who}身份证号": self.id_number} if self.id_number else {})

    def traces(self) -> set[str]:
        """What would give the person away on a page for anybody."""
        return {self.name, self.phone, self.mobile, self.email, self.id_number, self.mobile[-4:], self.id_number[-4:]} - {""}


@dataclass(frozen=True)
class Filing:
    """What a unit files for one website."""

    unit: str
    site: str
    chinese: str
    english: str
    ip: str
    leader: Contact
    handler: Contact
    intro: str = "发布政务信息、办事指南和公告，提供网上办事和互动交流。"
    functions: str = ""
    looks: bool = field(default=True, compare=False)

    def traces(self) -> set[str]:
        """The personal data of both people."""
        return self.leader.traces() | self.handler.traces()


def fill_sections(unit: Walker, filing: Filing) -> None:
    """From the first section, which the register has filled in, to the materials."""
    expect(unit.field("开办主体名称")).to_have_value(filing.unit)
    unit.look("a03-subject")
    unit.press("保存，填下一部分")
    site = {"网站名称": filing.site, "网站简介": filing.intro, "中文域名": filing.chinese, "英文域名": filing.english}
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
    expect(unit.main.get_by_role("link", name=name)).to_be_visible()


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
