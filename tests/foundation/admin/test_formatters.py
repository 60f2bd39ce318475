"""How values read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale, lazy_gettext

from app.foundation.admin import formatters
from app.foundation.admin.formatters import Cell


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "—"),
        ("", "—"),
        ([], "—"),
        (0, "0"),
        (320, "320"),
        (True, "是"),
        (False, "否"),
        (Decimal("12.50"), "12.5"),
        (Decimal("1E+3"), "1000"),
        (0.1, "0.1"),
        (date(2014, 11, 24), "2014年11月24日（周一）"),
        (datetime(2014, 11, 24, 1, 0, tzinfo=UTC), "2014年11月24日（周一）09:00"),
        (datetime(2014, 11, 23, 16, 0, tzinfo=UTC), "2014年11月24日（周一）00:00"),
        (["甲", None, "乙"], "甲、—、乙"),
        ("武陵区", "武陵区"),
    ],
)
def test_values_as_people_read_them(app: Flask, value: Any, text: str) -> None:
    with app.test_request_context():
        assert formatters.text_of(value) == text


def test_short_and_missing_dates() -> None:
    assert formatters.short_date(date(2014, 11, 4)) == "11-04"
    assert formatters.short_date(datetime(2014, 11, 23, 16, tzinfo=UTC)) == "11-24"
    assert formatters.short_date(None) == formatters.cn_date(None) == formatters.cn_time(None) == "—"
    assert formatters.nothing(0) == 0
    assert formatters.nothing("") == "—"


def test_english_reads_english(app: Flask) -> None:
    with app.test_request_context(), force_locale("en"):
        assert formatters.cn_date(date(2014, 11, 24)) == "24 Nov 2014 (Mon)"
        assert formatters.cn_time(datetime(2014, 11, 24, 1, tzinfo=UTC)) == "24 Nov 2014 (Mon) 09:00"


def test_a_closed_vocabulary_becomes_chips(app: Flask) -> None:
    words = {"draft": (lazy_gettext("草稿"), "g"), "done": lazy_gettext("办结")}
    with app.test_request_context():
        assert formatters.cell("state", "draft", words=words) == Cell("草稿", "g", True, "state")
        assert formatters.cell("state", "done", words=words) == Cell("办结", "", True, "state")
        assert formatters.cell("state", "unknown", words=words).text == "unknown"
        assert formatters.cell("state", None, words=words) == Cell("—", name="state")


def test_a_formatter_of_ones_own_comes_first(app: Flask) -> None:
    with app.test_request_context():
        assert formatters.cell("due", 3, formatter=lambda days: Cell(f"剩{days}天", "w", True)).tone == "w"
        assert formatters.cell("due", 3, formatter=lambda days: f"{days}天") == Cell("3天", name="due")
        assert formatters.cell("due", 3, formatter=lambda days: None).text == "—"
