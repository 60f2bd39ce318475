"""A bylaw: which step may follow which (S29)."""

from __future__ import annotations

from statemachine import State, StateMachine
from statemachine.exceptions import TransitionNotAllowed

from app.kernel.errors import N_, WrongState


class BylawFlow(StateMachine):
    """A draft is published; what is in force is replaced by another or withdrawn."""

    draft = State(initial=True)
    published = State()
    replaced = State(final=True)
    withdrawn = State(final=True)

    publish = draft.to(published)
    replace = published.to(replaced)
    withdraw = published.to(withdrawn)


def take(row: object, step: str) -> None:
    """Make one transition of a bylaw.

    Raises:
        WrongState: the step does not follow from the present state.
    """
    try:
        BylawFlow(row).send(step)
    except TransitionNotAllowed as error:
        raise WrongState(
            "wrong-state", N_("这份细则的状态已经变化，不能再进行此操作。请刷新页面查看现在的状态。")
        ) from error
