"""What one cell says, read as people mean it: widths, spaces, numbers for texts. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from app.kernel.domains import is_han
from app.kernel.errors import N_, Finding

FORMULA, DATE, SCIENTIFIC = "formula", "date", "scientific"
LONGEST = 2000  # what lies beyond is longer than any field: read no further
_EDGES = " \t\r\n\u3000\xa0\u200b\ufeff"
_BLANKS = re.compile(r"[\s\u3000\xa0\u200b\ufeff]+")
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?E\+[0-9]{2}", re.IGNORECASE)
_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
SAID = {
    FORMULA: N_("此格是公式，请改成文字或数字本身。"),
    DATE: N_("此格被存成了日期，请把格式改为“文本”后重新填写。"),
    SCIENTIFIC: N_("此格的数字被写成了科学记数，请把格式改为“文本”后重新填写。"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it stands: its text, where it stands (from 0), and what it is if not a plain text or number."""

    text: str
    row: int
    column: int
    kind: str = ""

    def finding(self, field: str) -> Finding | None:
        """What is wrong with the cell whatever it says."""
        return Finding(field, SAID[self.kind], code=f"cell-{self.kind}") if self.kind else None


def read(value: Any, row: int, column: int, *, formula: bool = False) -> Cell:
    """One value of calamine's as a cell."""
    kind = ""
    if isinstance(value, str):
        text = value[:LONGEST].strip(_EDGES)
        if not text.isprintable():
            text = _UNREADABLE.sub("", text).strip(_EDGES)
        if text[:1].isdigit() and _SCIENTIFIC.fullmatch(text):
            kind = SCIENTIFIC
    else:
        text, kind = _plain(value)
    return Cell(text, row, column, FORMULA if formula else kind)


def _plain(value: Any) -> tuple[str, str]:
    if isinstance(value, bool):
        return ("是" if value else "否"), ""
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value)), ""
        return (repr(value), SCIENTIFIC) if abs(value) >= 1e15 else (repr(value), "")
    if isinstance(value, date | datetime | time | timedelta):
        return str(value), DATE
    return "" if value is None else str(value), ""


def label(text: str) -> str:
    """A heading without blanks, colons and stars, to compare by."""
    folded = _BLANKS.sub("", unicodedata.normalize("NFKC", text[:60])).upper()
    return folded.strip(":*·")


def words(text: str) -> str:
    """A name or address: no line breaks, no blanks between Chinese characters, single ones elsewhere."""
    single = _BLANKS.sub(" ", text).strip()
    if " " not in single:
        return single
    kept = [
        char
        for place, char in enumerate(single)
        if char != " " or not (is_han(single[place - 1]) and is_han(single[place + 1]))
    ]
    return "".join(kept)


def compact(text: str) -> str:
    """A number, domain or address of the network: half-width, no blanks at all."""
    return text if text.isascii() and " " not in text and "\n" not in text else _compact(text)


def _compact(text: str) -> str:
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text))


def name_keys(text: str) -> set[str]:
    """A unit's full name as it may stand in the register: as written, and with brackets of either width."""
    plain = _BLANKS.sub("", text)
    wide = plain.replace("(", "（").replace(")", "）")
    return {plain, wide, plain.replace("（", "(").replace("）", ")")} - {""}
