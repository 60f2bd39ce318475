"""What an upper office said about a case below, and the filters a person works with."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder.models.sqla import Model
from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.foundation.database import Timestamped, UTCDateTime, state_check
from app.foundation.jurisdiction import UnitScoped
from app.plugins.applications.models import Application

KINDS = ("urge", "guide")
LONGEST_QUERY = 400


class Guidance(UnitScoped, Timestamped, Model):
    """An urging (催办) or a piece of guidance (指导) from above, and the receipt of the office that decides.

    It changes nothing of the case (S6, P-4). Only the platform makes the rows; the deciding office signs for them;
    the applicant never sees them.
    """

    __tablename__ = "guidance"
    __obj__ = "guidance"
    __facts_from__ = "application"
    __links__ = {
        "given_by_id": "whoever acts, set by the verb: the row is written by the platform",
        "read_by_id": "whoever acts, set by the verb",
    }
    __table_args__ = (
        state_check("kind", KINDS),
        CheckConstraint("kind = 'urge' OR words <> ''", name="guidance_says"),
        CheckConstraint("(read_at IS NULL) = (read_by = '')", name="read_by_somebody"),
        Index("ix_guidance_application_id", "application_id", "id"),
        *UnitScoped.indexes("guidance"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), nullable=False)
    kind: Mapped[str] = mapped_column(String(8), nullable=False)
    words: Mapped[str] = mapped_column(Text, nullable=False, default="")
    office_name: Mapped[str] = mapped_column(String(120), nullable=False)
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="SET NULL"))
    given_by: Mapped[str] = mapped_column(String(80), nullable=False)
    given_at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    read_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="SET NULL"))
    read_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")

    application: Mapped[Application | None] = relationship()

    def __repr__(self) -> str:
        return f"{self.kind} {self.application_id}"


class WorkFilter(Model):
    """The filters somebody last worked with, found by his own id."""

    __tablename__ = "work_filter"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    query: Mapped[str] = mapped_column(String(LONGEST_QUERY), nullable=False, default="")
