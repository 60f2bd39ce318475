"""An item of a batch: waiting at the registry, then returned or issued."""

from __future__ import annotations

from statemachine import State, StateMachine
from statemachine.exceptions import TransitionNotAllowed

from app.kernel.errors import N_, WrongState


class ItemFlow(StateMachine):
    """Both ends are final: what was returned is sent again as a new item."""

    pending = State(initial=True)
    returned = State(final=True)
    issued = State(final=True)

    give_back = pending.to(returned)
    issue = pending.to(issued)


def take(flow: StateMachine, step: str) -> None:
    """Make one transition of a flow.

    Raises:
        WrongState: the step does not follow from the present state.
    """
    try:
        flow.send(step)
    except TransitionNotAllowed as error:
        raise WrongState(
            "wrong-state", N_("此事项的状态已经变化，不能再进行此操作。请刷新页面查看现在的状态和办理经过。")
        ) from error
