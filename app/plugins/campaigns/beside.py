"""What stands on a campaign's page beside its text: the chain, changes, exceptions, receipts and urging."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.foundation import access
from app.foundation.access import Actor
from app.foundation.database import db
from app.plugins.campaigns import binding, extending, queries, receipts
from app.plugins.campaigns.extending import Past
from app.plugins.campaigns.models import Campaign, CampaignChange
from app.plugins.campaigns.receipts import Own
from app.plugins.campaigns.rules import ANY, Plan, Step


@dataclass(frozen=True)
class Moved:
    """A date that a change moved; None where there was or is none."""

    label: str
    before: date | None
    after: date | None


def _moved(details: Mapping[str, str]) -> Moved:
    before, after = (
        date.fromisoformat(day) if day else None for day in (details["before"], details["after"])
    )
    return Moved(details["label"], before, after)


@dataclass(frozen=True)
class Extra:
    """``uppers`` are the campaigns it carries out and ``lowers`` those that carry it out, as far as they are seen."""

    uppers: Sequence[Plan]
    lowers: Sequence[Plan]
    ends: Sequence[tuple[Plan, Step]]
    changes: Sequence[tuple[CampaignChange, Sequence[Moved]]]
    exceptions: Sequence[Past]
    own: Own
    works: bool
    issues: bool
    counts: tuple[int, int] | None


def of(campaign: Campaign, plan: Plan, actor: Actor, lines: frozenset[str]) -> Extra:
    """Everything for one reader; of the completion dates above those of his units' ``lines``, of all where empty."""
    plans = queries.timetable().plans
    uppers = binding.above(plans, plan.office_path, plan.carries_out)
    lowers = [one for one in plans if one.id in plan.carried_by]
    query = select(CampaignChange).where(CampaignChange.campaign_id == campaign.id)
    changes = list(db.session.scalars(query.order_by(CampaignChange.number.desc())))
    change = changes[0].number if changes else 0
    works = access.can(actor, "drafting", "edit", campaign)
    return Extra(
        uppers=uppers,
        lowers=lowers,
        ends=[
            (upper, step)
            for upper, step in binding.ends_above(uppers, plan.office_path)
            if not lines or step.track in (ANY, *lines)
        ],
        changes=[(one, [_moved(moved) for moved in one.details]) for one in changes],
        exceptions=extending.exceptions([plan, *lowers], _home(actor, plan)),
        own=receipts.own(campaign, actor, change),
        works=works,
        issues=access.can(actor, "campaign", "issue", campaign),
        counts=receipts.counts(campaign, change) if works else None,
    )


def _home(actor: Actor, plan: Plan) -> str:
    """Whose exceptions are shown: those below the reader's own office, where he oversees any."""
    found = next((post.path for post in actor.posts if post.unit_id is None and post.level != "desk"), None)
    return found or plan.office_path
