"""How values read on a page: dates, moments, numbers, states and nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import format_date, get_locale
from flask_babel import gettext as _

from app.foundation import clock

NOTHING = "—"
WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class Cell:
    """One value as it stands on a page; a chip carries a tone (ok, w, r, b, g or none)."""

    text: str
    tone: str = ""
    chip: bool = False
    name: str = ""

    def __str__(self) -> str:
        return self.text


def nothing(value: object) -> object:
    """A dash for None and empty text, anything else unchanged."""
    return NOTHING if value is None or value == "" else value


def _chinese() -> bool:
    locale = get_locale()
    return locale is None or locale.language == "zh"


def cn_date(value: date | datetime | None) -> str:
    """2014年11月24日（周一）; a moment is read in Asia/Shanghai."""
    if value is None:
        return NOTHING
    day = clock.localise(value).date() if isinstance(value, datetime) else value
    if not _chinese():
        return str(format_date(day, "d MMM yyyy (EEE)"))
    return f"{day.year}年{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"


def cn_time(value: datetime | None) -> str:
    """2014年11月24日（周一）09:00, 24 hours, Asia/Shanghai."""
    if value is None:
        return NOTHING
    return f"{cn_date(value)}{'' if _chinese() else ' '}{clock.localise(value):%H:%M}"


def short_date(value: date | datetime | None) -> str:
    """11-24."""
    if value is None:
        return NOTHING
    day = clock.localise(value).date() if isinstance(value, datetime) else value
    return f"{day:%m-%d}"


def number(value: Decimal | float) -> str:
    """Digits without an exponent or trailing zeros; a screen aligns them by tabular figures."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def text_of(value: Any) -> str:
    """Any value as a person reads it."""
    if value is None or value == "" or value == []:
        return NOTHING
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if isinstance(value, datetime):
        return cn_time(value)
    if isinstance(value, date):
        return cn_date(value)
    if isinstance(value, (Decimal, float)):
        return number(value)
    if isinstance(value, (list, tuple)):
        return "、".join(text_of(one) for one in value)
    return str(value)


def word(words: Mapping[Any, Any], value: Any) -> tuple[str, str]:
    """Label and tone of a value in a closed vocabulary (value → label, or label and tone)."""
    entry = words.get(value)
    if entry is None:
        return text_of(value), ""
    return (str(entry[0]), str(entry[1])) if isinstance(entry, tuple) else (str(entry), "")


def cell(name: str, value: Any, *, words: Mapping[Any, Any] | None = None, formatter: Any = None) -> Cell:
    """One value of a row: by its own formatter, its vocabulary, or its type."""
    if formatter is not None:
        made = formatter(value)
        return made if isinstance(made, Cell) else Cell(text_of(made), name=name)
    if words is not None and value not in (None, ""):
        label, tone = word(words, value)
        return Cell(label, tone, chip=True, name=name)
    return Cell(text_of(value), name=name)
