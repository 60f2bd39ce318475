"""What was typed and what it makes."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict

from app.plugins.surveys import forms
from app.plugins.surveys.rules import MOST_SITES


def typed(**fields: str) -> forms.Typed:
    return forms.read(MultiDict({name.replace("__", "-"): value for name, value in fields.items()}))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("2", 2), (" ２ ", 2), ("", None), ("两", None), ("-1", None), ("1e3", None), ("9" * 40, None)],
)
def test_a_number_or_none(raw: str, expected: int | None) -> None:
    found = typed(site_count=raw)
    assert found.entry().site_count == expected
    assert bool(found.unreadable()) is (expected is None and bool(raw))
    assert found.values["site_count"] == raw


def test_rows_come_in_their_order_and_empty_ones_do_not_count() -> None:
    found = typed(sites__10__name="丙", sites__2__name="乙", sites__0__ip="1.2.3.4", sites__5__name=" ")
    assert [site.name for site in found.entry().sites] == ["", "乙", "丙"]
    assert len(found.rows) == 4


def test_foreign_fields_are_not_read() -> None:
    found = typed(
        state="accepted",
        unit_id="7",
        review_path="0.",
        account="00000000",
        sites__0__id="9",
        sites__x__name="甲",
    )
    assert not found.rows
    assert set(found.values) == {*forms.TEXTS, *forms.CHOICES, "site_count"}


@pytest.mark.parametrize(
    ("raw", "expected"), [("3", 3), ("", None), ("x", None), ("٣", None), ("9" * 20, None)]
)
def test_the_version_a_form_was_made_from(raw: str, expected: int | None) -> None:
    assert typed(version=raw).version == expected


def test_a_flood_of_rows_is_cut_where_it_is_refused_anyway() -> None:
    found = forms.read(MultiDict({f"sites-{number}-name": "甲" for number in range(900)}))
    assert len(found.rows) == MOST_SITES + 1
