"""An invitation: the one-time code with which a person opens an account, or gets a new way into it."""

from __future__ import annotations

from datetime import date, datetime

from flask_appbuilder.models.sqla import Model
from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.foundation.database import Timestamped, UTCDateTime, state_check
from app.foundation.jurisdiction import FactColumns, HolderScoped
from app.foundation.tenancy.models import Person

PURPOSES = ("open", "renew")
WAYS = ("print", "email")
_OPEN = text("used_at IS NULL AND revoked_at IS NULL")


class Invitation(HolderScoped, Timestamped, Model):
    """Kept by the office that keeps the account. Of the code only a hash is stored; one at a time is open."""

    __tablename__ = "invitation"
    __obj__ = "user"
    __table_args__ = (
        state_check("purpose", PURPOSES),
        state_check("way", WAYS),
        CheckConstraint("used_at IS NULL OR revoked_at IS NULL", name="one_end"),
        CheckConstraint("attempts >= 0", name="attempts"),
        Index("uq_invitation_open", "person_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        *FactColumns.indexes("invitation"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False, index=True
    )
    purpose: Mapped[str] = mapped_column(String(8), nullable=False)
    way: Mapped[str] = mapped_column(String(8), nullable=False)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True, nullable=False)
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="SET NULL"))
    issued_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")
    expires_on: Mapped[date] = mapped_column(Date, nullable=False)
    attempts: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")

    person: Mapped[Person] = relationship(foreign_keys=[person_id])

    def holder(self) -> str | None:
        """It stands where the account is kept."""
        return "person"
