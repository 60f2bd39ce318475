"""Badges, the hosts they stand for, and decisions to revoke them."""

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
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.foundation.database import Timestamped, UTCDateTime, Versioned, state_check
from app.foundation.jurisdiction import UnitScoped
from app.plugins.registry.models import BatchItem

BADGE_STATES = ("issued", "suspended", "revoked")
_LIVE = text("live")


class Badge(UnitScoped, Versioned, Timestamped, Model):
    """One issued badge. Its site facts are copies from the frozen snapshot and nothing else (C-art.4).

    ``former``: the one it came in place of when the website's name changed (S32, C-art.19(2)). ``amended_at``: when a
    change that left the name as it was last gave it new facts; ``item`` is then the change's.
    """

    __tablename__ = "badge"
    __obj__ = "badge"
    __facts_from__ = "item"
    __table_args__ = (
        state_check("state", BADGE_STATES),
        CheckConstraint("(state = 'suspended') = (suspended_ground <> '')", name="suspended_with_ground"),
        CheckConstraint("length(number) = 23", name="number_length"),
        UniqueConstraint("unit_id", "sequence"),
        Index("ix_badge_state", "state", "id"),
        *UnitScoped.indexes("badge", counted="unit_id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[str] = mapped_column(String(23), unique=True, nullable=False)
    item_id: Mapped[int] = mapped_column(ForeignKey("batch_item.id"), unique=True, nullable=False)
    former_id: Mapped[int | None] = mapped_column(ForeignKey("badge.id"), unique=True)
    sequence: Mapped[int] = mapped_column(Integer, nullable=False)
    unit_account: Mapped[str] = mapped_column(String(8), nullable=False)
    organ_name: Mapped[str] = mapped_column(String(120), nullable=False, index=True)
    track: Mapped[str] = mapped_column(String(16), nullable=False)
    organ_type: Mapped[str] = mapped_column(String(40), nullable=False)
    organ_address: Mapped[str] = mapped_column(String(200), nullable=False)
    organ_functions: Mapped[str] = mapped_column(Text, nullable=False)
    name: Mapped[str] = mapped_column(String(60), nullable=False, index=True)
    chinese_domain: Mapped[str] = mapped_column(String(255), nullable=False)
    english_domain: Mapped[str] = mapped_column(String(255), nullable=False)
    hosts: Mapped[list[dict[str, Any]]] = mapped_column(JSON, nullable=False)
    office_name: Mapped[str] = mapped_column(String(120), nullable=False)
    issuer: Mapped[str] = mapped_column(String(120), nullable=False)
    sha256: Mapped[str] = mapped_column(String(64), nullable=False)
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)
    state: Mapped[str] = mapped_column(String(16), nullable=False, default="issued")
    state_since: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)
    suspended_ground: Mapped[str] = mapped_column(String(24), nullable=False, default="")
    suspended_reason: Mapped[str] = mapped_column(Text, nullable=False, default="")
    hang_days: Mapped[int] = mapped_column(Integer, nullable=False)
    hang_by: Mapped[date] = mapped_column(Date, nullable=False)
    hang_source: Mapped[str] = mapped_column(String(120), nullable=False)
    hung_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    amended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    item: Mapped[BatchItem] = relationship()
    revocation: Mapped[Revocation | None] = relationship(back_populates="badge", uselist=False)
    names: Mapped[list[BadgeHost]] = relationship(back_populates="badge")
    former: Mapped[Badge | None] = relationship(remote_side=id, back_populates="successor")
    successor: Mapped[Badge | None] = relationship(back_populates="former", uselist=False)

    @property
    def hanging(self) -> Badge:
        """The badge itself: what a list's hanging clock is drawn from."""
        return self

    def __repr__(self) -> str:
        return self.number


class BadgeHost(UnitScoped, Model):
    """A host a badge stands for, as an index: no host belongs to two badges that are not revoked."""

    __tablename__ = "badge_host"
    __obj__ = "badge"
    __facts_from__ = "badge"
    __table_args__ = (
        Index("uq_badge_host_live", "ascii", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
        Index("ix_badge_host_ascii", "ascii", "id"),
        *UnitScoped.indexes("badge_host"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    badge_id: Mapped[int] = mapped_column(ForeignKey("badge.id"), nullable=False, index=True)
    ascii: Mapped[str] = mapped_column(String(253), nullable=False)
    live: Mapped[bool] = mapped_column(Boolean, nullable=False, default=True)

    badge: Mapped[Badge] = relationship(back_populates="names")


class Revocation(UnitScoped, Timestamped, Model):
    """A decision of the reviewing office's head to revoke, and its execution by the registrar (C-art.19)."""

    __tablename__ = "revocation"
    __obj__ = "badge"
    __facts_from__ = "badge"
    __links__ = {
        "decided_by_id": "whoever decided, set by the verb: with a change, the registrar writes whose decision it was"
    }
    __table_args__ = (
        CheckConstraint("ground BETWEEN 1 AND 6", name="ground"),
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("(executed_at IS NULL) = (executed_by IS NULL)", name="executed_by_somebody"),
        *UnitScoped.indexes("revocation"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    badge_id: Mapped[int] = mapped_column(ForeignKey("badge.id"), unique=True, nullable=False)
    ground: Mapped[int] = mapped_column(Integer, nullable=False)
    reason: Mapped[str] = mapped_column(Text, nullable=False)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="SET NULL"))
    decided_by: Mapped[str] = mapped_column(String(80), nullable=False)
    decided_at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)
    executed_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="SET NULL"))
    executed_by: Mapped[str | None] = mapped_column(String(80))
    executed_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)

    badge: Mapped[Badge] = relationship(back_populates="revocation")
