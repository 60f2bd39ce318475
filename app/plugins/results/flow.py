"""A result to be told and an order to stop resolution: which step may follow which."""

from __future__ import annotations

from statemachine import State, StateMachine
from statemachine.exceptions import TransitionNotAllowed

from app.kernel.errors import N_, WrongState
from app.plugins.results.models import ResultNotice, StopOrder


class NoticeFlow(StateMachine):
    """What has left stands; what is overtaken before it leaves is not sent."""

    waiting = State(initial=True)
    sent = State(final=True)
    void = State(final=True)

    leave = waiting.to(sent)
    drop = waiting.to(void)


class OrderFlow(StateMachine):
    """The head confirms or dismisses; dismissing is possible until something has left."""

    proposed = State(initial=True)
    confirmed = State()
    sent = State()
    done = State(final=True)
    dismissed = State(final=True)

    confirm = proposed.to(confirmed)
    dismiss = proposed.to(dismissed) | confirmed.to(dismissed)
    leave = confirmed.to(sent)
    finish = sent.to(done)


def take(row: ResultNotice | StopOrder, step: str) -> None:
    """Make one transition.

    Raises:
        WrongState: the step does not follow from the present state.
    """
    machine = NoticeFlow(row) if isinstance(row, ResultNotice) else OrderFlow(row)
    try:
        machine.send(step)
    except TransitionNotAllowed as error:
        raise WrongState(
            "result-state",
            N_("“%(site)s”的办理状态已经变化，不能再进行此操作。请刷新页面查看现在的状态和办理经过。"),
            site=row.site_name,
        ) from error
