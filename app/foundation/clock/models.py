"""The drill clock's one row, and the holiday arrangements that were pasted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_appbuilder.models.sqla import Model
from sqlalchemy import JSON, Boolean, CheckConstraint, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.database import UTCDateTime, state_check
from app.foundation.jurisdiction import PlatformKept


class DrillClock(Model):
    """Where business time stands still during a drill; no row means real time."""

    __tablename__ = "drill_clock"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)


ARRANGEMENT_STATES = ("proposed", "confirmed", "cancelled")


class HolidayArrangement(PlatformKept, Model):
    """The State Council's arrangement of a year's days, as pasted; of a year's confirmed ones the newest stands.

    ``days`` are all its days as ``[iso date, worked, name]``, also where the notice only changes some; ``changes`` are
    the days that it turned when it was confirmed, as ``[iso date, worked now]``. Times are wall time: the calendar is
    the same whatever a drill clock says.
    """

    __tablename__ = "holiday_arrangement"
    __table_args__ = (
        state_check("state", ARRANGEMENT_STATES),
        CheckConstraint("(state = 'confirmed') = (confirmed_at IS NOT NULL)", name="confirmed_when"),
        Index("ix_holiday_arrangement_confirmed_at", "confirmed_at"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    year: Mapped[int] = mapped_column(Integer, nullable=False)
    document: Mapped[str] = mapped_column(String(60), nullable=False)
    text: Mapped[str] = mapped_column(Text, nullable=False)
    whole: Mapped[bool] = mapped_column(Boolean, nullable=False)
    days: Mapped[list[list[Any]]] = mapped_column(JSON, nullable=False)
    notes: Mapped[list[str]] = mapped_column(JSON, nullable=False, default=list)
    changes: Mapped[list[list[Any]]] = mapped_column(JSON, nullable=False, default=list)
    state: Mapped[str] = mapped_column(String(16), nullable=False)
    proposed_at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)
    proposed_by: Mapped[str] = mapped_column(String(80), nullable=False)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    confirmed_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")

    def __repr__(self) -> str:
        return self.document
