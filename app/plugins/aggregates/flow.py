"""A version of an aggregate: which step may follow which (S14)."""

from __future__ import annotations

from statemachine import State, StateMachine
from statemachine.exceptions import TransitionNotAllowed

from app.kernel.errors import N_, WrongState


class AggregateFlow(StateMachine):
    """What was returned stays as it is and is corrected by a new version; what was received may still be sent back."""

    draft = State(initial=True)
    locked = State()
    reported = State()
    received = State()
    returned = State(final=True)

    lock = draft.to(locked)
    report = locked.to(reported)
    withdraw = reported.to(locked)
    receive = reported.to(received)
    return_ = reported.to(returned) | received.to(returned)


def take(version: object, step: str) -> None:
    """Make one transition of a version.

    Raises:
        WrongState: the step does not follow from the present state.
    """
    try:
        AggregateFlow(version).send(step)
    except TransitionNotAllowed as error:
        raise WrongState(
            "wrong-state", N_("这一版汇总的状态已经变化，不能再进行此操作。请刷新页面查看现在的状态。")
        ) from error
