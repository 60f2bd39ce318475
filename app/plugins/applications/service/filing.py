"""The applicant's verbs: fill in, submit, withdraw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask_babel import gettext as _

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.limits import FIRST_REVIEW
from app.kernel.errors import N_, Finding
from app.plugins.applications import changing, clocks, dossier, flow, numbering, rules, signals, wellformed
from app.plugins.applications.fields import BY_NAME, KEPT
from app.plugins.applications.models import BEGUN, Application, ChecklistItem
from app.plugins.applications.service import domains
from app.plugins.campaigns import queries as campaigns
from app.plugins.campaigns.rules import Deadline


def ensure_open(application: Application) -> None:
    """Filling in ends when it is submitted, until it is returned."""
    if not flow.allows(application.state, "submit"):
        flow.ensure(application, "submit")


def save(
    application: Application, values: Mapping[str, str], *, actor: Actor, kind: str | None = None
) -> None:
    """Keep what was filled in so far; what is not filled in yet may stay empty.

    An empty kept field (mobile, e-mail, ID number) leaves what is stored: pages never show it in full.

    Raises:
        AccessDenied: not the actor's to fill in.
        WrongState: submitted already.
        Invalid: a value is not well-formed; nothing is kept.
    """
    access.require(actor, "application", "edit", application)
    ensure_open(application)
    office = dossier.reviewing_office(application)
    clean, findings = wellformed.read(values, dossier.reading(application, office))
    if kind is not None and kind != application.kind and not {kind, application.kind} <= set(BEGUN):
        findings.append(Finding("kind", N_("请选择申请类型。"), "申请表", "kind"))
    wellformed.ensure(findings)
    if kind is not None:
        clean["kind"] = kind
    changed = {
        name: text
        for name, text in clean.items()
        if text != (getattr(application, name) or "") and not (name in KEPT and not text)
    }
    if not changed:
        return
    before = {name: getattr(application, name) for name in changed}
    for name, text in changed.items():
        setattr(application, name, text)
    _note_people(application, changed)
    audit.record(actor, "application.edited", application, before=before, after=changed)
    if "chinese_domain" in changed:
        domains.watch(application, before["chinese_domain"])


def _note_people(application: Application, changed: Iterable[str]) -> None:
    """Remember after which round the data of whom were changed; never what they were (A4.注3)."""
    sections = {BY_NAME[name].section for name in changed if name in BY_NAME and BY_NAME[name].personal}
    if application.round and sections:
        noted = dict.fromkeys(sections, application.round)
        application.people_changed = {**application.people_changed, **noted}


def examine(application: Application, *, declared: bool) -> list[Finding]:
    """Everything that stands in the way of submitting now."""
    office = dossier.reviewing_office(application)
    _clean, findings = wellformed.read(dossier.values(application), dossier.reading(application, office))
    filing = dossier.to_submit(application, office, declared=declared)
    known = {finding.field for finding in findings}
    rest = rules.submission(filing, dossier.limits_of(office))
    return [
        *findings,
        *(finding for finding in rest if finding.field not in known or finding.code == "missing"),
    ]


def submit(application: Application, *, declared: bool, actor: Actor) -> Application:
    """Hand the application in, for the first time or after a return (C-art.5, S21); a new round begins.

    Raises:
        AccessDenied: not the actor's to submit.
        WrongState: neither a draft nor returned.
        Invalid: a rule stands in the way; the draft is kept as it is.
    """
    access.require(actor, "application", "submit", application)
    flow.ensure(application, "submit")
    wellformed.ensure(examine(application, declared=declared))
    again, number = application.state == "returned", application.number
    office, now = dossier.reviewing_office(application), clock.now()
    if number is None:
        number = numbering.next_number(office, clock.today().year)
    late = _late(application)
    with db.session.no_autoflush:
        flow.step(application, "submit")
        application.number = number
        if late is not None:
            application.late_after, application.late_source = late.date, late.source
        application.round += 1
        application.declared_at, application.declared_by_id = now, actor.person_id
        application.submitted_at = now
        application.claimed_by_id, application.claimed_by, application.opinion = None, "", {}
    application.checklist.extend(
        ChecklistItem(round=application.round, number=n, finding="open") for n in range(1, 6)
    )
    application.materials_changed = changing.noted_materials(application)
    clocks.start(application, FIRST_REVIEW, clock.today(), dossier.limits_of(office))
    audit.record(
        actor,
        "application.resubmitted" if again else "application.submitted",
        application,
        after={"state": application.state, "round": application.round, "number": application.number},
    )
    signals.submitted.send(application, actor=actor)
    return application


def _late(application: Application) -> Deadline | None:
    """The filing date that a first submission for an existing website comes after: it stands all the same (S26)."""
    if application.kind != "requalification" or application.round:
        return None
    due = campaigns.deadline("filing", facts=campaigns.whose(application), track=application.track)
    return due if due is not None and due.passed(clock.today()) else None


def withdraw(application: Application, *, actor: Actor, reason: str = "") -> Application:
    """Take the application back for good; the site may be applied for anew.

    One that was submitted says why, and so does the record; a draft nobody has seen need not.

    Raises:
        AccessDenied, WrongState: not the actor's, or past the point of withdrawing.
        Invalid: no reason, or a very long one.
    """
    access.require(actor, "application", "submit", application)
    flow.ensure(application, "withdraw")
    said, now = reason.strip(), clock.now()
    wellformed.ensure(rules.withdrawal(said, submitted=bool(application.round)))
    flow.step(application, "withdraw")
    clocks.stop(application, clock.today())
    application.closed_at = now
    audit.record(
        actor, "application.withdrawn", application,
        after={"state": application.state}, reason=said or str(_("未提交即撤回")),
    )  # fmt: skip
    signals.withdrawn.send(application, actor=actor)
    return application
