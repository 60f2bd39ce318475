"""The first reviewer's verbs: check items, pass, return, find ineligible (C-art.7, 8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import force_locale

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.foundation.limits import APPLICANT_PAPER, PAPER_REVIEW
from app.kernel.errors import N_, NotSeen
from app.plugins.applications import clocks, dossier, exceptions, flow, reasons, rules, signals, wellformed
from app.plugins.applications.models import FINDINGS, Application, ChecklistItem
from app.plugins.applications.service import decisions, excepting


def _item(application: Application, number: int) -> ChecklistItem:
    for item in application.items():
        if item.number == number:
            return item
    raise NotSeen("item-not-seen", N_("核对事项只有五项，没有这一项。"))


def _claim(application: Application, actor: Actor) -> None:
    """Whoever works on it has it in hand; others see by whom."""
    application.claimed_by_id, application.claimed_by = decisions.person(actor), actor.name


def _ensure_not_filed_by(application: Application, actor: Actor) -> None:
    access.ensure_another(
        actor, "application:first-review", {"application:submit": application.declared_by_id}
    )


def _ensure_in_review(application: Application, actor: Actor) -> None:
    access.require(actor, "application", "first-review", application)
    flow.ensure(application, "pass_first")
    _ensure_not_filed_by(application, actor)


def keep_notes(
    application: Application, notes: Mapping[int, str], opinion: Mapping[str, object], *, actor: Actor
) -> None:
    """Keep what the reviewer has written but not decided on: notes beside items, a letter begun.

    Raises:
        AccessDenied, WrongState: not the actor's to review, or no longer under first review.
        Invalid: a note is too long.
    """
    _ensure_in_review(application, actor)
    for item in application.items():
        note = notes.get(item.number)
        if note is None or note == item.note:
            continue
        too_long = len(note) > rules.LONGEST_NOTE
        missing = item.finding == "bad" and not note
        if too_long or missing:
            wellformed.ensure(rules.judgement(item.number, "bad", note))
        item.note = note
    if opinion != application.opinion:
        application.opinion = dict(opinion)
    _claim(application, actor)


def check(application: Application, number: int, finding: str, note: str, *, actor: Actor) -> ChecklistItem:
    """Judge one of the five items: ok, bad with why, or open again.

    Raises:
        AccessDenied, WrongState: not the actor's to review, or no longer under first review.
        NotSeen: no such item.
        Invalid: "bad" without why.
    """
    _ensure_in_review(application, actor)
    if finding not in FINDINGS:
        raise NotSeen("finding-not-seen", N_("判定结果只有符合、不符合和未判定。"))
    item = _item(application, number)
    wellformed.ensure(rules.judgement(number, finding, note))
    before = {"finding": item.finding, "note": item.note}
    item.finding, item.note = finding, note
    item.judged_by_id, item.judged_by, item.judged_at = decisions.person(actor), actor.name, clock.now()
    _claim(application, actor)
    audit.record(
        actor, "application.checked", application,
        before={"item": number, **before}, after={"item": number, "finding": finding, "note": note},
    )  # fmt: skip
    return item


def pass_first(application: Application, *, actor: Actor) -> Application:
    """Pass the online first review (C-art.8): paper is awaited, the letter and form can be printed.

    Where the office asks this track for no paper, the second review begins at once.

    Raises:
        AccessDenied, WrongState: not the actor's, or not under first review.
        Invalid: an item is unchecked or found wanting (P-5.3), or an exception is not let pass (C-art.3).
    """
    _ensure_in_review(application, actor)
    rules.ensure_checked(application.items())
    allowed = {one.code: one for one in application.excepted()}
    found = excepting.needed(application)
    wellformed.ensure(exceptions.missing(found, allowed))
    reviewer = decisions.person(actor)
    office = dossier.reviewing_office(application)
    papered = dossier.asks_paper(application, office)
    flow.step(application, "pass_first")
    if not papered:
        flow.step(application, "waive_paper")
    application.first_reviewer_id, application.first_reviewed_at = reviewer, clock.now()
    application.claimed_by_id, application.claimed_by, application.opinion = None, "", {}
    clocks.stop(application, clock.today())
    begun = APPLICANT_PAPER if papered else PAPER_REVIEW
    clocks.start(application, begun, clock.today(), dossier.limits_of(office))
    with force_locale("zh"):  # what is kept is printed, whoever reads now
        said = "；".join(f"{exceptions.LABELS[one.code]}：{allowed[one.code].reason}" for one in found)
    decisions.record(application, "passed", actor=actor, words=said or _item(application, 5).note)
    signal = signals.first_passed if papered else signals.passed_without_paper
    signal.send(application, actor=actor)
    return application


def return_(application: Application, codes: Sequence[str], words: str, *, actor: Actor) -> Application:
    """Return for correction (C-art.8); the clock stops, a resubmission starts a new one (S25).

    Args:
        codes: coded reasons from ``reasons.RETURNED``.
        words: what exactly is to be corrected.

    Raises:
        AccessDenied, WrongState: not the actor's, or not under first review.
        Invalid: no reason, or no words.
    """
    return _turn_down(application, "return_", "returned", codes, words, actor)


def declare_ineligible(
    application: Application, codes: Sequence[str], words: str, *, actor: Actor
) -> Application:
    """Tell the applicant that it may not open a website (C-art.3, C-art.8): the end; no paper is asked for.

    Raises:
        AccessDenied, WrongState, Invalid: as for ``return_``, with ``reasons.INELIGIBLE``.
    """
    return _turn_down(application, "declare_ineligible", "ineligible", codes, words, actor)


def _turn_down(
    application: Application, event: str, outcome: str, codes: Sequence[str], words: str, actor: Actor
) -> Application:
    access.require(actor, "application", "first-review", application)
    flow.ensure(application, event)
    _ensure_not_filed_by(application, actor)
    wellformed.ensure(reasons.findings(outcome, codes, words))
    reviewer = decisions.person(actor)
    flow.step(application, event)
    application.first_reviewer_id, application.first_reviewed_at = reviewer, clock.now()
    application.claimed_by_id, application.claimed_by, application.opinion = None, "", {}
    clocks.stop(application, clock.today())
    if outcome == "ineligible":
        application.closed_at = clock.now()
    decisions.record(application, outcome, actor=actor, codes=codes, words=words)
    signal = signals.returned if outcome == "returned" else signals.ineligible
    signal.send(application, actor=actor)
    return application
