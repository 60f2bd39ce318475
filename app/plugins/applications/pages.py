"""What the page of one application holds, gathered once: facts, evidence, clocks, and what the reader may do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.foundation import access, audit, files
from app.foundation.access import Actor
from app.foundation.audit import Entry
from app.foundation.clock.views import ClockView
from app.foundation.database import db
from app.foundation.tenancy.models import Contact, Office
from app.kernel.errors import Finding
from app.kernel.workdays import WORKDAY
from app.plugins.applications import (
    clocks,
    dossier,
    evidence,
    flow,
    labels,
    panels,
    queries,
    reasons,
    rules,
    stages,
)
from app.plugins.applications.evidence import Change, Claim
from app.plugins.applications.models import Application, ApplicationClock, ChecklistItem, ReviewDecision
from app.plugins.campaigns import queries as campaigns
from app.plugins.campaigns.rules import Deadline

PRINTABLE = frozenset({"awaiting_paper", "paper_review", "approved", "reported", "badged", "refused"})
LETTERS = ("returned", "ineligible", "refused", "sent_back")


@dataclass(frozen=True)
class Powers:
    """What the reader may do with the application as it stands."""

    files: bool
    open: bool
    edit: bool
    submit: bool
    withdraw: bool
    review: bool
    receive: bool
    decide: bool
    reveal: bool
    reviews: bool
    prints: bool


def powers(application: Application, actor: Actor) -> Powers:
    """See ``Powers``; asked of the compiled policy and the flow, without a statement."""

    def may(act: str, event: str = "") -> bool:
        fits = flow.allows(application.state, event) if event else True
        return fits and access.can(actor, "application", act, application)

    return Powers(
        files=may("edit"),
        open=access.can(actor, "material", "see", application),
        edit=may("edit", "submit"),
        submit=may("submit", "submit"),
        withdraw=may("submit", "withdraw"),
        review=may("first-review", "pass_first"),
        receive=may("receive-paper", "receive_paper"),
        decide=may("paper-review", "approve"),
        reveal=may("reveal"),
        reviews=may("first-review") or may("paper-review") or may("receive-paper"),
        prints=application.state in PRINTABLE,
    )


@dataclass(frozen=True)
class Row:
    """A checklist item with its claim and its evidence."""

    claim: Claim
    item: ChecklistItem | None
    last: ChecklistItem | None = None
    note: str = ""

    @property
    def open(self) -> bool:
        """Not judged yet."""
        return self.item is None or self.item.finding == "open"


@dataclass(frozen=True)
class Page:
    """Everything ``show.html`` draws."""

    application: Application
    office: Office
    can: Powers
    applicant: bool
    steps: Sequence[tuple[Any, str]]
    clock: ClockView | None
    clock_name: Any
    clock_rule: str
    ahead: Sequence[str]
    letter: ReviewDecision | None
    letter_reasons: Sequence[reasons.Reason]
    rows: Sequence[Row]
    changes: Sequence[Change]
    blocked: Sequence[Finding]
    same_person: bool
    uploads: Sequence[files.StoredFile]
    timeline: Sequence[Entry]
    revealed: Mapping[str, str] | None = None
    typed: Mapping[str, Any] = field(default_factory=dict)
    findings: Sequence[Any] = ()
    panel: str = ""
    main: Sequence[tuple[str, Any]] = ()
    side: Sequence[tuple[str, Any]] = ()

    @property
    def stale(self) -> bool:
        """Whether what was typed was refused because somebody else was first: it is not saved without being asked."""
        return any(one.code == "application-stale" for one in self.findings)


def build(
    pk: int,
    *,
    typed: Mapping[str, Any] | None = None,
    findings: Sequence[Any] = (),
    panel: str = "",
    revealed: Mapping[str, str] | None = None,
) -> Page:
    """Gather the page of one application; ``typed`` and ``findings`` come back from a form that was refused.

    Raises:
        NotSeen: no such application, or not for this actor.
    """
    application, actor = queries.whole(pk), access.current_actor()
    office = dossier.reviewing_office(application)
    can = powers(application, actor)
    running = clocks.running(application)
    uploads = dossier.materials(application)
    letter = _letter(application)
    applicant = can.files and not can.reviews
    return Page(
        application=application,
        office=office,
        can=can,
        applicant=applicant,
        steps=stages.steps(application),
        clock=clocks.view(running),
        clock_name=labels.CLOCK[running.kind] if running else "",
        clock_rule=_rule(running),
        ahead=stages.ahead(application, office, running, _contact(office), _deadline(application))
        if applicant
        else stages.for_office(application, office),
        letter=letter,
        letter_reasons=reasons.named(letter.outcome, letter.reasons) if letter else (),
        rows=() if applicant or not application.round else _rows(application, office, uploads, typed or {}),
        changes=_changes(application),
        blocked=rules.standing_in_the_way(application.items()),
        same_person=actor.person_id in application.first_reviewers(),
        uploads=uploads,
        timeline=[
            entry
            for entry in audit.timeline(application)
            if entry.verb not in labels.QUIET and not (applicant and entry.verb in labels.INNER)
        ],
        revealed=revealed,
        typed=typed or {},
        findings=findings,
        panel=panel,
        main=list(panels.shown(application, actor, "main")),
        side=list(panels.shown(application, actor, "side")),
    )


def _rule(row: ApplicationClock | None) -> str:
    """The period and who set it, as a reader says it: （5 个工作日，办法第十二条，原则上）."""
    if row is None:
        return ""
    said = _("%(n)s 个工作日", n=row.days) if row.counted_in == WORKDAY else _("%(n)s 天", n=row.days)
    parts = [str(said), row.source] if row.firm else [str(_("原则上 %(period)s", period=said)), row.source]
    return f"（{'，'.join(parts)}）"


def _deadline(application: Application) -> Deadline | None:
    """Until when the campaign wants an existing website filed (S19), else finished (S15)."""
    if application.kind != "requalification" or application.state not in {"draft", "returned"}:
        return None
    whose, track = campaigns.whose(application), application.track
    return campaigns.deadline("filing", facts=whose, track=track) or campaigns.deadline(
        "finish", facts=whose, track=track
    )


def _contact(office: Office) -> Contact | None:
    return db.session.scalar(
        select(Contact).where(Contact.office_id == office.id, Contact.topic == "materials")
    )


def _letter(application: Application) -> ReviewDecision | None:
    """The last word the office sent, while it still stands."""
    last = application.decisions[-1] if application.decisions else None
    if last is None or last.outcome not in LETTERS:
        return None
    if application.state == "submitted" and last.outcome == "returned":
        return None
    return last


def _changes(application: Application) -> tuple[Change, ...]:
    returned = [one for one in application.decisions if one.outcome == "returned"]
    if not returned or application.round <= returned[-1].round:
        return ()
    return evidence.changes(returned[-1].filed, dossier.public_values(application))


def _rows(
    application: Application, office: Office, uploads: Sequence[files.StoredFile], typed: Mapping[str, Any]
) -> list[Row]:
    filing = dossier.filing(application, office, list(uploads))
    now = {item.number: item for item in application.items()}
    before = {item.number: item for item in application.checklist if item.round == application.round - 1}
    found = []
    for claim in evidence.claims(filing, dossier.limits_of(office)):
        item = now.get(claim.number)
        note = str(typed.get(f"note-{claim.number}", item.note if item else ""))
        found.append(Row(claim, item, before.get(claim.number), note))
    return found


def draft_words(application: Application) -> str:
    """The letter's first draft: what was found wanting, item by item."""
    return "\n".join(
        f"{evidence.TITLES[item.number][0]}：{item.note}"
        for item in application.items()
        if item.finding == "bad"
    )
