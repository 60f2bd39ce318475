"""The numbered changes of an issued campaign: each remembered, and told to those addressed."""

from __future__ import annotations

from sqlalchemy import func, select

from app.foundation import audit, clock
from app.foundation.access import Actor
from app.foundation.database import db
from app.plugins.campaigns import signals
from app.plugins.campaigns.models import Campaign, CampaignChange
from app.plugins.campaigns.writing import Moved


def record(campaign: Campaign, summary: str, moved: list[Moved], *, actor: Actor) -> CampaignChange:
    """Write down the next numbered change of a campaign, and tell those it concerns."""
    last = select(func.max(CampaignChange.number)).where(CampaignChange.campaign_id == campaign.id)
    row = CampaignChange(
        campaign_id=campaign.id, office_id=campaign.office_id, number=(db.session.scalar(last) or 0) + 1,
        changed_on=clock.today(), summary=summary, details=moved, changed_by=actor.name,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    audit.record(
        actor, "campaign.changed", campaign, after={"number": row.number, "moved": moved}, reason=summary
    )
    signals.changed.send(campaign, actor=actor, change=row)
    return row
