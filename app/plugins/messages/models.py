"""Announcements (通知公告) and who has read them."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder.models.sqla import Model
from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.foundation.database import Timestamped, UTCDateTime, Versioned
from app.foundation.jurisdiction import FactColumns, HolderScoped, OfficeScoped
from app.foundation.tenancy.models import Office, Person


class Announcement(OfficeScoped, Versioned, Timestamped, Model):
    """What an office tells the offices and desks below it, the units it reviews, or both."""

    __tablename__ = "announcement"
    __obj__ = "announcement"
    __table_args__ = (
        CheckConstraint("to_offices OR to_units", name="to_somebody"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_because = '')", name="withdrawn_why"),
        *OfficeScoped.indexes("announcement"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    title: Mapped[str] = mapped_column(String(120), nullable=False)
    text: Mapped[str] = mapped_column(Text, nullable=False)
    to_offices: Mapped[bool] = mapped_column(Boolean, nullable=False)
    to_units: Mapped[bool] = mapped_column(Boolean, nullable=False)
    published_at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)
    published_by: Mapped[str] = mapped_column(String(80), nullable=False)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")
    withdrawn_because: Mapped[str] = mapped_column(String(200), nullable=False, default="")

    office: Mapped[Office] = relationship(foreign_keys="Announcement.office_id")

    def __repr__(self) -> str:
        return self.title


class AnnouncementReading(HolderScoped, Model):
    """One person confirmed that he has read one announcement; it stands where the announcement stands."""

    __tablename__ = "announcement_reading"
    __obj__ = "announcement"
    __follows__ = ("announcement_id",)
    __links__ = {"person_id": "whoever confirms, set by the verb: the platform writes it for him"}
    __table_args__ = (
        UniqueConstraint("announcement_id", "person_id"),
        *FactColumns.indexes("announcement_reading"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    announcement_id: Mapped[int] = mapped_column(
        ForeignKey("announcement.id", ondelete="CASCADE"), nullable=False
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False, index=True
    )
    read_at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)

    announcement: Mapped[Announcement] = relationship()
    person: Mapped[Person] = relationship()

    def holder(self) -> str:
        """Where the announcement stands."""
        return "announcement"
