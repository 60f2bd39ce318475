"""Whom a result is told, whether it asks for a stop order, and what a sending must say."""

from __future__ import annotations

from datetime import date

import pytest

from app.kernel.errors import Invalid, WrongState
from app.plugins.results import rules

FIRST, TODAY = date(2014, 11, 20), date(2014, 11, 24)


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        ("passed", ("cnnic",)),
        ("recalled", ("cnnic",)),
        ("refused", ("conac", "cnnic")),
        ("lapsed", ("conac", "cnnic")),
    ],
)
def test_whom_an_outcome_is_told(outcome: str, told: tuple[str, ...]) -> None:
    assert rules.told(outcome) == told


@pytest.mark.parametrize(
    ("kind", "cause", "required"),
    [("requalification", "refused", True), ("opening", "opening", False), ("change", None, False)],
)
def test_what_a_refusal_asks_for(kind: str, cause: str | None, required: bool) -> None:
    """C-art.11 speaks of requalification alone; after a refused change the old badge stands."""
    assert rules.cause(kind) == cause
    if cause is not None:
        assert rules.required(cause) is required
    assert rules.required("lapse")


@pytest.mark.parametrize(
    ("number", "day", "field"),
    [
        ("", TODAY, "x-number"),
        ("  ", TODAY, "x-number"),
        ("长" * 61, TODAY, "x-number"),
        ("机要1", date(2014, 11, 19), "x-day"),
        ("机要1", date(2014, 11, 25), "x-day"),
    ],
)
def test_a_sending_says_number_and_day(number: str, day: date, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        rules.ensure_sending(number, day, first=FIRST, today=TODAY, prefix="x-")
    assert [one.field for one in refused.value.findings] == [field]


@pytest.mark.parametrize("day", [FIRST, TODAY])
def test_a_number_is_trimmed(day: date) -> None:
    assert rules.ensure_sending(" 机要  1 ", day, first=FIRST, today=TODAY) == "机要 1"


def test_a_reason_where_it_is_needed() -> None:
    assert rules.ensure_reason("", needed=False) == ""
    for bad in ("", " ", "长" * 501):
        with pytest.raises(Invalid):
            rules.ensure_reason(bad)


def test_what_has_passed_since_is_not_stopped() -> None:
    rules.ensure_not_passed({"a.cn"}, {"b.cn"})
    with pytest.raises(WrongState):
        rules.ensure_not_passed({"a.cn", "b.cn"}, {"b.cn"})


def test_what_has_left_is_not_dismissed() -> None:
    rules.ensure_nothing_sent(None, None)
    with pytest.raises(WrongState):
        rules.ensure_nothing_sent(None, TODAY)


@pytest.mark.parametrize(
    ("state", "sent"), [("proposed", None), ("sent", None), ("confirmed", TODAY), ("dismissed", None)]
)
def test_only_what_is_confirmed_leaves_once(state: str, sent: date | None) -> None:
    rules.ensure_to_send("confirmed", None)
    with pytest.raises(WrongState):
        rules.ensure_to_send(state, sent)


@pytest.mark.parametrize("day", [date(2014, 11, 19), date(2014, 11, 25)])
def test_names_stop_after_the_letters_left(day: date) -> None:
    rules.ensure_stopped(FIRST, sent=FIRST, today=TODAY)
    with pytest.raises(Invalid):
        rules.ensure_stopped(day, sent=FIRST, today=TODAY)


@pytest.mark.parametrize("count", [0, 101])
def test_some_are_ticked_and_not_too_many(count: int) -> None:
    rules.ensure_some(1)
    with pytest.raises(Invalid):
        rules.ensure_some(count)
