"""Jinja filters and globals: how dates, sizes, totals, findings and empty values read on a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from flask import Flask
from flask_babel import get_locale
from flask_babel import gettext as _

from app.foundation.admin import addresses, controls, labels
from app.foundation.admin.formatters import NOTHING, cn_date, cn_time, nothing, short_date
from app.foundation.clock import localise
from app.kernel.errors import Finding, Refusal, fill

BOUND = 10_000  # lists count no further (traps.md): beyond it a total reads "10000+"

_Moment = date | datetime | None
_Said = Finding | Refusal | tuple[str, str] | str


def _local(value: date | datetime) -> date | datetime:
    """A moment on Beijing's wall clocks; a date stays."""
    return localise(value) if isinstance(value, datetime) else value


def shorttime(value: datetime | None) -> str:
    """11-24 09:00."""
    return f"{localise(value):%m-%d %H:%M}" if value else NOTHING


def isodate(value: _Moment) -> str:
    """For ``<time datetime=…>`` and date inputs: 2014-11-24, or with a time and its zone."""
    if not value:
        return ""
    local = _local(value)
    return local.isoformat(timespec="minutes") if isinstance(local, datetime) else local.isoformat()


def size(value: int | None) -> str:
    """Bytes as people say them: 0.8 MB, 12 KB."""
    if value is None:
        return NOTHING
    if value < 1024:
        return str(_("%(n)s 字节", n=value))
    if value < 1024 * 1024:
        return f"{value / 1024:.0f} KB"
    return f"{value / 1024 / 1024:.1f} MB"


def total(value: int | str) -> str:
    """共 320 条, 共 10000+ 条; text that already says so stands as it is."""
    if isinstance(value, str):
        return value
    return str(_("共 %(n)s 条", n=value if value <= BOUND else f"{BOUND}+"))


def words(said: _Said) -> str:
    """A finding or refusal as a sentence in the reader's language; plain text stands as it is."""
    if isinstance(said, (Finding, Refusal)):
        return fill(str(_(said.message)), said.params)
    return str(said[1]) if isinstance(said, tuple) else str(said)


def field_of(said: _Said) -> str:
    """Which field a finding belongs to; empty when it belongs to the whole form."""
    if isinstance(said, str):
        return ""
    return str(said[0]) if isinstance(said, tuple) else said.field or ""


def source_of(said: object) -> str:
    """The article or office a finding rests on."""
    return str(getattr(said, "source", "") or "")


def about(findings: Iterable[_Said] | None, field: str) -> str:
    """All that is wrong with one field, as one text with its sources."""
    return "；".join(_sourced(said) for said in findings or () if field_of(said) == field)


def _sourced(said: _Said) -> str:
    text, source = words(said).rstrip("。；"), source_of(said)
    return f"{text}（{source}）" if source else text


def page_lang() -> str:
    """The ``lang`` of the page; Chinese where no locale is known."""
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "zh-CN"


FILTERS: dict[str, Callable[..., Any]] = {
    "cndate": cn_date,
    "cntime": cn_time,
    "shortdate": short_date,
    "shorttime": shorttime,
    "isodate": isodate,
    "nothing": nothing,
    "size": size,
    "total": total,
    "words": words,
    "field_of": field_of,
    "source_of": source_of,
    "about": about,
    "control": controls.control,
}
GLOBALS: dict[str, Callable[..., Any]] = {
    "label_of": labels.of,
    "verb_label": labels.verb,
    "page_lang": page_lang,
    **addresses.GLOBALS,
}


def register(app: Flask) -> None:
    """Give every template the filters and globals above."""
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(GLOBALS)
