"""已阅: who a campaign is addressed to, who of them has read it as it stands now, and what was urged (S0).

An addressee is a unit or an office, not a person: whoever of them confirms first does it for all, and is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import joinedload

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy.models import Office, Unit
from app.kernel.errors import N_, NotSeen
from app.plugins.campaigns.models import Campaign, CampaignChange, CampaignReceipt, CampaignUrge

TASK = "campaign receipts"
LISTED = 300


@dataclass(frozen=True, slots=True)
class Addressee:
    """A unit or an office, and when somebody of it has read the campaign (None: nobody yet)."""

    key: str
    name: str
    unit_id: int | None
    office_id: int | None
    path: str
    read_at: datetime | None
    read_by: str
    filing_path: str | None = None


def standing(campaign: Campaign) -> int:
    """The number of the newest change; 0 where there is none."""
    query = select(func.max(CampaignChange.number)).where(CampaignChange.campaign_id == campaign.id)
    return db.session.scalar(query) or 0


def _named(campaign: Campaign, what: str) -> set[str]:
    """The paths named as ``homes`` or ``offices`` by groups and list of addressees."""
    return {path for one in (*campaign.groups, *campaign.addressees) for path in one.get(what, ())}


def _units(campaign: Campaign) -> ColumnElement[bool]:
    homes = sorted(_named(campaign, "homes"))
    return and_(Unit.active.is_(True), or_(Unit.review_path.in_(homes), Unit.filing_path.in_(homes)))


def _offices(campaign: Campaign) -> ColumnElement[bool]:
    """Offices named, and desks whose units are named; never the issuing office itself."""
    named = sorted((_named(campaign, "offices") | _named(campaign, "homes")) - {campaign.review_path})
    return and_(Office.active.is_(True), Office.path.in_(named))


def _of(campaign: Campaign, change: int, holder: Any) -> ColumnElement[bool]:
    return and_(
        CampaignReceipt.campaign_id == campaign.id,
        CampaignReceipt.change == change,
        CampaignReceipt.urge_id.is_(None),
        holder,
    )


def counts(campaign: Campaign, change: int) -> tuple[int, int]:
    """How many are addressed, and how many have read it as it stands; for the issuing office. One statement."""
    asked = [
        select(func.count(Unit.id)).where(_units(campaign)),
        select(func.count(Office.id)).where(_offices(campaign)),
        select(func.count(CampaignReceipt.id)).where(_of(campaign, change, true())),
    ]
    with access.acting_as(access.system(TASK, over=campaign.review_path)):
        row = db.session.execute(select(*(one.scalar_subquery() for one in asked))).one()
    units, offices, read = (int(number or 0) for number in row)
    return units + offices, read


def addressees(campaign: Campaign, *, limit: int = LISTED) -> list[Addressee]:
    """Those addressed, offices first, those who have not read it first of each. To be asked by the issuing office."""
    change = standing(campaign)
    receipt = (CampaignReceipt.read_at, CampaignReceipt.read_by)
    offices = (
        select(Office, *receipt)
        .outerjoin(CampaignReceipt, _of(campaign, change, CampaignReceipt.reader_id == Office.id))
        .where(_offices(campaign))
        .order_by(CampaignReceipt.read_at.is_not(None), Office.path)
        .limit(limit)
    )
    units = (
        select(Unit, *receipt)
        .outerjoin(CampaignReceipt, _of(campaign, change, CampaignReceipt.unit_id == Unit.id))
        .where(_units(campaign))
        .order_by(CampaignReceipt.read_at.is_not(None), Unit.account)
        .limit(limit)
    )
    with access.acting_as(access.system(TASK, over=campaign.review_path)):
        found = [_office(row, at, by) for row, at, by in db.session.execute(offices)]
        return found + [_unit(row, at, by) for row, at, by in db.session.execute(units)]


def _office(row: Office, at: datetime | None, by: str | None) -> Addressee:
    return Addressee(f"o{row.id}", row.short_name, None, row.id, row.path, at, by or "")


def _unit(row: Unit, at: datetime | None, by: str | None) -> Addressee:
    return Addressee(f"u{row.id}", row.name, row.id, None, row.review_path, at, by or "", row.filing_path)


def _mine(actor: Actor) -> ColumnElement[bool]:
    """Receipts of the holders of the actor's posts."""
    units = [post.unit_id for post in actor.posts if post.unit_id is not None]
    offices = [post.office_id for post in actor.posts if post.office_id is not None]
    return or_(CampaignReceipt.unit_id.in_(units), CampaignReceipt.reader_id.in_(offices))


@dataclass(frozen=True, slots=True)
class Own:
    """What a campaign is to its reader: his units and offices it is addressed to, and what they were urged to do."""

    holders: Sequence[Addressee] = ()
    pressing: Sequence[CampaignUrge] = ()

    @property
    def unread(self) -> bool:
        """Whether one of them has not confirmed it."""
        return any(one.read_at is None for one in self.holders)


def own(campaign: Campaign, actor: Actor, change: int) -> Own:
    """The same for one actor; at most three statements."""
    units = [post.unit_id for post in actor.posts if post.unit_id is not None]
    offices = [post.office_id for post in actor.posts if post.office_id is not None]
    rows: list[Any] = []
    with access.acting_as(access.system(TASK, over=campaign.review_path)):
        if units:
            rows += db.session.scalars(select(Unit).where(Unit.id.in_(units), _units(campaign)))
        if offices:
            rows += db.session.scalars(select(Office).where(Office.id.in_(offices), _offices(campaign)))
        query = (
            select(CampaignReceipt)
            .where(CampaignReceipt.campaign_id == campaign.id, _mine(actor))
            .options(joinedload(CampaignReceipt.urge).joinedload(CampaignUrge.step))
            .order_by(CampaignReceipt.id)
        )
        receipts = db.session.scalars(query).all()
    read = {
        (one.unit_id, one.reader_id): one for one in receipts if one.urge_id is None and one.change == change
    }
    pressing = {one.urge_id: one.urge for one in receipts if one.urge is not None and one.read_at is None}
    return Own([_read(row, read) for row in rows], list(pressing.values()))


def standing_of(actor: Actor) -> tuple[list[tuple[int, str]], set[int]]:
    """For the desk: the urgings not confirmed (campaign and step), and the campaigns read. One statement."""
    query = (
        select(CampaignReceipt)
        .where(_mine(actor))
        .options(joinedload(CampaignReceipt.urge).joinedload(CampaignUrge.step))
    )
    with access.acting_as(access.system(TASK, over=access.EVERYWHERE)):
        rows = db.session.scalars(query.order_by(CampaignReceipt.id)).all()
    urges = {one.urge_id: one.urge for one in rows if one.urge is not None and one.read_at is None}
    pressing = [(one.campaign_id, one.step.label if one.step is not None else "") for one in urges.values()]
    return pressing, {one.campaign_id for one in rows if one.urge_id is None}


def _read(row: Any, read: dict[Any, CampaignReceipt]) -> Addressee:
    if isinstance(row, Unit):
        one = read.get((row.id, None))
        return _unit(row, one.read_at if one else None, one.read_by if one else "")
    one = read.get((None, row.id))
    return _office(row, one.read_at if one else None, one.read_by if one else "")


def confirm(campaign: Campaign, *, actor: Actor) -> list[Addressee]:
    """Note that the actor's units and offices have read it as it stands; a second time changes nothing.

    Raises:
        AccessDenied: it is not the actor's to see.
        NotSeen: it is not addressed to any of them.
    """
    access.require(actor, "campaign", "see", campaign)
    change = standing(campaign)
    mine = own(campaign, actor, change).holders
    if not mine:
        raise NotSeen("not-addressed", N_("这份文件的主送范围不含您所在的单位或机构，不需要确认。"))
    waiting = [one for one in mine if one.read_at is None]
    for one in waiting:
        with access.acting_as(access.system(TASK, over=campaign.review_path)):
            db.session.add(
                CampaignReceipt(
                    campaign_id=campaign.id, office_id=campaign.office_id, change=change, unit_id=one.unit_id,
                    reader_id=one.office_id, read_at=clock.now(), read_by=actor.name,
                )
            )  # fmt: skip
            db.session.flush()
    if waiting:
        audit.record(
            actor,
            "campaign.read",
            campaign,
            after={"change": change, "readers": [one.name for one in waiting]},
        )
    return waiting


# -- urging ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Urged:
    """One urging as its office sees it: what was said, to how many, and who has not confirmed it."""

    urge: CampaignUrge
    label: str
    told: int
    waiting: Sequence[str]


def urged(campaign: Campaign, *, limit: int = 20) -> list[Urged]:
    """What the office has urged, newest first."""
    query = (
        select(CampaignUrge)
        .where(CampaignUrge.campaign_id == campaign.id, CampaignUrge.office_id == campaign.office_id)
        .order_by(CampaignUrge.id.desc())
        .limit(limit)
    )
    with access.acting_as(access.system(TASK, over=campaign.review_path)):
        return [_summed(one) for one in db.session.scalars(query).all()]


def _summed(urge: CampaignUrge) -> Urged:
    rows = db.session.scalars(select(CampaignReceipt).where(CampaignReceipt.urge_id == urge.id)).all()
    waiting = [_holder(one) for one in rows if one.read_at is None]
    return Urged(urge, urge.step.label if urge.step is not None else "", len(rows), waiting)


def _holder(one: CampaignReceipt) -> str:
    if one.unit is not None:
        return one.unit.name
    return one.reader.short_name if one.reader is not None else ""


def acknowledge(campaign: Campaign, *, actor: Actor) -> int:
    """Confirm every urging the actor's units and offices have had in this campaign; how many there were.

    Raises:
        AccessDenied: the campaign is not the actor's to see.
    """
    access.require(actor, "campaign", "see", campaign)
    query = select(CampaignReceipt).where(
        CampaignReceipt.campaign_id == campaign.id, CampaignReceipt.urge_id.is_not(None),
        CampaignReceipt.read_at.is_(None), _mine(actor),
    )  # fmt: skip
    with access.acting_as(access.system(TASK, over=campaign.review_path)):
        rows = db.session.scalars(query).all()
        for row in rows:
            row.read_at, row.read_by = clock.now(), actor.name
        db.session.flush()
    if rows:
        audit.record(actor, "campaign.urge-received", campaign, after={"count": len(rows)})
    return len(rows)
