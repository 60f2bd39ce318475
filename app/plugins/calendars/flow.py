"""An arrangement: looked through, then it stands or is given up."""

from __future__ import annotations

from statemachine import State, StateMachine
from statemachine.exceptions import TransitionNotAllowed

from app.kernel.errors import N_, WrongState


class ArrangementFlow(StateMachine):
    """Confirmed is final: what is wrong is corrected by the next arrangement."""

    proposed = State(initial=True)
    confirmed = State(final=True)
    cancelled = State(final=True)

    confirm = proposed.to(confirmed)
    cancel = proposed.to(cancelled)


def take(row: object, step: str) -> None:
    """Make one transition.

    Raises:
        WrongState: the step does not follow from the present state.
    """
    try:
        ArrangementFlow(row).send(step)
    except TransitionNotAllowed as error:
        raise WrongState(
            "arrangement-decided", N_("这份放假安排已经办理，不能再次办理。请返回工作日历查看。")
        ) from error
