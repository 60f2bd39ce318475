"""Who has a case in hand: take it from the common to-do, give it to a colleague who may, put it back."""

from __future__ import annotations

from app.foundation import access, audit
from app.foundation.access import Actor
from app.kernel.errors import N_, AccessDenied, Finding, Invalid, WrongState
from app.plugins.applications import labels, rules, signals
from app.plugins.applications.models import Application
from app.plugins.applications.service import decisions

# The states in which an office has work to do, and the act it does it by.
ACTS = {"submitted": "first-review", "awaiting_paper": "receive-paper", "paper_review": "paper-review"}


def act_of(application: Application) -> str:
    """The act that the case waits for in its state.

    Raises:
        WrongState: nothing of the office's own waits.
    """
    act = ACTS.get(application.state)
    if act is None:
        raise WrongState(
            "application-not-in-hand",
            N_("申请现在的状态是“%(state)s”，没有需要本机构承办的环节，不需认领或者改派。"),
            state=str(labels.STATE[application.state][0]),
        )
    return act


def ensure_may_take(application: Application, *, actor: Actor) -> None:
    """The actor may do what the case waits for, and did none of the steps another must have done (C-art.7).

    Raises:
        AccessDenied: he may not, or it would be the same person's twice.
        WrongState: nothing of the office's own waits.
    """
    act = act_of(application)
    access.require(actor, "application", act, application)
    if act == "receive-paper":
        return
    step = f"application:{act}"
    access.ensure_another(actor, step, {"application:submit": application.declared_by_id})
    if act == "paper-review":
        for first in sorted(application.first_reviewers()):
            access.ensure_another(actor, step, {"application:first-review": first})


def claim(application: Application, *, actor: Actor) -> Application:
    """Take it in hand: colleagues see by whom.

    Raises:
        AccessDenied, WrongState: see ``ensure_may_take``; or a colleague has it in hand.
    """
    ensure_may_take(application, actor=actor)
    person = decisions.person(actor)
    if application.claimed_by_id == person:
        return application
    if application.claimed_by_id is not None:
        raise WrongState(
            "application-claimed",
            N_("%(who)s正在办理本件。需要改由他人办理的，请改派并写明理由。"),
            who=application.claimed_by,
        )
    application.claimed_by_id, application.claimed_by = person, actor.name
    audit.record(actor, "application.claimed", application, after={"claimed_by": actor.name})
    return application


def reassign(application: Application, to: Actor, reason: str, *, actor: Actor) -> Application:
    """Put it into a colleague's hands; what was judged and written so far stays.

    Args:
        to: the colleague, with the posts he holds today.
        reason: wanted where somebody else has it in hand.

    Raises:
        AccessDenied, WrongState: the actor may not do what the case waits for, or nothing waits.
        Invalid: the colleague may not take it, it is his already, or no reason where one is wanted.
    """
    access.require(actor, "application", act_of(application), application)
    words = reason.strip()
    found = _takes(application, to)
    if application.claimed_by_id not in (None, actor.person_id) and not words:
        params = {"who": application.claimed_by}
        found.append(
            Finding(
                "reason",
                N_("%(who)s正在办理本件，改由他人办理的，请写明理由。"),
                "",
                "reason-missing",
                params,
            )
        )
    if len(words) > rules.LONGEST_NOTE:
        most = {"n": rules.LONGEST_NOTE}
        found.append(Finding("reason", N_("说明不超过 %(n)s 个字。"), code="too-long", params=most))
    if found:
        raise Invalid(found)
    before = {"claimed_by": application.claimed_by}
    application.claimed_by_id, application.claimed_by = to.person_id, to.name
    audit.record(
        actor, "application.reassigned", application,
        before=before, after={"claimed_by": to.name}, reason=words,
    )  # fmt: skip
    signals.reassigned.send(application, to=to, reason=words, actor=actor)
    return application


def _takes(application: Application, to: Actor) -> list[Finding]:
    if to.person_id == application.claimed_by_id:
        params = {"who": to.name}
        return [Finding("to", N_("%(who)s已经在办理本件。"), code="already-his", params=params)]
    try:
        ensure_may_take(application, actor=to)
    except AccessDenied as refusal:
        params = {"who": to.name}
        said = (
            N_("%(who)s办理了本件的前一环节，须由他人办理（办法第七条）。")
            if refusal.code == "same-person"
            else N_("%(who)s的岗位不能办理本件现在的环节，请选择其他承办人。")
        )
        return [Finding("to", said, refusal.source, refusal.code, params)]
    return []


def release(application: Application, *, actor: Actor) -> None:
    """Put it back to the office's common to-do (退回待办); judgements and notes stay.

    Raises:
        AccessDenied, WrongState: the actor may not do what the case waits for, or nothing waits.
    """
    access.require(actor, "application", act_of(application), application)
    if application.claimed_by_id is not None:
        before = {"claimed_by": application.claimed_by}
        application.claimed_by_id, application.claimed_by = None, ""
        audit.record(actor, "application.released", application, before=before)
