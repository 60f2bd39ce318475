"""Which cases an upper office may urge or guide; what a person may ask of the queue."""

from __future__ import annotations

from datetime import date

import pytest

from app.foundation.admin.arguments import BadArgument
from app.plugins.worklist import filters, rules
from app.plugins.worklist.filters import Asked

TODAY = date(2014, 12, 2)


@pytest.mark.parametrize(
    ("kind", "due", "is_late"),
    [
        ("first_review", date(2014, 12, 1), True),
        ("paper_review", date(2014, 11, 24), True),
        ("first_review", date(2014, 12, 2), False),
        ("first_review", date(2014, 12, 3), False),
        ("applicant_paper", date(2014, 11, 24), False),
        (None, None, False),
    ],
)
def test_only_the_offices_own_clock_makes_it_late(kind: str | None, due: date | None, is_late: bool) -> None:
    """S22: the applicant's five days are not the office's."""
    assert rules.late(kind, due, TODAY) is is_late


@pytest.mark.parametrize(
    ("kind", "words", "codes"),
    [
        ("urge", "", []),
        ("guide", "", ["words-missing"]),
        ("guide", "请核对三定规定", []),
        ("urge", "甲" * 501, ["too-long"]),
    ],
)
def test_guidance_says_something(kind: str, words: str, codes: list[str]) -> None:
    assert [one.code for one in rules.said(kind, words)] == codes


def test_filters_are_read_strictly() -> None:
    asked = filters.read({"task": "first-review", "whose": "mine", "q": "  教育  ", "other": "x"})
    assert asked == Asked(task="first-review", whose="mine", q="教育")
    assert asked.any and asked.said() == {"task": "first-review", "whose": "mine", "q": "教育"}
    assert not Asked().any
    for name in filters.OFFERED:
        with pytest.raises(BadArgument):
            filters.read({name: "nonsense"})
    assert len(filters.read({"q": "甲" * 100}).q) == filters.TEXT_LONGEST
