"""The applicant's verbs: start, fill in, attach, submit, withdraw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

from app.foundation import access, audit, clock, files
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.limits import FIRST_REVIEW
from app.foundation.tenancy.models import Site, Unit
from app.kernel.errors import N_, Finding, Invalid, NotSeen, Refusal, WrongState
from app.plugins.applications import clocks, dossier, flow, numbering, rules, signals, wellformed
from app.plugins.applications.fields import FIELDS, KEPT, ORGAN_TYPES
from app.plugins.applications.models import KINDS, Application, ChecklistItem
from app.plugins.campaigns import queries as campaigns
from app.plugins.campaigns.rules import Deadline

MOST_FILES = 12


def start(holder: Unit | Site, kind: str, *, actor: Actor) -> Application:
    """Begin a draft for a registered site, or for a new site of a unit, filled in from the register.

    Raises:
        AccessDenied: the actor files neither for the unit nor for the site.
        Invalid: a company, society or individual (C-art.3), or an unknown kind.
        WrongState: the site has a live application already (A4.注1).
    """
    access.require(actor, "application", "edit", holder)
    if kind not in KINDS:
        raise Invalid([Finding("kind", N_("请选择申请类型。"), "申请表", "kind")])
    site = holder if isinstance(holder, Site) else None
    unit = _unit_of(site) if site is not None else holder
    assert isinstance(unit, Unit)  # noqa: S101 - told apart just above
    wellformed.ensure(rules.eligible(rules.UnitFacts(unit.name, unit.nature)))
    application = Application(
        kind=kind, track=unit.nature, state="draft", round=0, account=unit.account, opinion={},
        unit_id=unit.id, site_id=site.id if site else None, **_prefilled(unit, site),
    )  # fmt: skip
    if site is not None:
        _ensure_alone(application)
    db.session.add(application)
    audit.record(
        actor, "application.started", application, after={"kind": kind, "site_id": application.site_id}
    )
    return application


def _unit_of(site: Site) -> Unit | None:
    """The site's unit, also for a desk that carries only the site (S8): the platform copies its entry."""
    with access.acting_as(access.system("applications", over=site.review_path)):
        return db.session.get(Unit, site.unit_id, populate_existing=True)


def _prefilled(unit: Unit, site: Site | None) -> dict[str, str]:
    values = {
        "organ_name": unit.name,
        "supervisor_name": unit.supervisor_name,
        "functions": unit.functions,
        "organ_type": ORGAN_TYPES[unit.nature][0 if unit.nature == "organ" or unit.administrative else 1],
        "address": unit.address,
        "postcode": unit.postcode,
    }
    if site is not None:
        values |= {
            "site_name": site.name,
            "chinese_domain": site.chinese_domain,
            "english_domain": site.english_domain,
            "ip": site.ip,
        }
    return values


def _ensure_alone(application: Application) -> None:
    rival = dossier.rival(application)
    if rival:
        raise WrongState(
            "application-live",
            N_("该网站已有办理中的申请（%(rival)s），每一个网站只提交一份。请在原申请上继续办理。"),
            source="申请表注1",
            rival=rival,
        )


def _ensure_open(application: Application) -> None:
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
    _ensure_open(application)
    office = dossier.reviewing_office(application)
    clean, findings = wellformed.read(values, dossier.reading(application, office))
    if kind is not None and kind not in KINDS:
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
    audit.record(actor, "application.edited", application, before=before, after=changed)


def attach(
    application: Application, stream: BinaryIO, filename: str, kind: str, *, actor: Actor
) -> files.StoredFile:
    """Add a material: identity, proof or other (C-art.5).

    Raises:
        AccessDenied, WrongState: as for ``save``.
        Refusal: an unknown kind, too many files, or what ``files.store`` refuses.
    """
    access.require(actor, "application", "edit", application)
    _ensure_open(application)
    if kind not in rules.MATERIALS:
        raise Refusal("material-kind", N_("请选择材料种类。"), field="material")
    if len(dossier.materials(application)) >= MOST_FILES:
        raise Refusal("material-many", N_("材料最多 %(n)s 份，请先删除不用的。"), field=kind, n=MOST_FILES)
    row = files.store(stream, filename, obj="material", parent=application, kind=kind, field=kind)
    audit.record(actor, "application.attached", application, after={"kind": kind, "file": row.id})
    return row


def detach(application: Application, file_id: int, *, actor: Actor) -> None:
    """Take a material back while the application is being filled in.

    Raises:
        AccessDenied, WrongState: as for ``save``.
        NotSeen: no such file of this application.
    """
    access.require(actor, "application", "edit", application)
    _ensure_open(application)
    given = (file for file in dossier.materials(application) if file.kind in rules.MATERIALS)
    row = next((file for file in given if file.id == file_id), None)
    if row is None:
        raise NotSeen("material-not-seen", N_("没有找到该材料，可能已经删除。"))
    files.discard(row, reason="")
    audit.record(actor, "application.detached", application, before={"kind": row.kind, "file": row.id})


def examine(application: Application, *, declared: bool) -> list[Finding]:
    """Everything that stands in the way of submitting now."""
    office = dossier.reviewing_office(application)
    _clean, findings = wellformed.read(dossier.values(application), dossier.reading(application, office))
    filing = dossier.filing(
        application,
        office,
        dossier.materials(application),
        declared=declared,
        against=dossier.rival(application),
    )
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

    Raises:
        AccessDenied, WrongState: not the actor's, or past the point of withdrawing.
    """
    access.require(actor, "application", "submit", application)
    flow.step(application, "withdraw")
    clocks.stop(application, clock.today())
    application.closed_at = clock.now()
    audit.record(
        actor, "application.withdrawn", application, after={"state": application.state}, reason=reason
    )
    signals.withdrawn.send(application, actor=actor)
    return application


def reveal(application: Application, *, actor: Actor, purpose: str = "") -> dict[str, str]:
    """The two people's data in full; that somebody looked, and when, enters the record (A4.注3).

    Raises:
        AccessDenied: no post of the actor may look.
    """
    access.require(actor, "application", "reveal", application)
    audit.record(actor, "application.revealed", application, reason=purpose)
    return {field.name: getattr(application, field.name) or "" for field in FIELDS if field.personal}
