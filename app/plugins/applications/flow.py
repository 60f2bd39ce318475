"""An application: which step may follow which."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from statemachine import State, StateMachine
from statemachine.exceptions import TransitionNotAllowed

from app.foundation.admin import labels
from app.kernel.errors import N_, WrongState

EVENTS = {
    "submit": _l("提交"),
    "withdraw": _l("撤回"),
    "return_": _l("退回补正"),
    "pass_first": _l("初审通过"),
    "declare_ineligible": _l("认定不具备开办资格"),
    "receive_paper": _l("登记收到书面材料"),
    "waive_paper": _l("不收书面材料"),
    "approve": _l("审核通过"),
    "refuse": _l("审核未通过"),
    "report": _l("报送注册管理中心"),
    "send_back": _l("退回报送机构"),
    "reopen": _l("退回申请单位补正"),
    "badge": _l("核发标识"),
}


class ApplicationFlow(StateMachine):
    """The states of an application and the only ways between them; the model's ``state`` follows.

    ``reopen`` is for what the registrar sent back: both reviews are done anew, so no way to a badge avoids them.
    ``waive_paper`` is for offices that ask a track for no paper: the second person signs all the same.
    """

    draft = State(initial=True)
    submitted = State()
    returned = State()
    awaiting_paper = State()
    paper_review = State()
    approved = State()
    reported = State()
    badged = State(final=True)
    refused = State(final=True)
    ineligible = State(final=True)
    withdrawn = State(final=True)

    submit = draft.to(submitted) | returned.to(submitted)
    withdraw = (
        draft.to(withdrawn) | submitted.to(withdrawn) | returned.to(withdrawn) | awaiting_paper.to(withdrawn)
    )
    return_ = submitted.to(returned)
    pass_first = submitted.to(awaiting_paper)
    declare_ineligible = submitted.to(ineligible)
    receive_paper = awaiting_paper.to(paper_review)
    waive_paper = awaiting_paper.to(paper_review)
    approve = paper_review.to(approved)
    refuse = paper_review.to(refused)
    report = approved.to(reported)
    send_back = reported.to(approved)
    reopen = approved.to(returned)
    badge = reported.to(badged)


def allows(state: str, event: str) -> bool:
    """Whether ``event`` may follow in ``state``: for buttons."""
    return any(event == str(t.event) for t in getattr(ApplicationFlow, state).transitions)


def ensure(application: Any, event: str) -> None:
    """Raises:
    WrongState: the step does not follow from the present state.
    """
    if not allows(application.state, event):
        raise _wrong(application.state, event)


def step(application: Any, event: str) -> None:
    """Take one step; nothing else writes ``state``. Whoever had the case in hand has done his part.

    Raises:
        WrongState: the step does not follow from the present state; it stays as it is.
    """
    try:
        ApplicationFlow(application).send(event)
    except TransitionNotAllowed as error:
        raise _wrong(application.state, event) from error
    application.claimed_by_id, application.claimed_by = None, ""


def _wrong(state: str, event: str) -> WrongState:
    return WrongState(
        "application-state",
        N_("申请现在的状态是“%(state)s”，不能办理“%(step)s”。请刷新页面，按最新状态办理。"),
        state=labels.of("application", state)[0],
        step=str(EVENTS[event]),
    )
