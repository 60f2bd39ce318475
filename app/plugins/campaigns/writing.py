"""Putting a campaign and its steps into the database as they are to stand: what differs is set, and told back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app.foundation.database import db
from app.kernel.errors import N_, Refusal
from app.plugins.campaigns.models import Campaign, CampaignStep

# A date that moved, with ISO dates (empty: none), for a change's ``details``.
Moved = dict[str, str]


def put(row: Campaign | CampaignStep, values: Mapping[str, Any]) -> bool:
    """Set what differs; whether anything did."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    return bool(changed)


def put_steps(
    campaign: Campaign, steps: Mapping[str, Mapping[str, Any]], *, over_extended: bool = False
) -> tuple[bool, list[Moved]]:
    """Bring the campaign's own steps to what is given by key, in that order.

    Args:
        over_extended: also set the date of a step that was extended meanwhile; it is then no longer an extended one.

    Returns:
        Whether anything changed, and the dates that moved.

    Raises:
        Refusal: a step would go for which lower offices have set dates.
    """
    rows = db.session.scalars(select(CampaignStep).where(CampaignStep.campaign_id == campaign.id)).all()
    own = {row.key: row for row in rows if row.sets_id is None}
    changed, moved = False, []
    for ordinal, (key, given) in enumerate(steps.items(), start=1):
        row = own.pop(key, None)
        if row is None:
            row = CampaignStep(campaign_id=campaign.id, office_id=campaign.office_id, key=key)
            db.session.add(row)
            before = None
        else:
            before = row.due
        values = {**given, "ordinal": ordinal}
        if row.first_due is not None:
            if over_extended and values["due"] != row.due:
                row.first_due, row.extended_because = None, ""
            else:
                del values["due"]
        changed |= put(row, values)
        if row.due != before:
            moved.append(_moved(row.label, before, row.due))
    for row in own.values():
        if any(other.sets_id == row.id for other in rows):
            raise Refusal(
                "step-in-use", N_("下级机构已为“%(label)s”自定时限，不能取消该事项。"), label=row.label
            )
        moved.append(_moved(row.label, row.due, None))
        db.session.delete(row)
        changed = True
    db.session.flush()
    return changed, moved


def _moved(label: str, before: Any, after: Any) -> Moved:
    return {
        "label": label,
        "before": before.isoformat() if before is not None else "",
        "after": after.isoformat() if after is not None else "",
    }


def cited(document: str, source: str) -> str:
    """“通知” in a declaration means the notice itself; elsewhere it is cited by its number."""
    return f"{document} {source.removeprefix('通知')}" if source.startswith("通知") else source
