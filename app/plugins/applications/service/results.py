"""What the registry and the badges do to an application. They cannot see it: the caller runs these inside
``access.acting_as(access.system("registry", over=…))``, and names the person who acts."""

from __future__ import annotations

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.kernel.errors import N_, Finding
from app.plugins.applications import flow, signals, sites, wellformed
from app.plugins.applications.models import Application
from app.plugins.applications.service import decisions


def mark_reported(application: Application, *, actor: Actor) -> Application:
    """An approved site went to the registry in a batch (S25, P-3.5).

    Raises:
        AccessDenied: the actor may not request badges for this unit.
        WrongState: not approved.
    """
    access.require(actor, "badge", "request", application)
    flow.step(application, "report")
    application.reported_at = clock.now()
    audit.record(actor, "application.reported", application, after={"state": application.state})
    signals.reported.send(application, actor=actor)
    return application


def mark_sent_back(application: Application, reason: str, *, actor: Actor) -> Application:
    """The registrar returned one of a batch, with a reason; the office may mend and report it again.

    Raises:
        AccessDenied: the actor is no registrar over this unit.
        WrongState: not reported.
        Invalid: no reason.
    """
    access.require(actor, "badge", "return", application)
    flow.ensure(application, "send_back")
    words = reason.strip()
    if not words:
        wellformed.ensure([Finding("reason", N_("请写明退回理由。"), "通知第四条", "reason-missing")])
    flow.step(application, "send_back")
    application.reported_at = None
    decisions.record(application, "sent_back", actor=actor, words=words)
    signals.sent_back.send(application, actor=actor)
    return application


def mark_badged(application: Application, *, actor: Actor) -> Application:
    """The registrar issued the badge: the application's end (C-art.13).

    Raises:
        AccessDenied: the actor is no registrar over this unit.
        WrongState: not reported.
    """
    access.require(actor, "badge", "issue", application)
    flow.step(application, "badge")
    application.badged_at = application.closed_at = clock.now()
    audit.record(actor, "application.badged", application, after={"state": application.state})
    sites.follow(application, actor=actor)
    signals.badged.send(application, actor=actor)
    return application
