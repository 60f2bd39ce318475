"""The two people of an application: another handler takes over, and a recorded look at their data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

from app.foundation import access, audit, clock, files
from app.foundation.access import Actor
from app.kernel.errors import N_, WrongState
from app.plugins.applications import dossier, labels, rules, signals, wellformed
from app.plugins.applications.fields import FIELDS, HANDLER, of
from app.plugins.applications.models import Application

# Being filled in it is simply edited; once approved the paper is closed.
STATES = ("submitted", "awaiting_paper", "paper_review")


def change_handler(
    application: Application,
    values: Mapping[str, str],
    reason: str,
    *,
    proof: tuple[BinaryIO, str] | None,
    actor: Actor,
) -> Application:
    """Let another person of the applicant's handle it from now on, with his own identity proof (C-art.5(3), A4.d).

    A form that was printed before is out of date.

    Args:
        values: the five fields of the handler, all of them: nothing of the former one stays.
        proof: stream and file name of the new handler's identity proof.

    Raises:
        AccessDenied: not the actor's to fill in.
        WrongState: not under way, or decided already.
        Invalid: a field is missing or not well-formed, nothing differs, no reason, or no proof.
        Refusal: what ``files.store`` refuses.
    """
    access.require(actor, "application", "edit", application)
    ensure_may_change(application)
    office = dossier.reviewing_office(application)
    asked = {field.name: values.get(field.name, "") for field in of(HANDLER)}
    clean, findings = wellformed.read(asked, dossier.reading(application, office))
    before = {name: getattr(application, name) or "" for name in asked}
    said, now = reason.strip(), clock.now()
    findings += rules.handover(before, clean, said, proof=proof is not None)
    wellformed.ensure(findings)
    assert proof is not None  # noqa: S101 - found above
    stream, filename = proof
    files.store(
        stream, filename, obj="material", parent=application, kind=rules.IDENTITY, field=rules.IDENTITY
    )
    for name, text in clean.items():
        setattr(application, name, text)
    application.handler_changed_at = now
    application.people_changed = {**application.people_changed, HANDLER: application.round}
    audit.record(actor, "application.handler_changed", application, before=before, after=clean, reason=said)
    signals.handler_changed.send(application, actor=actor)
    return application


def ensure_may_change(application: Application) -> None:
    """Raises:
    WrongState: it is being filled in, or the paper is closed.
    """
    if application.state in STATES:
        return
    raise WrongState(
        "handler-state",
        N_(
            "申请现在的状态是“%(state)s”，不能更换经办人。填报期间请直接修改经办人信息；审核已有结论的，不再更换。"
        ),
        state=labels.STATE[application.state][0],
    )


def reveal(application: Application, *, actor: Actor, purpose: str = "") -> dict[str, str]:
    """The two people's data in full; that somebody looked, and when, enters the record (A4.注3).

    Raises:
        AccessDenied: no post of the actor may look.
    """
    access.require(actor, "application", "reveal", application)
    audit.record(actor, "application.revealed", application, reason=purpose)
    return {field.name: getattr(application, field.name) or "" for field in FIELDS if field.personal}
