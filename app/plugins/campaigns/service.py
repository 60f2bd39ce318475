"""The verbs: issue a campaign from an office's data, and set a local date for a step left to one's office."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from app.foundation import access, audit
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.kernel.errors import N_, Refusal
from app.plugins.campaigns import binding, duties, queries, signals, writing
from app.plugins.campaigns.declared import Declared, DeclaredStep
from app.plugins.campaigns.models import Campaign, CampaignStep
from app.plugins.campaigns.rules import Plan, Step

ISSUED, AMENDED, UNCHANGED = "issued", "amended", "unchanged"


def issue(declared: Declared, *, actor: Actor) -> tuple[Campaign, str]:
    """Issue a declared campaign in its office's name, or bring the one already issued up to the declaration.

    Returns:
        The campaign and what was done: issued, amended or unchanged (idempotent).

    Raises:
        AccessDenied: the actor may not issue for that office.
        Refusal: it names an office there is none of, or drops a step for which lower offices have set dates.
    """
    offices = _offices(declared)
    office = offices[declared.office]
    access.require(actor, "campaign", "issue", office)
    campaign = db.session.scalar(
        select(Campaign).where(Campaign.office_id == office.id, Campaign.document == declared.document)
    )
    if campaign is not None and campaign.text:
        return campaign, UNCHANGED  # issued or changed online since: the data no longer speaks for it
    fresh = campaign is None
    if campaign is None:
        campaign = Campaign(document=declared.document, office_id=office.id)
        db.session.add(campaign)
    changed = writing.put(campaign, _fields(declared, offices))
    db.session.flush()
    steps = {step.key: _step_fields(campaign, step) for step in declared.steps}
    changed |= writing.put_steps(campaign, steps)[0]
    queries.forget()
    if not changed:
        return campaign, UNCHANGED
    audit.record(
        actor,
        "campaign.issued" if fresh else "campaign.amended",
        campaign,
        after={"document": declared.document, "issued_on": declared.issued_on, "steps": len(declared.steps)},
    )
    signals.issued.send(campaign, actor=actor, fresh=fresh)
    return campaign, ISSUED if fresh else AMENDED


def set_local_step(
    step: CampaignStep,
    office: Office,
    *,
    track: str,
    due: date | None,
    reason: str = "",
    actor: Actor,
) -> CampaignStep:
    """Set a county's or zone's own date for a step the campaign left to it (S16).

    A date past the completion date needs a reason; it is marked as an exception and seen by the upper office.

    Raises:
        AccessDenied: the actor is not the head of that office.
        Refusal: the step's date is fixed by the notice, or the step is not this office's.
        Invalid: no date, one before the notice, or past the completion date without a reason.
    """
    access.require(actor, "campaign", "issue", office)
    plan = queries.plan(step.campaign)
    fact = ensure_left_to(plan, step, office)
    reason = reason.strip()
    exception = binding.ensure_local(plan, fact, office.path, track, due, reason)
    own = db.session.scalar(
        select(CampaignStep).where(
            CampaignStep.sets_id == step.id, CampaignStep.office_id == office.id, CampaignStep.track == track
        )
    )
    before = {"due": own.due, "reason": own.reason} if own is not None else None
    if own is None:
        own = CampaignStep(
            campaign_id=step.campaign_id, sets_id=step.id, office_id=office.id, key=step.key, kind=step.kind,
            track=track, ordinal=step.ordinal, label=step.label, groups=[], binding=True, ledger=step.ledger,
            source=f"{office.short_name}自定，{step.source}",
        )  # fmt: skip
        db.session.add(own)
    own.due, own.exception, own.reason = due, exception, reason
    after = {"due": due, "track": track, "exception": exception, "reason": reason}
    verb = "campaign.step-set" if before is None else "campaign.step-changed"
    audit.record(actor, verb, own, before=before, after=after, reason=reason)
    queries.forget()
    signals.step_set.send(own, actor=actor)
    return own


def ensure_left_to(plan: Plan, step: CampaignStep, office: Office) -> Step:
    """The step, when the campaign leaves its date to this office (S16).

    Raises:
        Refusal: the notice fixes the date, or the step is not this office's.
    """
    own = duties.may_set(plan, office.path, queries.timetable())
    fact = next((one for one in own if one.id == step.id), None)
    if fact is None:
        raise Refusal(
            "step-not-yours",
            N_("“%(label)s”的时间由%(office)s统一规定，不由本机构自定。"),
            source=step.source,
            label=step.label,
            office=plan.office_name,
        )
    return fact


def _offices(declared: Declared) -> dict[str, Office]:
    found = {
        row.code: row for row in db.session.scalars(select(Office).where(Office.code.in_(declared.codes)))
    }
    missing = sorted(declared.codes - set(found))
    if missing:
        raise Refusal(
            "campaign-offices",
            N_("%(document)s提到的机构没有登记：%(codes)s。请先同步机构数据。"),
            document=declared.document,
            codes="、".join(missing),
        )
    return found


def _fields(declared: Declared, offices: Mapping[str, Office]) -> dict[str, Any]:
    def paths_of(codes: Iterable[str]) -> list[str]:
        return [offices[code].path for code in codes]

    return {
        "title": declared.title,
        "short_title": declared.short_title,
        "issued_on": declared.issued_on,
        "folder": declared.folder.name,
        "body": declared.body,
        "annexes": list(declared.annexes),
        "based_on": list(declared.based_on),
        "carries_out": declared.carries_out,
        "tracks": list(declared.tracks),
        "sealed": {
            "groups": list(declared.sealed_groups),
            "source": writing.cited(declared.document, declared.sealed_source),
        },
        "groups": [
            {"key": g.key, "label": g.label, "homes": paths_of(g.homes), "offices": paths_of(g.offices)}
            for g in declared.groups
        ],
        "addressees": [
            {
                "label": one["label"],
                "names": [offices[code].short_name for code in one["offices"]],
                "homes": paths_of(one["homes"]),
                "offices": paths_of(one["offices"]),
            }
            for one in declared.addressees
        ],
    }


def _step_fields(campaign: Campaign, step: DeclaredStep) -> dict[str, Any]:
    return {
        "kind": step.kind,
        "track": step.track,
        "label": step.label,
        "groups": list(step.groups),
        "due": step.due,
        "within": step.within,
        "binding": step.binding,
        "deliver_to": step.deliver_to,
        "copy_to": step.copy_to,
        "source": writing.cited(campaign.document, step.source),
        "ledger": step.ledger,
    }
