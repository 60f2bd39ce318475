"""What the page of one application holds, gathered once: facts, evidence, clocks, and what the reader may do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import force_locale
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
    changing,
    clocks,
    course,
    dossier,
    evidence,
    evidence_sources,
    exceptions,
    flow,
    labels,
    panels,
    queries,
    reasons,
    rules,
    stages,
)
from app.plugins.applications.changing import Changes
from app.plugins.applications.evidence import Claim, Evidence
from app.plugins.applications.fields import BY_NAME
from app.plugins.applications.models import (
    Application,
    ApplicationClock,
    ApplicationException,
    ChecklistItem,
    ReviewDecision,
)
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
    )


@dataclass(frozen=True)
class Excepted:
    """An exception that arises, whether it is let pass, and the reason that stands in its box."""

    finding: Finding
    allowed: ApplicationException | None
    reason: str


@dataclass(frozen=True)
class Row:
    """A checklist item: what is claimed, what stands beside it, how to check it here, what was found."""

    claim: Claim
    item: ChecklistItem | None
    last: ChecklistItem | None = None
    note: str = ""
    claimed: Sequence[tuple[Any, str]] = ()
    more: Sequence[Evidence] = ()
    local: str = ""
    files: Sequence[files.StoredFile] = ()
    exceptions: Sequence[Excepted] = ()

    @property
    def lines(self) -> list[Evidence]:
        """Everything that speaks for or against it."""
        return [*self.claim.lines, *self.more]

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
    course: course.Course
    clock: ClockView | None
    clock_name: Any
    clock_rule: str
    ahead: Sequence[str]
    letter: ReviewDecision | None
    letter_reasons: Sequence[reasons.Reason]
    rows: Sequence[Row]
    blocked: Sequence[Finding]
    same_person: bool
    seconds: Sequence[str]
    corrected: ReviewDecision | None
    changes: Changes | None
    papered: bool
    others: Sequence[Application]
    sees_evidence: bool
    uploads: Sequence[files.StoredFile]
    timeline: Sequence[Entry]
    revealed: Mapping[str, str] | None = None
    typed: Mapping[str, Any] = field(default_factory=dict)
    findings: Sequence[Any] = ()
    panel: str = ""
    first: Sequence[tuple[str, Any]] = ()
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
    sees_evidence = access.can(actor, "evidence", "see", application)
    reviewed = not applicant and bool(application.round)
    rows = _rows(application, office, uploads, typed or {}, actor, sees_evidence) if reviewed else ()
    return Page(
        application=application,
        office=office,
        can=can,
        applicant=applicant,
        steps=stages.steps(application),
        course=stages.picture(application),
        clock=clocks.view(running),
        clock_name=labels.CLOCK[running.kind] if running else "",
        clock_rule=_rule(running),
        ahead=stages.ahead(application, office, running, _contact(office), _deadline(application))
        if applicant
        else stages.for_office(application, office),
        letter=letter,
        letter_reasons=reasons.named(letter.outcome, letter.reasons) if letter else (),
        rows=rows,
        blocked=_blocked(application, rows),
        same_person=actor.person_id in application.first_reviewers(),
        seconds=_seconds(application, office, actor, can),
        corrected=changing.last_return(application),
        changes=changing.since_return(application),
        papered=dossier.asks_paper(application, office),
        others=queries.others_of(application) if not applicant else (),
        sees_evidence=sees_evidence,
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
        first=list(panels.shown(application, actor, "first")),
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


def _blocked(application: Application, rows: Sequence[Row]) -> list[Finding]:
    """Why the first review cannot be passed yet."""
    arising = [one for row in rows for one in row.exceptions]
    missing = exceptions.missing(
        [one.finding for one in arising], {one.finding.code for one in arising if one.allowed is not None}
    )
    return [*rules.standing_in_the_way(application.items()), *missing]


def _seconds(application: Application, office: Office, actor: Actor, can: Powers) -> list[str]:
    """Who else may sign the written review (C-art.7): told to whoever takes the first step or may not take the second."""
    kept = application.first_reviewers()
    waits = application.state == "paper_review" and actor.person_id in kept and can.decide
    if not (can.review or waits):
        return []
    busy = kept | ({actor.person_id} if actor.person_id is not None else set())
    busy |= {application.declared_by_id} if application.declared_by_id is not None else set()
    return [name for pk, name in queries.deciders(office).items() if pk not in busy]


def _rows(
    application: Application,
    office: Office,
    uploads: Sequence[files.StoredFile],
    typed: Mapping[str, Any],
    actor: Actor,
    sees_evidence: bool,
) -> list[Row]:
    filing = dossier.filing(application, office, list(uploads))
    now = {item.number: item for item in application.items()}
    before = {item.number: item for item in application.checklist if item.round == application.round - 1}
    attached = queries.evidence_files(application.checklist) if sees_evidence else []
    more = evidence_sources.gathered(application, actor)
    local = dossier.local_guidance(office)
    found = []
    for claim in evidence.claims(filing, dossier.limits_of(office)):
        item, last = now.get(claim.number), before.get(claim.number)
        keys = {one.id for one in (item, last) if one is not None}
        found.append(
            Row(
                claim,
                item,
                last,
                str(typed.get(f"note-{claim.number}", item.note if item else "")),
                claimed=[(BY_NAME[name].label, getattr(application, name) or "") for name in claim.fields],
                more=more.get(claim.number, ()),
                local=local.get(claim.number, ""),
                files=[file for file in attached if file.parent_id in keys],
                exceptions=[_excepted(application, one, typed) for one in claim.exceptions],
            )
        )
    return found


def _excepted(application: Application, finding: Finding, typed: Mapping[str, Any]) -> Excepted:
    """One exception; a new round offers the reason of the last to be used again."""
    rows = [one for one in application.exceptions if one.code == finding.code]
    allowed = next((one for one in rows if one.round == application.round), None)
    kept = allowed.reason if allowed else (rows[-1].reason if rows else "")
    return Excepted(finding, allowed, str(typed.get(f"exception-{finding.code}", kept)))


def draft_words(application: Application) -> str:
    """The letter's first draft, in Chinese whoever reads: what was found wanting, item by item."""
    return "\n".join(_wanting(application))


def composed_words(application: Application, outcome: str, codes: Sequence[str], words: str) -> str:
    """A letter's words with what was found wanting and what the chosen reasons ask, as far as not said yet."""
    return reasons.compose(words, [*_wanting(application), *reasons.sentences(outcome, codes)])


def _wanting(application: Application) -> list[str]:
    with force_locale("zh"):
        return [
            f"{evidence.TITLES[item.number][0]}：{item.note}"
            for item in application.items()
            if item.finding == "bad"
        ]
