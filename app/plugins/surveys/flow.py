"""A survey sheet: which step may follow which (annex 5, S12, S18)."""

from __future__ import annotations

from statemachine import State, StateMachine
from statemachine.exceptions import TransitionNotAllowed

from app.kernel.errors import N_, WrongState


class SurveyFlow(StateMachine):
    """Withdrawing is possible until the office has accepted; what was returned is filled in and submitted again."""

    draft = State(initial=True)
    submitted = State()
    returned = State()
    accepted = State(final=True)

    submit = draft.to(submitted) | returned.to(submitted)
    withdraw = submitted.to(draft)
    return_ = submitted.to(returned)
    accept = submitted.to(accepted)


def take(sheet: object, step: str) -> None:
    """Make one transition of a sheet.

    Raises:
        WrongState: the step does not follow from the present state.
    """
    try:
        SurveyFlow(sheet).send(step)
    except TransitionNotAllowed as error:
        raise WrongState(
            "wrong-state", N_("这份摸底调查表的状态已经变化，不能再进行此操作。请刷新页面查看现在的状态。")
        ) from error
