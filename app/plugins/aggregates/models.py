"""A version of an office's aggregate, and what it held when it was locked (S14)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_appbuilder.models.sqla import Model
from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.foundation.database import Timestamped, UTCDateTime, Versioned, state_check
from app.foundation.jurisdiction import OfficeScoped
from app.foundation.tenancy.models import Office
from app.plugins.aggregates import keeping
from app.plugins.campaigns.models import Campaign

STATES = ("draft", "locked", "reported", "received", "returned")
LOCKED = STATES[1:]


class AggregateVersion(OfficeScoped, Versioned, Timestamped, Model):
    """One version of what an office has collected in one campaign, counted from 1.

    A draft holds nothing: its figures are those of the moment. Locking takes the snapshot, and with it ``digest``
    and ``totals`` (whole numbers by name, lower offices' included); neither changes again. ``shared_at`` stands
    while those the office shares its figures with may read it.
    """

    __tablename__ = "aggregate_version"
    __obj__ = "aggregate"
    __table_args__ = (
        state_check("state", STATES),
        UniqueConstraint("office_id", "campaign_id", "number"),
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint(
            "(state = 'draft') = (digest = '') AND (digest = '') = (locked_at IS NULL)",
            name="locked_with_digest",
        ),
        CheckConstraint("state <> 'returned' OR return_reason <> ''", name="returned_why"),
        CheckConstraint("state <> 'reported' OR reported_at IS NOT NULL", name="reported_when"),
        CheckConstraint("shared_at IS NULL OR state <> 'draft'", name="shared_is_locked"),
        Index("ix_aggregate_version_campaign", "campaign_id", "office_id", "number"),
        *OfficeScoped.indexes("aggregate_version"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), nullable=False)
    number: Mapped[int] = mapped_column(Integer, nullable=False)
    state: Mapped[str] = mapped_column(String(16), nullable=False)
    note: Mapped[str] = mapped_column(Text, nullable=False, default="")
    digest: Mapped[str] = mapped_column(String(64), nullable=False, default="")
    totals: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False, default=dict)
    locked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    locked_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")
    reported_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reported_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")
    received_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    received_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")
    return_reason: Mapped[str] = mapped_column(Text, nullable=False, default="")
    shared_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    shared_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")

    office: Mapped[Office] = relationship(foreign_keys="AggregateVersion.office_id")
    campaign: Mapped[Campaign | None] = relationship()

    def __repr__(self) -> str:
        return f"{self.number}"


class AggregateSnapshot(OfficeScoped, Model):
    """What a version held when it was locked (see ``content``); written once, never changed and never deleted."""

    __tablename__ = "aggregate_snapshot"
    __obj__ = "aggregate"
    __table_args__ = (
        UniqueConstraint("version_id"),
        *OfficeScoped.indexes("aggregate_snapshot"),
        {"listeners": keeping.listeners()},  # with the later of the two tables both triggers are made
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("aggregate_version.id"), nullable=False)
    content: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False)

    version: Mapped[AggregateVersion] = relationship()
    office: Mapped[Office] = relationship(foreign_keys="AggregateSnapshot.office_id")
