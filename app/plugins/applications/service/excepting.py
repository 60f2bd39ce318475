"""Letting an exception pass where the measures say 原则上, and taking that back (C-art.3)."""

from __future__ import annotations

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.foundation.database import db
from app.kernel.errors import N_, Finding, WrongState
from app.plugins.applications import dossier, exceptions, flow, rules, wellformed
from app.plugins.applications.models import Application, ApplicationException
from app.plugins.applications.service import decisions

DUTY = "application:first-review"


def needed(application: Application) -> list[Finding]:
    """The exceptions the application would have to be let pass, as ``rules.exceptions`` finds them."""
    office = dossier.reviewing_office(application)
    return rules.exceptions(dossier.filing(application, office, dossier.materials(application)))


def _ensure_in_review(application: Application, actor: Actor) -> None:
    access.require(actor, "application", "first-review", application)
    flow.ensure(application, "pass_first")
    access.ensure_another(actor, DUTY, {"application:submit": application.declared_by_id})


def _does_not_arise() -> WrongState:
    return WrongState(
        "exception-not-arising",
        N_("本件没有这一项“原则上”的例外。请刷新页面，按最新内容办理。"),
        source="办法第三条",
    )


def allow_exception(
    application: Application, code: str, reason: str, *, actor: Actor
) -> ApplicationException:
    """Let one exception pass in the present round, or write its reason anew.

    Args:
        code: one that ``rules.exceptions`` yields for this application.
        reason: why; printed in 机构编制部门意见.

    Raises:
        AccessDenied, WrongState: not the actor's to review, or no longer under first review.
        WrongState: nothing of the kind arises here; what is barred (C-art.3) never does.
        Invalid: no reason, or one too long.
    """
    _ensure_in_review(application, actor)
    found = next((one for one in needed(application) if one.code == code), None)
    if found is None:
        raise _does_not_arise()
    reason = reason.strip()
    wellformed.ensure(exceptions.reasoned(code, reason))
    now, reviewer = clock.now(), decisions.person(actor)
    row = next((one for one in application.excepted() if one.code == code), None)
    before = row.reason if row is not None else ""
    if row is None:
        row = ApplicationException(round=application.round, code=code)
        application.exceptions.append(row)
    row.source, row.reason = found.source, reason
    row.allowed_by_id, row.allowed_by, row.allowed_at = reviewer, actor.name, now
    application.claimed_by_id, application.claimed_by = reviewer, actor.name
    audit.record(
        actor, "application.exception_allowed", application,
        before={"reason": before}, after={"code": code, "source": found.source}, reason=reason,
    )  # fmt: skip
    return row


def disallow_exception(application: Application, code: str, *, actor: Actor) -> None:
    """Take back an exception that was let pass in the present round.

    Raises:
        AccessDenied, WrongState: as for ``allow_exception``.
        WrongState: it was not let pass.
    """
    _ensure_in_review(application, actor)
    row = next((one for one in application.excepted() if one.code == code), None)
    if row is None:
        raise _does_not_arise()
    audit.record(
        actor, "application.exception_disallowed", application,
        before={"code": code, "reason": row.reason}, after={"code": ""},
    )  # fmt: skip
    db.session.delete(row)
    db.session.flush()
    db.session.expire(application, ["exceptions"])
