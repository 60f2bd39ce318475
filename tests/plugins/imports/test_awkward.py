"""Workbooks as they really arrive, and some that nobody should send: each its clear message, and nothing touched."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from openpyxl import Workbook

from app.kernel.errors import Invalid, fill
from app.plugins.imports.models import ImportBatch
from app.plugins.surveys.models import SurveySheet
from tests.plugins.imports.books import (
    HEADINGS,
    NO_SITES,
    ROW,
    column,
    edited,
    forms,
    listed,
    put_form,
    repacked,
    saved,
)
from tests.plugins.imports.test_service import (
    applied,
    batch_of,
    count,
    lines_of,
    messages,
    sheet_of,
    tried,
    upload,
)
from tests.plugins.surveys.ground import As

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504


def bomb(declared: int | None = None) -> bytes:
    """A part of 300 MB of blanks; ``declared`` lies about it in both headers."""
    part = "xl/worksheets/sheet1.xml"
    made = repacked(listed({}), {part: lambda text: text + b" " * (300 * 1024 * 1024)})
    if declared is None:
        return made
    name = part.encode()
    out = bytearray(made)
    for mark, size_at, name_at in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        place = -1
        while (place := out.find(mark, place + 1)) >= 0:
            if out[place + name_at : place + name_at + len(name)] == name:
                struct.pack_into("<I", out, place + size_at, declared)
    return bytes(out)


def ods() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<office/>")
    return buffer.getvalue()


def parts(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "<a/>")
    return buffer.getvalue()


def encrypted_zip() -> bytes:
    out = bytearray(listed({}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = out.find(mark)
        out[place + at] |= 1
    return bytes(out)


SHEET = "xl/worksheets/sheet1.xml"
# What is no workbook that may be read: refused where it is uploaded, and nothing is kept.
NO_BOOK: dict[str, tuple[Callable[[], bytes], str]] = {
    "nought bytes": (lambda: b"", "空的"),
    "password (OLE)": (lambda: OLE + "EncryptedPackage".encode("utf-16-le"), "打开密码"),
    "an old .xls": (lambda: OLE + "Workbook".encode("utf-16-le"), "旧版（.xls）"),
    "macros": (lambda: repacked(listed({}), more=[("xl/vbaProject.bin", b"\x00")]), "宏"),
    "macros hidden elsewhere": (lambda: repacked(listed({}), more=[("a/VBAPROJECT.BIN", b"\x00")]), "宏"),
    "ods": (ods, "OpenDocument"),
    "xlsb": (lambda: parts("[Content_Types].xml", "xl/workbook.bin"), ".xlsb"),
    "a Word document": (lambda: parts("[Content_Types].xml", "word/document.xml"), "Word"),
    "an archive": (lambda: parts("readme.txt"), "只接收电子表格"),
    "a web page renamed": (lambda: b"<html><table>", "网页"),
    "XML of 2003": (lambda: b'<?xml version="1.0"?><Workbook/>', "网页或者 XML"),
    "GBK CSV renamed": (lambda: "单位名称,网站名称\r\n财政局,财政网".encode("gbk"), "CSV"),
    "UTF-8 CSV renamed": (lambda: "\ufeff单位名称,网站名称".encode(), "CSV"),
    "a PDF": (lambda: b"%PDF-1.7\n", "PDF"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n\x00\x00", "只接收电子表格"),
    "cut off": (lambda: listed({})[:-200], "不完整"),
    "cut off in the middle": (lambda: listed({})[: len(listed({})) // 2], "不完整"),
    "encrypted parts": (encrypted_zip, "不完整"),
    "zip bomb": (bomb, "解压后过大"),
    "zip bomb that lies about its size": (lambda: bomb(declared=4000), "不完整"),
    "entity bomb": (
        lambda: repacked(
            listed({}), {SHEET: lambda text: b'<!DOCTYPE a [<!ENTITY b "bb">]>' + text}
        ),
        "实体声明",
    ),
    "XML in UTF-16": (
        lambda: repacked(listed({}), {SHEET: lambda text: text.decode().encode("utf-16")}),
        "不完整",
    ),
    "no XML at all": (lambda: repacked(listed({}), {"xl/workbook.xml": lambda _text: b"\x01\x02"}), "不完整"),
    "100,000 rows": (
        lambda: repacked(
            listed({}),
            {
                SHEET: lambda text: text.replace(
                    b"</sheetData>",
                    b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(3, 100_003))
                    + b"</sheetData>",
                )
            },
        ),
        "第 100002 行",
    ),
    "one cell at the far corner": (
        lambda: edited(lambda page: page.cell(1_048_576, 16_384, "远")), "第 1048576 行",
    ),
    "one cell far to the right": (lambda: edited(lambda page: page.cell(2, 300, "远")), "第 300 列"),
}  # fmt: skip


@pytest.mark.parametrize("name", NO_BOOK)
def test_no_workbook_is_refused_where_it_is_uploaded(app: Flask, acting: As, name: str) -> None:
    made, said = NO_BOOK[name]
    with pytest.raises(Invalid) as found:
        upload(acting, listed({}), made())
    [finding] = found.value.findings
    assert said in str(finding) and finding.params["file"] == "报表2.xlsx"
    assert count(ImportBatch) == 0 and count(SurveySheet) == 0


def _formula(page: Any) -> None:
    page[f"{column('phone')}2"] = '="7786510"'


def _injected(page: Any) -> None:
    cell = page[f"{column('name')}2"]
    cell.value, cell.data_type = '=cmd|" /C calc"!A1', "s"


def _dated(page: Any) -> None:
    page[f"{column('phone')}2"] = datetime(2014, 11, 24)


def _mixed_date(page: Any) -> None:
    page[f"{column('leader')}2"] = date(2014, 1, 2)


def _two_phones(page: Any) -> None:
    page.cell(1, page.max_column + 1, "联系电话")


# What can be read but not taken in: what is said of it, and in which cell.
REFUSED: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "a formula": (lambda: edited(_formula), "此格是公式", f"{column('phone')}2"),
    "a date for a phone": (lambda: edited(_dated), "存成了日期", f"{column('phone')}2"),
    "a date for a person": (lambda: edited(_mixed_date), "存成了日期", f"{column('leader')}2"),
    "a phone in scientific notation": (
        lambda: listed({"phone": "7.36779E+11"}), "科学记数", f"{column('phone')}2",
    ),
    "a mobile": (lambda: listed({"phone": 13800138000.0}), "这是手机号码", f"{column('phone')}2"),
    "emoji": (lambda: listed({"name": "财政网😀"}), "网站名称", f"{column('name')}2"),
    "a very long cell": (lambda: listed({"address": "长" * 30_000}), "不超过", f"{column('address')}2"),
    "a text that would calculate": (lambda: edited(_injected), "网站名称", f"{column('name')}2"),
    "a web address": (
        lambda: listed({"english_domain": "http://jgj.example.gov.cn/"}), "只填写域名本身", f"{column('english_domain')}2",
    ),
    "two domains in one cell": (
        lambda: listed({"english_domain": "a.gov.cn、b.gov.cn"}), "域名只能使用", f"{column('english_domain')}2",
    ),
    "an inner address": (lambda: listed({"ip": "192.168.1.1"}), "公网", f"{column('ip')}2"),
    "a count that differs": (lambda: listed({"site_count": "3"}), "请核对一致", f"{column('site_count')}2"),
    "a count in words": (lambda: listed({"site_count": "若干"}), "请填数字", f"{column('site_count')}2"),
    "an unknown nature": (lambda: listed({"nature": "社团"}), "请选择单位性质", f"{column('nature')}2"),
    "two boxes ticked": (
        lambda: forms(({"nature": "☑党政机关☑事业单位"}, [{}])), "请选择单位性质", "B5",
    ),
    "no box ticked": (lambda: forms(({"nature": "□党政机关□事业单位"}, [{}])), "请选择单位性质", "B5"),
    "no website, and websites": (lambda: listed({"no_website": "是"}), "已注明无网站", f"{column('no_website')}2"),
    "nothing and no mark": (
        lambda: listed({**NO_SITES, "no_website": ""}), "请勾选“无网站”", "",
    ),
    "the same unit twice": (
        lambda: forms(({}, [{}]), ({}, [{}])), "出现了两份", "B19",
    ),
    "the same site twice": (
        lambda: listed({"site_count": "2"}, {"site_count": "2"}), "名称相同", f"{column('name')}3",
    ),
    "rows of a unit that differ": (
        lambda: listed({"site_count": "2"}, {"site_count": "2", "leader": "他人", "name": "二网"}),
        "不一致", f"{column('leader')}3",
    ),
    "an enterprise": (lambda: listed({"unit_name": "常德市城投"}), "企业、个人", f"{column('unit_name')}2"),
    "a unit nobody knows": (lambda: listed({"unit_name": "常德市无此局"}), "未找到", f"{column('unit_name')}2"),
    "a unit of a county": (lambda: listed({"unit_name": "常德市武陵教育局"}), "未找到", f"{column('unit_name')}2"),
    "an account of another name": (
        lambda: listed({"account": "41840001"}), "登记的单位名称“常德市财政局”不一致", f"{column('unit_name')}2",
    ),
    "an account nobody has": (lambda: listed({"account": "99999999"}), "未找到", f"{column('account')}2"),
    "no unit at all": (lambda: listed({"unit_name": ""}), "无法确定是哪个单位", ""),
    "a heading twice": (lambda: edited(_two_phones), "表头“联系电话”出现了两次", ""),
    "a column missing": (
        lambda: listed({}, headings={k: v for k, v in HEADINGS.items() if k not in ("phone", "ip")}),
        "缺少“联系电话”“IP地址”列", "",
    ),
    "another table": (lambda: listed({}, headings={"leader": "姓名", "phone": "工资"}), "没有认出", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_is_said_where_it_stands(app: Flask, acting: As, name: str) -> None:
    made, said, cell = REFUSED[name]
    pk = tried(app, acting, made())
    refused = [line for line in lines_of(pk) if line.act == "refuse"]
    assert len(refused) == 1, messages(pk)
    found = [(fill(one["message"], one["params"]), one["cell"]) for one in refused[0].findings]
    assert any(said in text and where == cell for text, where in found), found
    assert count(SurveySheet) == 0
    good = [line for line in lines_of(pk) if line.act != "refuse"]
    if good:  # only the good ones go in
        applied(app, acting, pk)
    assert count(SurveySheet) == len(good)


def _hidden() -> bytes:
    book = Workbook()
    page = book.create_sheet("旧表")
    put_form(page, 1, {}, [{}])
    page.sheet_state = "hidden"
    return saved(book)


def _merged(page: Any) -> None:
    for key in list(HEADINGS)[:13]:
        place = list(HEADINGS).index(key) + 1
        page.cell(3, place).value = None
        page.merge_cells(start_row=2, end_row=3, start_column=place, end_column=place)


def _linked() -> bytes:
    return repacked(listed({}), more=[("xl/externalLinks/externalLink1.xml", b"<externalLink/>")])


def _with_blank_tabs() -> bytes:
    book = Workbook()
    book.create_sheet("Sheet2")
    put_form(book.active, 5, {}, [{}])
    book.create_sheet("Sheet3")
    return saved(book)


def _side_by_side() -> bytes:
    """Two pairs of label and value in a row, and the colon in the label."""
    book = Workbook()
    page: Any = book.active
    pairs = [
        ("单位名称：", ROW["unit_name"], "主管部门：", ROW["supervisor_name"]),
        ("单位性质：", "√党政机关 □事业单位", "单位规格：", "□正厅级 ■正处级"),
        ("单位负责人：", ROW["leader"], "单位开办\n网站个数：", 1),
        ("单位地址：", ROW["address"], "网站联系人：", ROW["contact"]),
        ("联系电话：", ROW["phone"], "电子邮箱：", ROW["email"]),
    ]
    for pair in pairs:
        page.append(list(pair))
    page.append(["序号", "网站名称", "中文域名", "英文域名", "IP 地址"])
    page.append([1, ROW["name"], ROW["chinese_domain"], ROW["english_domain"], ROW["ip"]])
    page.append(["注：", "注：网站多的可以加行"])
    return saved(book)


# What is awkward and yet plain: taken in as it was meant.
TAKEN: dict[str, Callable[[], bytes]] = {
    "full-width digits and stray blanks": lambda: listed(
        {"phone": " ０７３６ － ７７８ ６５１０ ", "unit_name": "常德市 机关\n事务局", "ip": "２０３．０．１１３．４７"}
    ),
    "Chinese full stops in domains": lambda: listed(
        {"english_domain": "jgj。example。gov。cn", "chinese_domain": "常德机关事务。政务", "ip": "203。0。113。47"}
    ),
    "a phone without its nought": lambda: listed({"phone": 7367786510}),
    "numbers as numbers": lambda: listed({"phone": 7786510, "site_count": 1.0, "account": 41840005}),
    "upper case and blanks": lambda: listed({"english_domain": " JGJ.Example.GOV.cn ", "email": "A @example.cn"}),
    "links to other workbooks": _linked,
    "blank tabs beside it": _with_blank_tabs,
    "pairs side by side": _side_by_side,
    "a title above the list": lambda: edited(lambda page: page.insert_rows(1, 3)),
    "blank rows between": lambda: edited(lambda page: page.insert_rows(2, 4)),
    "headings once more": lambda: listed({}, dict(HEADINGS)),
}  # fmt: skip


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_plain_is_taken_in(app: Flask, acting: As, name: str) -> None:
    pk = tried(app, acting, TAKEN[name]())
    assert messages(pk) == []
    applied(app, acting, pk)
    sheet = sheet_of("机关事务局")
    assert (sheet.phone, sheet.nature, sheet.rank) == ("0736-7786510", "organ", "division")
    assert [(one.name, one.chinese_domain, one.english_domain, one.ip) for one in sheet.sites] == [
        ("机关事务网", "常德机关事务.政务", "jgj.example.gov.cn", "203.0.113.47")
    ]


def test_links_to_other_workbooks_are_said(app: Flask, acting: As) -> None:
    pk = tried(app, acting, _linked())
    assert [one.linked for one in batch_of(pk).files] == [True]


def test_cells_merged_downwards_are_the_unit_s(app: Flask, acting: As) -> None:
    second = {"name": "后勤网", "chinese_domain": "无", "english_domain": "hq.example.gov.cn"}
    pk = tried(app, acting, edited(_merged, {"site_count": "2"}, {"site_count": "2", **second}))
    assert messages(pk) == []
    applied(app, acting, pk)
    assert [one.name for one in sheet_of("机关事务局").sites] == ["机关事务网", "后勤网"]


def test_ipv6_and_no_chinese_domain(app: Flask, acting: As) -> None:
    pk = tried(app, acting, listed({"ip": "２００１:DB8::１", "chinese_domain": "暂无"}))
    assert messages(pk) == []
    applied(app, acting, pk)
    assert [(one.ip, one.chinese_domain) for one in sheet_of("机关事务局").sites] == [("2001:db8::1", "无")]


@pytest.mark.parametrize("where", ["title", "row"])
def test_no_website_marked_on_the_form(app: Flask, acting: As, where: str) -> None:
    book = Workbook()
    page: Any = book.active
    put_form(page, 1, {"site_count": "0"}, [])
    page["E2" if where == "title" else "B14"] = "无网站"
    pk = tried(app, acting, saved(book))
    assert messages(pk) == []
    applied(app, acting, pk)
    assert sheet_of("机关事务局").no_website


def test_hidden_tabs_are_not_read_and_said(app: Flask, acting: As) -> None:
    pk = tried(app, acting, _hidden())
    assert "隐藏" in messages(pk)[0] and lines_of(pk)[0].act == "refuse"


@pytest.mark.parametrize("empty", [lambda: saved(Workbook()), lambda: listed()])
def test_an_empty_workbook_says_so(app: Flask, acting: As, empty: Callable[[], bytes]) -> None:
    pk = tried(app, acting, empty())
    assert (batch_of(pk).state, "没有填写任何内容" in batch_of(pk).reason) == ("refused", True)


def test_more_rows_than_a_batch_may_have(app: Flask, acting: As) -> None:
    rows = [{"name": f"网站{n}", "site_count": ""} for n in range(20_001)]
    pk = tried(app, acting, listed(*rows))
    assert batch_of(pk).state == "refused" and "20000" in batch_of(pk).reason
    assert count(SurveySheet) == 0


def test_what_looks_like_a_formula_stays_text(app: Flask, acting: As) -> None:
    """An address may begin with anything; every export writes it as text."""
    book = edited(lambda page: None, {"address": "+1号楼"})
    pk = tried(app, acting, book)
    applied(app, acting, pk)
    assert sheet_of("机关事务局").address == "+1号楼"
