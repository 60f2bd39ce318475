"""A unit's responsible person, now or earlier."""

from __future__ import annotations

from datetime import date

from flask_appbuilder.models.sqla import Model
from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.foundation.database import Encrypted, Timestamped, Versioned
from app.foundation.jurisdiction import UnitScoped
from app.foundation.tenancy.models import Unit

_CURRENT = text("until IS NULL")


class Liaison(UnitScoped, Versioned, Timestamped, Model):
    """From ``since`` to ``until`` (None: today's; a unit has one at most). ``person_id`` is his account, where he has one.

    ``reason`` says why the duty passed to him; of the first it is empty.
    """

    __tablename__ = "liaison"
    __obj__ = "liaison"
    __personal__ = ("name",)
    __table_args__ = (
        CheckConstraint("until IS NULL OR until >= since", name="days_in_order"),
        Index("uq_liaison_current", "unit_id", unique=True, sqlite_where=_CURRENT, postgresql_where=_CURRENT),
        *UnitScoped.indexes("liaison"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(40), nullable=False)
    section: Mapped[str] = mapped_column(String(80), nullable=False)
    post: Mapped[str] = mapped_column(String(60), nullable=False, default="")
    phone: Mapped[str] = mapped_column(String(40), nullable=False)
    mobile: Mapped[str] = mapped_column(Encrypted, nullable=False)
    email: Mapped[str] = mapped_column(Encrypted, nullable=False)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="SET NULL"), index=True)
    since: Mapped[date] = mapped_column(Date, nullable=False)
    until: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(200), nullable=False, default="")
    named_by: Mapped[str] = mapped_column(String(80), nullable=False)

    unit: Mapped[Unit | None] = relationship()

    def __repr__(self) -> str:
        return self.name
