"""What may be asked and answered, and what that weighs: facts in, findings out (S4). Pure."""

from __future__ import annotations

from collections.abc import Iterator

from app.kernel.errors import N_, Finding, Invalid
from app.plugins.opinions.models import ANSWERS

# While the case is under way a desk may be asked and may answer; a decision waits for neither.
ASKABLE = ("submitted", "awaiting_paper", "paper_review")
ANSWERABLE = ("submitted", "returned", "awaiting_paper", "paper_review")
LONGEST_QUESTION, LONGEST_WORDS, LONGEST_REASON = 500, 1000, 200


def question(text: str) -> Iterator[Finding]:
    """What is wrong with a question."""
    if not text:
        yield Finding("question", N_("请写明征求什么意见。"), code="empty")
    elif len(text) > LONGEST_QUESTION:
        long = N_("说明不超过 %(n)s 个字。")
        yield Finding("question", long, code="too-long", params={"n": LONGEST_QUESTION})


def answer(given: str, words: str) -> Iterator[Finding]:
    """What is wrong with an answer: none of the three, or an objection that does not say why."""
    if given not in ANSWERS:
        yield Finding("answer", N_("请选择同意、有不同意见或者无意见。"), code="answer-missing")
    if given == "object" and not words:
        yield Finding("words", N_("有不同意见的，请写明意见和理由。"), code="empty")
    elif len(words) > LONGEST_WORDS:
        long = N_("说明不超过 %(n)s 个字。")
        yield Finding("words", long, code="too-long", params={"n": LONGEST_WORDS})


def reason(text: str) -> Iterator[Finding]:
    """What is wrong with the reason of a withdrawal."""
    if not text:
        yield Finding("reason", N_("请写明撤回的理由。"), code="empty")
    elif len(text) > LONGEST_REASON:
        long = N_("说明不超过 %(n)s 个字。")
        yield Finding("reason", long, code="too-long", params={"n": LONGEST_REASON})


def ensure(findings: Iterator[Finding]) -> None:
    """Raises:
    Invalid: there are findings.
    """
    if found := list(findings):
        raise Invalid(found)
