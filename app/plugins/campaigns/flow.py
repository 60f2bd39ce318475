"""A draft of a campaign: which step may follow which. What is issued is not taken back, only changed."""

from __future__ import annotations

from statemachine import State, StateMachine


class DraftFlow(StateMachine):
    """Issued or given up; either ends it."""

    draft = State(initial=True)
    issued = State(final=True)
    withdrawn = State(final=True)

    issue = draft.to(issued)
    withdraw = draft.to(withdrawn)
