"""A website that was not filed for: which step may follow which."""

from __future__ import annotations

from typing import Any

from statemachine import State, StateMachine
from statemachine.exceptions import TransitionNotAllowed

from app.kernel.errors import N_, WrongState


class LapseFlow(StateMachine):
    """The head's decisions are final; a late application or a later date only takes the candidate away."""

    candidate = State(initial=True)
    confirmed = State(final=True)
    dismissed = State(final=True)
    filed = State()
    lifted = State()

    confirm = candidate.to(confirmed)
    dismiss = candidate.to(dismissed)
    file = candidate.to(filed)
    lift = candidate.to(lifted)
    relist = filed.to(candidate) | lifted.to(candidate)


def take(row: Any, step: str) -> None:
    """Make one transition.

    Raises:
        WrongState: the step does not follow from the present state.
    """
    try:
        LapseFlow(row).send(step)
    except TransitionNotAllowed as error:
        raise WrongState(
            "lapse-state",
            N_("“%(site)s”已经不是待确认的候选网站，不能再办理。请刷新页面查看现在的状态。"),
            site=row.site_name,
        ) from error
