"""Workbooks as units send them, good and awkward."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from openpyxl import Workbook

from app.plugins.imports import layouts

HEADINGS = {key: names[0] for key, names in {**layouts.UNIT, **layouts.SITE}.items()}
ROW: dict[str, Any] = {
    "account": "", "credit_code": "", "unit_name": "常德市机关事务局", "supervisor_name": "常德市人民政府",
    "nature": "党政机关", "rank": "正处级", "leader": "负责人甲", "site_count": "1", "address": "朗州路1号",
    "contact": "经办人甲", "phone": "7786510", "email": "a@example.cn", "no_website": "", "name": "机关事务网",
    "chinese_domain": "常德机关事务.政务", "english_domain": "jgj.example.gov.cn", "ip": "203.0.113.47",
}  # fmt: skip
NO_SITES = {
    "site_count": "",
    "no_website": "是",
    "name": "",
    "chinese_domain": "",
    "english_domain": "",
    "ip": "",
}


def saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def listed(*rows: Mapping[str, Any], headings: Mapping[str, str] | None = None, tab: str = "清单") -> bytes:
    """A list: one row a site; each row says how it differs from ``ROW``."""
    book = Workbook()
    page: Any = book.active
    page.title = tab
    heads = HEADINGS if headings is None else headings
    page.append(list(heads.values()))
    for row in rows:
        page.append([{**ROW, **row}.get(key) for key in heads])
    return saved(book)


def put_form(page: Any, top: int, unit: Mapping[str, Any], sites: Sequence[Mapping[str, Any]]) -> int:
    """Annex 5 from a row on, merged as it is printed; the row after it."""
    values = {**ROW, **unit}
    page.cell(top, 1, "党政机关、事业单位网站摸底调查表")
    page.merge_cells(start_row=top, end_row=top, start_column=1, end_column=5)
    page.cell(top + 1, 1, "填报单位（盖章）：")
    page.cell(top + 1, 4, "主管部门（盖章）：")
    row = top + 2
    for key, label in (
        ("unit_name", "单位名称"), ("supervisor_name", "主管部门"), ("nature", "单位性质"), ("rank", "单位规格"),
        ("leader", "单位负责人"), ("site_count", "单位开办网站个数"), ("address", "单位地址"), ("contact", "网站联系人"),
        ("phone", "联系电话"), ("email", "电子邮箱"),
    ):  # fmt: skip
        page.cell(row, 1, label)
        page.cell(row, 2, values[key])
        page.merge_cells(start_row=row, end_row=row, start_column=2, end_column=5)
        row += 1
    for column, label in enumerate(("网站序号", "网站名称", "中文域名", "英文域名", "IP地址"), start=1):
        page.cell(row, column, label)
    row += 1
    for number, site in enumerate(sites, start=1):
        page.cell(row, 1, number)
        for column, key in enumerate(("name", "chinese_domain", "english_domain", "ip"), start=2):
            page.cell(row, column, {**ROW, **site}[key])
        row += 1
    page.cell(row, 1, "填表人：某人")
    return row + 2


def forms(*units: tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]], by_tab: bool = False) -> bytes:
    """Annex 5 of several units, one below another or tab by tab."""
    book = Workbook()
    page: Any = book.active
    top = 1
    for number, (unit, sites) in enumerate(units, start=1):
        if by_tab and number > 1:
            page, top = book.create_sheet(f"单位{number}"), 1
        top = put_form(page, top, unit, sites)
    return saved(book)


def edited(change: Callable[[Any], None], *rows: Mapping[str, Any]) -> bytes:
    """A list of some rows (or one plain one) with something done to its page."""
    book = Workbook()
    page: Any = book.active
    page.append(list(HEADINGS.values()))
    for row in rows or ({},):
        page.append([{**ROW, **row}[key] for key in HEADINGS])
    change(page)
    return saved(book)


def repacked(
    data: bytes, replace: Mapping[str, Callable[[bytes], bytes]] | None = None,
    more: Iterable[tuple[str, bytes]] = (),
) -> bytes:  # fmt: skip
    """The same workbook with parts changed or added."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            text = old.read(part)
            new.writestr(part.filename, (replace or {}).get(part.filename, lambda one: one)(text))
        for name, text in more:
            new.writestr(name, text)
    return buffer.getvalue()


def column(key: str) -> str:
    """The letter of a field's column in a list."""
    return chr(ord("A") + list(HEADINGS).index(key))
