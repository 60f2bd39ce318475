"""A campaign and its steps, its changes, and what the issuing office works with: drafts, urging, receipts (S0, S3, S15–S19)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_appbuilder.models.sqla import Model
from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.foundation.database import Timestamped, UTCDateTime, Versioned, state_check
from app.foundation.jurisdiction import NAMES_PATHS, OfficeScoped
from app.foundation.tenancy.models import Office, Unit

KINDS = ("survey", "return", "filing", "review", "paper", "hanging", "finish")
ANY = "any"
TRACKS = ("organ", "institution", ANY)
DRAFT_STATES = ("draft", "issued", "withdrawn")


class Campaign(OfficeScoped, Versioned, Timestamped, Model):
    """A notice of an office and the work it arranges.

    One issued from an office's data keeps its text there: ``folder`` is the office's folder below ``tenants/``,
    ``body`` and each annex's ``file`` are paths in it. One issued or changed online has its ``text`` here, and each
    new annex its own (all Markdown).
    ``carries_out`` is the number of the upper office's campaign it carries out.
    ``sealed`` names the groups whose sheets without a website must be sealed, and the article (S12).
    ``groups`` says whose units each group means (``homes``: paths whose own units, ``offices``: paths of
    offices); ``tracks`` names the lines; ``addressees`` and ``based_on`` are for reading.
    """

    __tablename__ = "campaign"
    __obj__ = "campaign"
    __table_args__ = (
        UniqueConstraint("office_id", "document"),
        *OfficeScoped.indexes("campaign"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    document: Mapped[str] = mapped_column(String(60), nullable=False)
    title: Mapped[str] = mapped_column(String(160), nullable=False)
    short_title: Mapped[str] = mapped_column(String(80), nullable=False)
    issued_on: Mapped[date] = mapped_column(Date, nullable=False)
    folder: Mapped[str] = mapped_column(String(12), nullable=False)
    body: Mapped[str] = mapped_column(String(120), nullable=False)
    text: Mapped[str] = mapped_column(Text, nullable=False, default="")
    carries_out: Mapped[str] = mapped_column(String(60), nullable=False, default="")
    annexes: Mapped[list[dict[str, Any]]] = mapped_column(JSON, nullable=False, default=list)
    based_on: Mapped[list[dict[str, Any]]] = mapped_column(JSON, nullable=False, default=list)
    addressees: Mapped[list[dict[str, Any]]] = mapped_column(
        JSON, nullable=False, default=list, info=NAMES_PATHS
    )
    groups: Mapped[list[dict[str, Any]]] = mapped_column(JSON, nullable=False, default=list, info=NAMES_PATHS)
    tracks: Mapped[list[dict[str, Any]]] = mapped_column(JSON, nullable=False, default=list)
    sealed: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False, default=dict)

    office: Mapped[Office] = relationship(foreign_keys="Campaign.office_id")

    def __repr__(self) -> str:
        return self.document


class CampaignStep(OfficeScoped, Versioned, Timestamped, Model):
    """One step with its date: the issuing office's, or a lower office's own date for a step left to it (S16).

    A step left to lower offices has no ``due``; each of them sets it by a step of its own that names it in
    ``sets_id`` and belongs to that office. A date past a binding completion date is an ``exception`` and has a
    reason. An extended date keeps the one it had at first in ``first_due``.
    """

    __tablename__ = "campaign_step"
    __obj__ = "campaign"
    __table_args__ = (
        state_check("kind", KINDS),
        state_check("track", TRACKS),
        CheckConstraint("sets_id IS NULL OR due IS NOT NULL", name="local_date_is_set"),
        CheckConstraint("NOT exception OR reason <> ''", name="exception_has_reason"),
        CheckConstraint("(first_due IS NULL) = (extended_because = '')", name="extended_why"),
        UniqueConstraint("campaign_id", "office_id", "key", "track"),
        Index("ix_campaign_step_campaign", "campaign_id", "ordinal"),
        *OfficeScoped.indexes("campaign_step"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), nullable=False)
    sets_id: Mapped[int | None] = mapped_column(ForeignKey("campaign_step.id"), index=True)
    ordinal: Mapped[int] = mapped_column(Integer, nullable=False)
    key: Mapped[str] = mapped_column(String(40), nullable=False)
    kind: Mapped[str] = mapped_column(String(16), nullable=False)
    track: Mapped[str] = mapped_column(String(16), nullable=False, default=ANY)
    label: Mapped[str] = mapped_column(String(120), nullable=False)
    groups: Mapped[list[str]] = mapped_column(JSON, nullable=False, default=list)
    due: Mapped[date | None] = mapped_column(Date)
    within: Mapped[str] = mapped_column(String(40), nullable=False, default="")
    binding: Mapped[bool] = mapped_column(Boolean, nullable=False, default=True)
    deliver_to: Mapped[str] = mapped_column(String(80), nullable=False, default="")
    copy_to: Mapped[str] = mapped_column(String(80), nullable=False, default="")
    source: Mapped[str] = mapped_column(String(120), nullable=False)
    ledger: Mapped[str] = mapped_column(String(12), nullable=False, default="")
    exception: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    reason: Mapped[str] = mapped_column(Text, nullable=False, default="")
    first_due: Mapped[date | None] = mapped_column(Date)
    extended_because: Mapped[str] = mapped_column(Text, nullable=False, default="")

    campaign: Mapped[Campaign] = relationship()
    office: Mapped[Office] = relationship(foreign_keys="CampaignStep.office_id")
    sets: Mapped[CampaignStep | None] = relationship(remote_side=[id])

    def __repr__(self) -> str:
        return self.label


class CampaignChange(OfficeScoped, Timestamped, Model):
    """One numbered change of an issued campaign: what it was about, and each date that moved (``details``)."""

    __tablename__ = "campaign_change"
    __obj__ = "campaign"
    __table_args__ = (
        UniqueConstraint("campaign_id", "number"),
        CheckConstraint("number > 0", name="numbered"),
        *OfficeScoped.indexes("campaign_change"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), nullable=False)
    number: Mapped[int] = mapped_column(Integer, nullable=False)
    changed_on: Mapped[date] = mapped_column(Date, nullable=False)
    summary: Mapped[str] = mapped_column(Text, nullable=False)
    details: Mapped[list[dict[str, Any]]] = mapped_column(JSON, nullable=False, default=list)
    changed_by: Mapped[str] = mapped_column(String(80), nullable=False)

    campaign: Mapped[Campaign] = relationship()
    office: Mapped[Office] = relationship(foreign_keys="CampaignChange.office_id")

    def __repr__(self) -> str:
        return self.summary


class CampaignDraft(OfficeScoped, Versioned, Timestamped, Model):
    """A campaign, or with ``amends_id`` a change of one, before its head issues it: seen by its own office alone.

    ``groups`` and ``steps`` hold what a campaign's ``groups`` and steps will be; dates are ISO texts, empty where
    the offices addressed set their own. ``seal_source`` is the article by which units of the own level without a
    website hand in a sealed sheet, empty where none asks for it (S12).
    """

    __tablename__ = "campaign_draft"
    __obj__ = "drafting"
    __table_args__ = (
        state_check("state", DRAFT_STATES),
        CheckConstraint("(state = 'issued') = (campaign_id IS NOT NULL)", name="issued_as"),
        *OfficeScoped.indexes("campaign_draft"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    state: Mapped[str] = mapped_column(String(12), nullable=False, default="draft")
    amends_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"), index=True)
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"), index=True)
    document: Mapped[str] = mapped_column(String(60), nullable=False, default="")
    title: Mapped[str] = mapped_column(String(160), nullable=False, default="")
    short_title: Mapped[str] = mapped_column(String(80), nullable=False, default="")
    issued_on: Mapped[date | None] = mapped_column(Date)
    text: Mapped[str] = mapped_column(Text, nullable=False, default="")
    carries_out: Mapped[str] = mapped_column(String(60), nullable=False, default="")
    seal_source: Mapped[str] = mapped_column(String(80), nullable=False, default="")
    summary: Mapped[str] = mapped_column(Text, nullable=False, default="")
    annexes: Mapped[list[dict[str, Any]]] = mapped_column(JSON, nullable=False, default=list)
    groups: Mapped[list[dict[str, Any]]] = mapped_column(JSON, nullable=False, default=list, info=NAMES_PATHS)
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSON, nullable=False, default=list)

    office: Mapped[Office] = relationship(foreign_keys="CampaignDraft.office_id")
    amends: Mapped[Campaign | None] = relationship(foreign_keys=[amends_id])
    campaign: Mapped[Campaign | None] = relationship(foreign_keys=[campaign_id])

    def __repr__(self) -> str:
        return self.title or self.document


class CampaignUrge(OfficeScoped, Timestamped, Model):
    """What an office said to addressees who are behind; without a step it is about reading the document itself."""

    __tablename__ = "campaign_urge"
    __obj__ = "drafting"
    __table_args__ = OfficeScoped.indexes("campaign_urge")

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), nullable=False, index=True)
    step_id: Mapped[int | None] = mapped_column(ForeignKey("campaign_step.id"))
    message: Mapped[str] = mapped_column(Text, nullable=False)
    sent_at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)
    sent_by: Mapped[str] = mapped_column(String(80), nullable=False)

    campaign: Mapped[Campaign] = relationship()
    step: Mapped[CampaignStep | None] = relationship()
    office: Mapped[Office] = relationship(foreign_keys="CampaignUrge.office_id")

    def __repr__(self) -> str:
        return self.message


class CampaignReceipt(OfficeScoped, Timestamped, Model):
    """One addressee, a unit or an office: it has read a campaign as it stood after a change, or received an urging.

    The row is the issuing office's; the platform writes it for whoever confirms. An urging's is written unread.
    """

    __tablename__ = "campaign_receipt"
    __obj__ = "drafting"
    __links__ = {
        "unit_id": "the addressee, set by the verb: the platform writes it for him",
        "reader_id": "the addressee, set by the verb: the platform writes it for him",
    }
    __table_args__ = (
        CheckConstraint("(unit_id IS NULL) <> (reader_id IS NULL)", name="of_one"),
        CheckConstraint("(read_at IS NULL) = (read_by = '')", name="read_by_whom"),
        Index("ix_campaign_receipt_campaign", "campaign_id", "change", "urge_id"),
        *OfficeScoped.indexes("campaign_receipt"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), nullable=False)
    change: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    urge_id: Mapped[int | None] = mapped_column(ForeignKey("campaign_urge.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    reader_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"), index=True)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    read_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")

    campaign: Mapped[Campaign] = relationship()
    urge: Mapped[CampaignUrge | None] = relationship()
    unit: Mapped[Unit | None] = relationship()
    reader: Mapped[Office | None] = relationship(foreign_keys="CampaignReceipt.reader_id")
    office: Mapped[Office] = relationship(foreign_keys="CampaignReceipt.office_id")
