"""A return: which step may follow which (S17)."""

from __future__ import annotations

from statemachine import State, StateMachine
from statemachine.exceptions import TransitionNotAllowed

from app.kernel.errors import N_, WrongState


class ReturnFlow(StateMachine):
    """Withdrawing is possible until it is received; what was received gives way to a new edition."""

    draft = State(initial=True)
    submitted = State()
    returned = State()
    received = State()
    replaced = State(final=True)

    submit = draft.to(submitted) | returned.to(submitted)
    withdraw = submitted.to(draft)
    send_back = submitted.to(returned)
    receive = submitted.to(received)
    replace = received.to(replaced)


def take(row: object, step: str) -> None:
    """Make one transition of a return.

    Raises:
        WrongState: the step does not follow from the present state.
    """
    try:
        ReturnFlow(row).send(step)
    except TransitionNotAllowed as error:
        raise WrongState(
            "wrong-state", N_("这份报送材料的状态已经变化，不能再进行此操作。请刷新页面查看现在的状态。")
        ) from error
