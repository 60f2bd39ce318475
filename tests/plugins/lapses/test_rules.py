"""Who lapses: nothing filed for a surveyed site, and the date is over (S26)."""

from __future__ import annotations

import pytest

from app.kernel.errors import Invalid, WrongState
from app.plugins.applications.models import STATES as APPLICATION_STATES
from app.plugins.lapses import catalogue, flow, rules
from app.plugins.lapses.models import ENDS, STATES


@pytest.mark.parametrize(
    ("states", "owing"),
    [
        ([], True),
        (["draft"], True),
        (["withdrawn"], True),
        (["withdrawn", "draft"], True),
        (["withdrawn", "submitted"], False),
    ],
)
def test_only_what_was_never_filed_or_was_withdrawn_is_owed(states: list[str], owing: bool) -> None:
    assert rules.owes(states) is owing


@pytest.mark.parametrize("state", sorted(set(APPLICATION_STATES) - {"draft", "withdrawn"}))
def test_whatever_else_stands_is_filed(state: str) -> None:
    assert not rules.owes([state])


@pytest.mark.parametrize(
    ("state", "owing", "passed", "step"),
    [
        (None, True, True, "list"),
        (None, True, False, ""),
        (None, False, True, ""),
        (None, False, False, ""),
        ("candidate", True, True, ""),
        ("candidate", False, True, "file"),
        ("candidate", False, False, "file"),
        ("candidate", True, False, "lift"),
        ("filed", False, True, ""),
        ("filed", True, True, "relist"),
        ("filed", True, False, ""),
        ("lifted", True, True, "relist"),
        ("lifted", True, False, ""),
        ("lifted", False, True, ""),
    ],
)
def test_what_the_look_does(state: str | None, owing: bool, passed: bool, step: str) -> None:
    assert rules.step(state, owing=owing, passed=passed) == step


@pytest.mark.parametrize("state", ENDS)
def test_a_decision_stands_whatever_comes(state: str) -> None:
    for owing in (True, False):
        for passed in (True, False):
            assert rules.step(state, owing=owing, passed=passed) == ""


class Row:
    site_name = "某网"

    def __init__(self, state: str) -> None:
        self.state = state


STEPS = {
    "confirm": ({"candidate"}, "confirmed"),
    "dismiss": ({"candidate"}, "dismissed"),
    "file": ({"candidate"}, "filed"),
    "lift": ({"candidate"}, "lifted"),
    "relist": ({"filed", "lifted"}, "candidate"),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("state", STATES)
def test_every_transition(state: str, step: str) -> None:
    sources, target = STEPS[step]
    row = Row(state)
    if state in sources:
        flow.take(row, step)
        assert row.state == target
    else:
        with pytest.raises(WrongState, match="某网"):
            flow.take(row, step)
        assert row.state == state


@pytest.mark.parametrize("reason", ["", "   ", "甲" * 501])
def test_a_decision_needs_a_reason(reason: str) -> None:
    with pytest.raises(Invalid):
        rules.ensure_reason(reason)
    assert rules.ensure_reason(" 网站已经关闭。 ") == "网站已经关闭。"


def test_confirming_needs_to_be_said_checked() -> None:
    with pytest.raises(Invalid):
        rules.ensure_checked(False)
    rules.ensure_checked(True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("warn: [1, 3]\nconsequence: {words: 甲, source: 乙}\n", "falling"),
        ("warn: [1]\nconsequence: {words: 甲}\n", "source"),
        ("warn: [1]\nconsequence: {words: 甲, source: 乙, more: 丙}\n", "more"),
        ("warn: [1]\n", "consequence"),
    ],
)
def test_a_malformed_file_stops_the_start(tmp_path, text: str, said: str) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / catalogue.FILE).write_text(text, "utf-8")
    with pytest.raises(ValueError, match=said):
        catalogue.load(tmp_path)
