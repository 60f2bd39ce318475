"""A batch of workbooks: which step may follow which."""

from __future__ import annotations

from statemachine import State, StateMachine
from statemachine.exceptions import TransitionNotAllowed

from app.kernel.errors import N_, WrongState


class ImportFlow(StateMachine):
    """Tried first, then taken in or withdrawn; what cannot be read at all ends there."""

    uploaded = State(initial=True)
    read = State()
    applied = State(final=True)
    cancelled = State(final=True)
    refused = State(final=True)

    try_out = uploaded.to(read)
    refuse = uploaded.to(refused)
    apply = read.to(applied)
    cancel = uploaded.to(cancelled) | read.to(cancelled)


def take(batch: object, step: str) -> None:
    """Make one transition of a batch.

    Raises:
        WrongState: the step does not follow from the present state.
    """
    try:
        ImportFlow(batch).send(step)
    except TransitionNotAllowed as error:
        raise WrongState(
            "wrong-state", N_("这个批次的状态已经变化，不能再进行此操作。请刷新页面查看现在的状态。")
        ) from error
