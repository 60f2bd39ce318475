"""What may be registered of an envelope."""

from __future__ import annotations

from datetime import date

import pytest

from app.plugins.exchange.rules import (
    Case,
    Envelope,
    Paper,
    at,
    begins_review,
    envelope,
    received,
    sent,
    short,
)

TODAY = date(2014, 11, 28)
MEANS = ("exchange", "hand", "post")
IN = Envelope("in", date(2014, 11, 27), "exchange", "武陵区教育局")
WANTED = {"letter": 1, "form": 3, "identity": 1}
CASE = Case(7, "awaiting_paper", WANTED, date(2014, 11, 25))
WHOLE = [Paper("letter", 1), Paper("form", 3), Paper("identity", 1)]


def codes(found: object) -> list[str]:
    return [one.code for one in found]  # type: ignore[attr-defined]


def test_an_envelope_in_order() -> None:
    assert codes(envelope(IN, TODAY, MEANS)) == []


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (Envelope("in", date(2014, 11, 29), "exchange", "甲"), "day-future"),
        (Envelope("in", TODAY, "pigeon", "甲"), "means"),
        (Envelope("in", TODAY, "hand", ""), "counterpart-missing"),
        (Envelope("in", TODAY, "hand", "甲" * 121), "too-long"),
        (Envelope("in", TODAY, "hand", "甲", slip="1" * 41), "too-long"),
        (Envelope("in", TODAY, "hand", "甲", note="甲" * 501), "too-long"),
    ],
)
def test_what_is_wrong_with_an_envelope(one: Envelope, code: str) -> None:
    assert codes(envelope(one, TODAY, MEANS)) == [code]


def test_the_whole_set_begins_the_review() -> None:
    """P-3.3, A4.注1."""
    assert codes(received(IN, CASE, WHOLE)) == []
    assert begins_review(CASE, WHOLE)


@pytest.mark.parametrize(
    "state", ["draft", "submitted", "returned", "approved", "refused", "ineligible", "withdrawn"]
)
def test_no_paper_is_taken_before_or_after(state: str) -> None:
    """C-art.8: 不具备开办资格 asks for no paper."""
    found = list(received(IN, Case(7, state, WANTED), WHOLE))
    assert codes(found) == ["paper-not-awaited"]
    assert found[0].source == "办法第八条"


def test_paper_does_not_come_before_the_first_review_passed() -> None:
    early = Envelope("in", date(2014, 11, 24), "exchange", "甲")
    assert codes(received(early, CASE, WHOLE)) == ["day-early"]


@pytest.mark.parametrize(
    "papers",
    [
        [Paper("letter", 1), Paper("form", 2), Paper("identity", 1)],
        [Paper("letter", 1), Paper("identity", 1)],
        [Paper("form", 3)],
    ],
)
def test_what_is_short_must_be_said(papers: list[Paper]) -> None:
    """A4.注1: three copies."""
    assert codes(received(IN, CASE, papers)) == ["copies-short"]
    said = [Paper(one.what, one.copies, mismatch="缺，已电话告知") for one in papers]
    assert codes(received(IN, CASE, said)) == []


def test_what_is_short_names_copies_asked_and_there() -> None:
    assert short(CASE, [Paper("form", 2), Paper("letter", 1)]) == {"form": (3, 2), "identity": (1, 0)}


def test_an_unsealed_paper_must_be_said() -> None:
    """C-art.8: 加盖公章."""
    papers = [*WHOLE[:2], Paper("identity", 1, sealed=False)]
    assert codes(received(IN, CASE, papers)) == ["unsealed"]


def test_what_comes_later_need_not_be_whole() -> None:
    """补送: what was missing, while the written review runs."""
    later = Case(7, "paper_review", WANTED, date(2014, 11, 25))
    assert codes(received(IN, later, [Paper("identity", 1)])) == []
    assert not begins_review(later, [Paper("form", 1)])


def test_without_the_form_nothing_begins() -> None:
    assert not begins_review(CASE, [Paper("letter", 1, mismatch="申请表未附")])


@pytest.mark.parametrize("papers", [[], [Paper("form", 21)], [Paper("form", 0)]])
def test_an_empty_or_impossible_content(papers: list[Paper]) -> None:
    assert {"empty", "copies"} & set(codes(received(IN, Case(7, "paper_review"), papers)))


@pytest.mark.parametrize(
    ("state", "what", "allowed"),
    [
        ("approved", "form", True),
        ("reported", "form", True),
        ("badged", "badge_notice", True),
        ("refused", "refusal", True),
        ("refused", "stop", True),
        ("approved", "refusal", False),
        ("approved", "badge_notice", False),
        ("submitted", "form", False),
        ("returned", "refusal", False),
        ("ineligible", "refusal", False),
        ("submitted", "other", True),
    ],
)
def test_what_goes_out_follows_from_where_it_stands(state: str, what: str, allowed: bool) -> None:
    """C-art.9: 退回补正 and 不具备开办资格 send no letter."""
    assert (codes(sent(Case(7, state), [Paper(what, 1)])) == []) is allowed


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_of_drafts_nothing_goes_out(state: str) -> None:
    assert codes(sent(Case(7, state), [Paper("other", 1)])) == ["nothing-to-send"]


def test_fields_are_named_by_case() -> None:
    assert at("form", CASE) == at("form", 7) == "form-7"
