"""The flow as a table: every step from every state."""

from __future__ import annotations

import pytest

from app.kernel.errors import WrongState
from app.plugins.surveys import flow
from app.plugins.surveys.models import STATES

ALLOWED = {
    ("draft", "submit"): "submitted",
    ("returned", "submit"): "submitted",
    ("submitted", "withdraw"): "draft",
    ("submitted", "return_"): "returned",
    ("submitted", "accept"): "accepted",
}


class Sheet:
    def __init__(self, state: str | None) -> None:
        self.state = state


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("step", ["submit", "withdraw", "return_", "accept"])
def test_every_step_from_every_state(state: str, step: str) -> None:
    sheet = Sheet(state)
    if (state, step) in ALLOWED:
        flow.take(sheet, step)
        assert sheet.state == ALLOWED[state, step]
    else:
        with pytest.raises(WrongState):
            flow.take(sheet, step)
        assert sheet.state == state


def test_a_new_sheet_is_a_draft_and_the_states_are_those_of_the_table() -> None:
    sheet = Sheet(None)
    flow.SurveyFlow(sheet)
    assert sheet.state == "draft"
    assert {state.id for state in flow.SurveyFlow.states} == set(STATES)
