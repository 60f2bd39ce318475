"""催阅 and 催办: the issuing office writes to addressees who are behind, in its own words; once a day for each thing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Flask, current_app
from sqlalchemy import select

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.foundation.database import db
from app.kernel.errors import N_, Finding, Invalid, WrongState
from app.plugins.campaigns import receipts, signals
from app.plugins.campaigns.models import Campaign, CampaignReceipt, CampaignStep, CampaignUrge
from app.plugins.campaigns.receipts import Addressee

LONGEST = 300
_KEY = "bianban.campaigns.done"

# Whether an office (by path) has done what a step (by id) asks of it.
Done = Callable[[int, str], bool]


def offer(app: Flask, kind: str, done: Done) -> None:
    """Let a plugin above say which offices have done a kind of step: theirs is neither urged nor reminded of."""
    app.extensions.setdefault(_KEY, {})[kind] = done


def knows(kind: str) -> bool:
    """Whether some plugin says who has done this kind of step."""
    return kind in current_app.extensions.get(_KEY, {})


def done(kind: str, step_id: int, office_path: str) -> bool:
    """Whether an office has done a step, as far as any plugin says."""
    asked: Done | None = current_app.extensions.get(_KEY, {}).get(kind)
    return asked is not None and asked(step_id, office_path)


@dataclass(frozen=True)
class Sent:
    """Who was urged; ``skipped`` were urged already today, or have done it."""

    urge: CampaignUrge
    told: Sequence[Addressee]
    skipped: Sequence[Addressee]


def urge(
    campaign: Campaign, step: CampaignStep | None, keys: Sequence[str], message: str, *, actor: Actor
) -> Sent:
    """Write to the addressees ticked; without a step about reading the document (催阅).

    Raises:
        AccessDenied: not the issuing office.
        Invalid: nobody ticked, no message or a long one.
        WrongState: all of them were urged today already, or have done it.
    """
    access.require(actor, "drafting", "edit", campaign)
    message = message.replace("\r\n", "\n").strip()
    chosen = [one for one in receipts.addressees(campaign) if one.key in set(keys)]
    wrong = list(_wrong(chosen, message))
    if wrong:
        raise Invalid(wrong)
    done_already = _urged_today(campaign, step)
    told = [one for one in chosen if one.key not in done_already and not _finished(step, one)]
    if not told:
        raise WrongState("urged-today", N_("所选单位今天已经催办过，或者已经办结，不需要再催。"))
    row = CampaignUrge(
        campaign_id=campaign.id, office_id=campaign.office_id, step_id=step.id if step is not None else None,
        message=message, sent_at=clock.now(), sent_by=actor.name,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    for one in told:
        db.session.add(
            CampaignReceipt(
                campaign_id=campaign.id, office_id=campaign.office_id, urge_id=row.id, unit_id=one.unit_id,
                reader_id=one.office_id, change=receipts.standing(campaign),
            )
        )  # fmt: skip
    with access.acting_as(access.system(receipts.TASK, over=campaign.review_path)):
        db.session.flush()
    audit.record(
        actor, "campaign.urged", campaign,
        after={"step": step.label if step is not None else "", "to": len(told), "message": message},
    )  # fmt: skip
    sent = Sent(row, told, [one for one in chosen if one not in told])
    signals.urged.send(campaign, sent=sent, actor=actor)
    return sent


def _wrong(chosen: Sequence[Addressee], message: str) -> list[Finding]:
    found = []
    if not chosen:
        found.append(Finding("to", N_("请勾选要催办的单位或机构。"), code="nobody"))
    if not message:
        found.append(Finding("message", N_("请写明催办的内容。"), code="missing"))
    elif len(message) > LONGEST:
        found.append(Finding("message", N_("不超过 %(n)s 个字。"), code="too-long", params={"n": LONGEST}))
    return found


def _finished(step: CampaignStep | None, one: Addressee) -> bool:
    if step is None:
        return one.read_at is not None
    return one.office_id is not None and done(step.kind, step.id, one.path)


def _urged_today(campaign: Campaign, step: CampaignStep | None) -> set[str]:
    query = (
        select(CampaignReceipt)
        .join(CampaignUrge, CampaignUrge.id == CampaignReceipt.urge_id)
        .where(
            CampaignReceipt.campaign_id == campaign.id,
            CampaignUrge.step_id == step.id if step is not None else CampaignUrge.step_id.is_(None),
        )
    )
    today = clock.today()
    return {
        f"u{row.unit_id}" if row.unit_id is not None else f"o{row.reader_id}"
        for row in db.session.scalars(query).all()
        if row.urge is not None and clock.localise(row.urge.sent_at).date() == today
    }
