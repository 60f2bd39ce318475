"""Which cases an upper office may urge or guide, and in which words. Pure (S6, S25, P-4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from app.kernel.errors import N_, Finding

LONGEST = 500
FIELDS = {"urge": "words", "guide": "guidance"}  # both forms stand on one page
OFFICE_CLOCKS = ("first_review", "paper_review")
# Where the office itself has something to do, or waits for the applicant: guidance still helps.
GUIDABLE = ("submitted", "returned", "awaiting_paper", "paper_review", "approved", "reported")


def late(kind: str | None, due: date | None, today: date) -> bool:
    """Whether the office itself is late: its own clock runs and is past its last day."""
    return kind in OFFICE_CLOCKS and due is not None and due < today


def said(kind: str, words: str) -> Iterator[Finding]:
    """Guidance says something; an urging may stand alone."""
    field = FIELDS[kind]
    if kind == "guide" and not words:
        yield Finding(field, N_("请写明指导意见。"), "", "words-missing")
    if len(words) > LONGEST:
        yield Finding(field, N_("最多 %(n)s 个字。"), "", "too-long", {"n": LONGEST})
