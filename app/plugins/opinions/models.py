"""A question to a consulted desk, and what it said."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from flask_appbuilder.models.sqla import Model
from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.foundation.database import Timestamped, UTCDateTime, Versioned, state_check
from app.foundation.jurisdiction import UnitScoped
from app.foundation.tenancy.models import Office
from app.plugins.applications.models import Application

ANSWERS = ("agree", "object", "none")
DESKS = ("egov", "cac")

_OPEN_SQL = text("answered_at IS NULL AND withdrawn_at IS NULL")


class Consultation(UnitScoped, Versioned, Timestamped, Model):
    """One desk asked about one application (S4, C-1): what, by when and under which rule, and its answer.

    ``due`` counts from the day of asking; past it nothing is blocked. A desk is asked once at a time.
    """

    __tablename__ = "consultation"
    __obj__ = "opinion"
    __facts_from__ = "application"
    __links__: ClassVar[dict[str, str]] = {
        "asked_by_id": "whoever asked, set by the verb: the desk that answers does not see the office's accounts"
    }
    __table_args__ = (
        state_check("answer", ANSWERS, optional=True),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered_when"),
        CheckConstraint("answer IS NULL OR answer <> 'object' OR length(words) > 0", name="objection_says_why"),
        CheckConstraint("answered_at IS NULL OR withdrawn_at IS NULL", name="answered_or_withdrawn"),
        CheckConstraint("length(question) > 0", name="asks_something"),
        CheckConstraint("due >= asked_on", name="due_after_asked"),
        Index(
            "uq_consultation_open", "application_id", "desk_id", unique=True,
            sqlite_where=_OPEN_SQL, postgresql_where=_OPEN_SQL,
        ),
        Index("ix_consultation_desk_id", "desk_id", "id"),
        *UnitScoped.indexes("consultation"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), nullable=False, index=True)
    desk_id: Mapped[int] = mapped_column(ForeignKey("office.id"), nullable=False)
    question: Mapped[str] = mapped_column(Text, nullable=False)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    asked_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)
    asked_on: Mapped[date] = mapped_column(Date, nullable=False)
    days: Mapped[int] = mapped_column(Integer, nullable=False)
    counted_in: Mapped[str] = mapped_column(String(8), nullable=False, default="workday")
    due: Mapped[date] = mapped_column(Date, nullable=False)
    rule: Mapped[str] = mapped_column(Text, nullable=False)
    source: Mapped[str] = mapped_column(String(80), nullable=False)
    firm: Mapped[bool] = mapped_column(Boolean, nullable=False)
    reminded_on: Mapped[date | None] = mapped_column(Date)
    answer: Mapped[str | None] = mapped_column(String(8))
    words: Mapped[str] = mapped_column(Text, nullable=False, default="")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    answered_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_because: Mapped[str] = mapped_column(String(500), nullable=False, default="")

    application: Mapped[Application] = relationship()
    desk: Mapped[Office] = relationship(foreign_keys="Consultation.desk_id")

    @property
    def open(self) -> bool:
        """Asked, not answered and not withdrawn."""
        return self.answered_at is None and self.withdrawn_at is None

    def __repr__(self) -> str:
        return self.question[:40]
