"""A campaign and its steps (S0, S3, S15–S19)."""

from __future__ import annotations

from datetime import date
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

from app.foundation.database import Timestamped, Versioned, state_check
from app.foundation.jurisdiction import NAMES_PATHS, OfficeScoped
from app.foundation.tenancy.models import Office

KINDS = ("survey", "return", "filing", "finish")
ANY = "any"
TRACKS = ("organ", "institution", ANY)


class Campaign(OfficeScoped, Versioned, Timestamped, Model):
    """A notice of an office and the work it arranges; its text stays in Markdown files of that office's data.

    ``folder`` is the office's folder below ``tenants/``; ``body`` and each annex's ``file`` are paths in it.
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
    annexes: Mapped[list[dict[str, Any]]] = mapped_column(JSON, nullable=False, default=list)
    based_on: Mapped[list[dict[str, Any]]] = mapped_column(JSON, nullable=False, default=list)
    addressees: Mapped[list[dict[str, Any]]] = mapped_column(JSON, nullable=False, default=list)
    groups: Mapped[list[dict[str, Any]]] = mapped_column(JSON, nullable=False, default=list, info=NAMES_PATHS)
    tracks: Mapped[list[dict[str, Any]]] = mapped_column(JSON, nullable=False, default=list)
    sealed: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False, default=dict)

    office: Mapped[Office] = relationship(foreign_keys="Campaign.office_id")

    def __repr__(self) -> str:
        return self.document


class CampaignStep(OfficeScoped, Versioned, Timestamped, Model):
    """One step with its date: the issuing office's, or a lower office's own date for a step left to it (S16).

    A step left to lower offices has no ``due``; each of them sets it by a step of its own that names it in
    ``sets_id`` and belongs to that office. A date past the completion date is an ``exception`` and has a reason.
    """

    __tablename__ = "campaign_step"
    __obj__ = "campaign"
    __table_args__ = (
        state_check("kind", KINDS),
        state_check("track", TRACKS),
        CheckConstraint("sets_id IS NULL OR due IS NOT NULL", name="local_date_is_set"),
        CheckConstraint(
            "NOT exception OR (sets_id IS NOT NULL AND reason <> '')", name="exception_has_reason"
        ),
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

    campaign: Mapped[Campaign] = relationship()
    office: Mapped[Office] = relationship(foreign_keys="CampaignStep.office_id")
    sets: Mapped[CampaignStep | None] = relationship(remote_side=[id])

    def __repr__(self) -> str:
        return self.label
