"""One registered domain name of a unit (S20, S21)."""

from __future__ import annotations

from datetime import date

from flask_appbuilder.models.sqla import Model
from sqlalchemy import Boolean, CheckConstraint, Date, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.foundation.database import Timestamped, Versioned, state_check
from app.foundation.jurisdiction import UnitScoped
from app.foundation.tenancy.models import Unit

KINDS = ("chinese", "english")


class DomainRecord(UnitScoped, Versioned, Timestamped, Model):
    """A domain name, whose it is, and the days between which it is registered.

    ``ascii`` is the name as the network carries it (punycode), unique in the register; ``domain`` as people
    read it. ``expires_on`` is the last day on which the registration holds.
    """

    __tablename__ = "domain_record"
    __obj__ = "domain"
    __table_args__ = (
        state_check("kind", KINDS),
        CheckConstraint("registered_on <= expires_on", name="days_in_order"),
        Index("ix_domain_record_unit_ascii", "unit_id", "ascii"),
        *UnitScoped.indexes("domain_record"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    domain: Mapped[str] = mapped_column(String(255), nullable=False, index=True)
    ascii: Mapped[str] = mapped_column(String(255), nullable=False, unique=True)
    kind: Mapped[str] = mapped_column(String(16), nullable=False)
    registered_on: Mapped[date] = mapped_column(Date, nullable=False)
    expires_on: Mapped[date] = mapped_column(Date, nullable=False)
    working: Mapped[bool] = mapped_column(Boolean, nullable=False, default=True)

    unit: Mapped[Unit | None] = relationship()

    def __repr__(self) -> str:
        return self.domain
