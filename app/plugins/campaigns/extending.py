"""A later date for a step of one's own campaign, and the dates below that go past a binding line (S15, S16)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.foundation import access, audit
from app.foundation.access import Actor
from app.kernel import paths
from app.kernel.errors import N_, Invalid, Refusal
from app.plugins.campaigns import binding, changes, queries
from app.plugins.campaigns.models import CampaignStep
from app.plugins.campaigns.rules import Plan, Step

EXTENDED = "campaign.extended"


def ensure_dated(step: CampaignStep) -> None:
    """Refuse what has no date to extend.

    Raises:
        Refusal: the offices addressed set it, or it is a window.
    """
    if step.due is None or not step.binding:
        raise Refusal("not-dated", N_("“%(label)s”没有由本文件规定的期限，不需要延期。"), label=step.label)


def extend(step: CampaignStep, due: date | None, reason: str, *, actor: Actor) -> CampaignStep:
    """The issuing office's head gives more time; the date at first stays beside the new one.

    A date past the upper office's completion date is marked as an exception, with the same reason.

    Raises:
        AccessDenied: not the head of the issuing office.
        Refusal: see ``ensure_dated``.
        Invalid: no later date, past the campaign's own completion date, or no reason.
    """
    access.require(actor, "campaign", "issue", step)
    ensure_dated(step)
    reason, plan = reason.strip(), queries.plan(step.campaign)
    fact = next(one for one in plan.steps if one.id == step.id)
    wrong = list(binding.extension_findings(plan, fact, due, reason))
    if wrong:
        raise Invalid(wrong)
    before = step.due
    uppers = binding.above(queries.timetable().plans, plan.office_path, plan.carries_out)
    step.first_due, step.due, step.extended_because = step.first_due or before, due, reason
    if binding.past(binding.line_above(uppers, plan.office_path, step.track), due):
        step.exception, step.reason = True, reason
    audit.record(
        actor, EXTENDED, step,
        before={"due": before}, after={"due": due, "exception": step.exception}, reason=reason,
    )  # fmt: skip
    queries.forget()
    moved = {
        "label": step.label,
        "before": before.isoformat() if before else "",
        "after": due.isoformat() if due else "",
    }
    changes.record(step.campaign, reason, [moved], actor=actor)
    return step


@dataclass(frozen=True, slots=True)
class Past:
    """A date below that goes past a binding line: whose, in which document, and why."""

    plan: Plan
    step: Step


def exceptions(plans: Iterable[Plan], path: str) -> list[Past]:
    """The dates set below an office past a line of its own or of an upper one, soonest first. Pure."""
    found = [
        Past(plan, step)
        for plan in plans
        for step in plan.steps
        if step.exception and paths.below(path, step.office_path)
    ]
    return sorted(found, key=lambda one: (one.step.due or date.max, one.step.office_path, one.step.id))
