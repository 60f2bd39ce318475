"""Telling those a campaign is addressed to: that it was issued online, changed, or what they are urged to do.

There may be thousands of them, so it is a job; each addressee is told once, however often the job is begun.
A campaign loaded from an office's data went out on paper: it is told of by its changes only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.foundation import jobs, notices
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.foundation.notices import Party
from app.plugins.campaigns import receipts, signals
from app.plugins.campaigns.models import Campaign, CampaignChange, CampaignReceipt, CampaignUrge
from app.plugins.campaigns.receipts import Addressee
from app.plugins.campaigns.urging import Sent

KIND = "campaigns.tell"
ROLES = ("clerk", "reviewer", "head", "coordinator", "egov", "cac")
READING = "阅读文件"
MOST = 20_000
AT_ONCE = 50


@dataclass(frozen=True)
class Said:
    """What is told to whom."""

    event: str
    campaign: Campaign
    key: str
    params: dict[str, str] = field(default_factory=dict)
    to: tuple[Addressee, ...] = ()


def init_app(app: Flask) -> None:
    """Declare the job and listen to what campaigns say."""
    jobs.declare(app, jobs.Kind(name=KIND, title=_l("告知工作安排"), run=tell, attempts=5, lease=300))
    signals.issued.connect(on_issued)
    signals.changed.connect(on_changed)
    signals.urged.connect(on_urged)


def on_issued(campaign: Campaign, *, actor: Actor, fresh: bool) -> None:
    """One that was issued online."""
    if fresh and campaign.text:
        _put(campaign, "issued", campaign.id)


def on_changed(campaign: Campaign, *, actor: Actor, change: CampaignChange) -> None:
    """A numbered change, extensions included."""
    _put(campaign, "changed", change.id)


def on_urged(campaign: Campaign, *, sent: Sent, actor: Actor) -> None:
    """Those who were ticked."""
    _put(campaign, "urged", sent.urge.id)


def _put(campaign: Campaign, what: str, pk: int) -> None:
    jobs.put(KIND, {"what": what, "id": pk}, path=campaign.review_path, key=f"{what}:{pk}")


def tell(work: jobs.Work) -> None:
    """Tell every addressee, some in a transaction."""
    with notices.platform(), transaction():
        said = _said(str(work.payload["what"]), int(work.payload["id"]))
        if said is None:
            return
        pk, to = said.campaign.id, said.to
    for at in range(0, len(to), AT_ONCE):
        with notices.platform(), transaction(), force_locale("zh"):
            for one in to[at : at + AT_ONCE]:
                notices.tell(
                    said.event, to=party(one), params={"unit": one.name, **said.params},
                    link=("CampaignView.show", {"pk": pk}), dedupe=f"{said.key}:{one.key}",
                )  # fmt: skip
        work.progress(min(at + AT_ONCE, len(to)), len(to))


def party(one: Addressee) -> Party:
    """Those who work for an addressee."""
    if one.unit_id is not None:
        return notices.of_unit(one.unit_id, filing_path=one.filing_path, review_path=one.path)
    return notices.of_office(one.path, roles=ROLES)


def _said(what: str, pk: int) -> Said | None:
    model: Any = {"issued": Campaign, "changed": CampaignChange, "urged": CampaignUrge}[what]
    row = db.session.get(model, pk)
    if row is None:
        return None
    campaign = row if isinstance(row, Campaign) else row.campaign
    params = {"office": campaign.office.short_name, "document": campaign.document, "title": campaign.title}
    key = f"campaign:{what}:{pk}"
    if isinstance(row, CampaignUrge):
        label = row.step.label if row.step is not None else READING
        told = {
            "office": params["office"],
            "document": params["document"],
            "item": label,
            "reasons": row.message,
        }
        return Said("campaign.urged", campaign, key, told, tuple(_urged(row)))
    to = tuple(receipts.addressees(campaign, limit=MOST))
    if isinstance(row, CampaignChange):
        return Said("campaign.changed", campaign, key, {**params, "reasons": row.summary}, to)
    return Said("campaign.issued", campaign, key, params, to)


def _urged(row: CampaignUrge) -> Iterator[Addressee]:
    asked = {
        (one.unit_id, one.reader_id)
        for one in db.session.scalars(select(CampaignReceipt).where(CampaignReceipt.urge_id == row.id))
    }
    for one in receipts.addressees(row.campaign, limit=MOST):
        if (one.unit_id, one.office_id) in asked:
            yield one
