"""Is this file an .xlsx workbook that may be read: told by its bytes, never by its name. Pure.

What is read later is not the file but a copy of those of its parts that were looked at here, each unpacked within
its limit and stored plainly. So nothing the sender says of sizes, and no part nobody looked at, reaches the reader.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from functools import cache
from typing import Any

from app.kernel.errors import N_, Refusal
from app.plugins.imports.limits import MEGABYTE, Limits

FIELD = "files"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PARTS_MOST = 5000
_RATIO_FROM = 1 * MEGABYTE
_SIMPLE = frozenset(
    {
        "[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml",
        "xl/styles.xml", "xl/theme/theme1.xml",
    }
)  # fmt: skip
_TAB = re.compile(r"xl/worksheets/[^/]+\.xml")
# What a tab says of parts that are left behind: drawings, comments, links, buttons.
_LEFT = re.compile(
    rb"<(drawing|legacyDrawing|legacyDrawingHF|picture|hyperlinks|oleObjects|controls|tableParts|extLst|webPublishItems)"
    rb"(\s[^>]*)?(/>|>.*?</\1>)",
    re.DOTALL,
)
_LEFT_OF_BOOK = re.compile(
    rb"<(externalReferences|definedNames|pivotCaches|extLst)(\s[^>]*)?(/>|>.*?</\1>)", re.DOTALL
)
_DECLARED = (b"<!DOCTYPE", b"<!ENTITY")
_FORMULA = re.compile(rb"<c\b[^>]*?\sr\s*=\s*[\"']([A-Za-z]{1,4})([0-9]{1,9})[\"'][^>]*>\s*<f[\s>/]")


@dataclass(frozen=True)
class Book:
    """A workbook fit to be read.

    Attributes:
        content: the copy.
        formulas: for each part of a tab, the cells in which a formula stands, as (row, column) from 0.
        linked: it refers to other workbooks, of which nothing is read.
    """

    content: bytes
    formulas: dict[str, frozenset[tuple[int, int]]]
    linked: bool


def unpack(data: bytes, limits: Limits) -> Book:
    """The file as a book.

    Raises:
        Refusal: field ``files``; it is no workbook that may be read, and why.
    """
    if not data:
        raise _refusal("file-empty", N_("文件是空的（0 字节），请重新保存后上传。"))
    if len(data) > limits.file_mb * MEGABYTE:
        raise _refusal("file-large", N_("文件超过 %(n)s MB，请拆分后分次上传。"), n=limits.file_mb)
    if not data.startswith(b"PK\x03\x04"):
        raise _other(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _unpack(archive, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError):
        raise _refusal("file-broken", N_("文件不完整或者已经损坏，打不开。请重新保存后上传。")) from None


def _refusal(code: str, message: str, **params: Any) -> Refusal:
    return Refusal(code, message, field=FIELD, **params)


def _other(data: bytes) -> Refusal:
    """What it is instead, as far as the first bytes tell."""
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            return _refusal("file-password", N_("工作簿设有打开密码，读不了。请取消密码后重新上传。"))
        return _refusal("file-xls", N_("这是旧版（.xls）文件。请在 Excel 或 WPS 中另存为“.xlsx”后上传。"))
    start = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<?xml", b"<meta", b"<head")):
        return _refusal(
            "file-page",
            N_("这是网页或者 XML 文件，只是改了扩展名。请在 Excel 或 WPS 中另存为“.xlsx”后上传。"),
        )
    if start.startswith(b"%pdf"):
        return _refusal("file-pdf", N_("这是 PDF 文件。请上传填写附件5的电子表格（.xlsx）。"))
    if b"\x00" not in data[:2048]:
        return _refusal(
            "file-text",
            N_("这是文本（CSV）文件，只是改了扩展名。请在 Excel 或 WPS 中打开，另存为“.xlsx”后上传。"),
        )
    return _refusal("file-kind", N_("只接收电子表格（.xlsx）文件，请另存为“.xlsx”后上传。"))


def _unpack(archive: zipfile.ZipFile, limits: Limits) -> Book:
    parts = archive.infolist()
    names = [part.filename for part in parts]
    _ensure_workbook(archive, names)
    _ensure_bounded(parts, limits)
    if len(set(names)) != len(names) or any(part.flag_bits & 0x1 for part in parts):
        raise zipfile.BadZipFile("two parts of one name, or an encrypted one")
    tabs = [name for name in names if _TAB.fullmatch(name)]
    if len(tabs) > limits.tabs:
        raise _refusal(
            "book-tabs", N_("工作簿有 %(n)s 张工作表，超过 %(most)s 张，请拆分后分次上传。"),
            n=len(tabs), most=limits.tabs,
        )  # fmt: skip
    formulas, buffer = {}, io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as copy:
        for part in parts:
            name = part.filename
            if name not in _SIMPLE and name not in tabs:
                continue
            text = archive.read(part)
            _ensure_plain(text)
            if name in tabs:
                _ensure_within(text, limits)
                formulas[name] = _formulas(text)
                text = _LEFT.sub(b"", text)
            elif name == "xl/workbook.xml":
                text = _LEFT_OF_BOOK.sub(b"", text)
            copy.writestr(zipfile.ZipInfo(name), text)
    return Book(buffer.getvalue(), formulas, any(name.startswith("xl/externalLinks/") for name in names))


def _ensure_workbook(archive: zipfile.ZipFile, names: list[str]) -> None:
    """An .xlsx and nothing more: no macros, no other kind of document."""
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise _refusal("book-macros", N_("工作簿带有宏（.xlsm），不予接收。请另存为不含宏的“.xlsx”后上传。"))
    if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
        kind = archive.read("mimetype")
        if b"opendocument" in kind:
            raise _refusal("file-ods", N_("这是 OpenDocument（.ods）文件。请另存为“.xlsx”后上传。"))
    if "xl/workbook.bin" in names:
        raise _refusal("file-xlsb", N_("这是二进制工作簿（.xlsb）。请另存为“.xlsx”后上传。"))
    if "xl/workbook.xml" not in names or "[Content_Types].xml" not in names:
        if any(name.startswith("word/") for name in names):
            raise _refusal("file-word", N_("这是 Word 文档。请上传填写附件5的电子表格（.xlsx）。"))
        raise _refusal("file-kind", N_("只接收电子表格（.xlsx）文件，请另存为“.xlsx”后上传。"))


def _ensure_bounded(parts: list[zipfile.ZipInfo], limits: Limits) -> None:
    """By what the directory declares; a part that is larger than declared breaks off when it is read."""
    whole = sum(part.file_size for part in parts)
    puffed = any(
        part.file_size > _RATIO_FROM and part.file_size > limits.ratio * max(part.compress_size, 1)
        for part in parts
    )
    if len(parts) > _PARTS_MOST or whole > limits.unpacked_mb * MEGABYTE or puffed:
        raise _refusal(
            "book-bomb",
            N_("工作簿解压后过大（上限 %(n)s MB），不予接收。请删去多余的行列和图片，另存后上传。"),
            n=limits.unpacked_mb,
        )


def _ensure_plain(text: bytes) -> None:
    """UTF-8 XML that declares no entities of its own."""
    if not text.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or b"\x00" in text:
        raise zipfile.BadZipFile("not XML in UTF-8")
    if any(mark in text for mark in _DECLARED):
        raise _refusal(
            "book-entities",
            N_("工作簿的内部格式不正常（含有实体声明），不予接收。请新建工作簿，粘贴内容后上传。"),
        )


def _ensure_within(text: bytes, limits: Limits) -> None:
    """No cell so far out that the table between would fill the memory; only those far enough out are looked at."""
    row, column = 0, 0
    for letters, number in _far(len(str(limits.lines))).findall(text):
        row, column = max(row, int(number)), max(column, _column(letters))
    if row > limits.lines:
        raise _refusal(
            "tab-long",
            N_("工作表用到第 %(row)s 行，超过 %(most)s 行，请拆分后分次上传，并删去多余的行。"),
            row=row,
            most=limits.lines,
        )
    if column > limits.columns:
        raise _refusal(
            "tab-wide",
            N_("工作表用到第 %(column)s 列，超过 %(most)s 列，请删去多余的列后上传。"),
            column=column,
            most=limits.columns,
        )


@cache
def _far(digits: int) -> re.Pattern[bytes]:
    """Cells that hold something, with two letters or more, or a row of at least so many digits."""
    place = rb"(?=[A-Za-z]{2}|[A-Za-z][0-9]{%d})([A-Za-z]{1,4})([0-9]{1,9})" % digits
    return re.compile(rb"<c\b[^>]*?\sr\s*=\s*[\"']" + place + rb"[\"'][^>]*(?<!/)>")


def _formulas(text: bytes) -> frozenset[tuple[int, int]]:
    if b"<f" not in text:
        return frozenset()
    return frozenset((int(row) - 1, _column(letters) - 1) for letters, row in _FORMULA.findall(text))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
