"""One registered domain name of a unit (S20, S21)."""

from __future__ import annotations

from datetime import date, datetime

from flask_appbuilder.models.sqla import Model
from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.foundation.database import Timestamped, UTCDateTime, Versioned, state_check
from app.foundation.jurisdiction import UnitScoped
from app.foundation.tenancy.models import Site, Unit

KINDS = ("chinese", "english")
TASK_KINDS = ("register", "renew", "repair")
ENDS = ("valid", "dropped")
_OPEN_SQL = text("closed_at IS NULL")


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


class DomainTask(UnitScoped, Versioned, Timestamped, Model):
    """A Chinese domain to be registered, renewed or repaired before its website can be applied for (S21).

    Guarded as an application is: whoever files for the website works it, whoever reviews it sees it. ``kind`` says what
    was to be done when it was opened, ``expires_on`` when the registration ended. ``reported_at``: the applicant has done his part and asks for the register
    to be brought up to date. It closes by itself when the register says valid; ``dropped``: the name is wanted no more.
    """

    __tablename__ = "domain_task"
    __obj__ = "application"
    __table_args__ = (
        state_check("kind", TASK_KINDS),
        state_check("ended", ENDS, optional=True),
        CheckConstraint("(closed_at IS NULL) = (ended IS NULL)", name="ended_when_closed"),
        CheckConstraint("ended IS NULL OR ended <> 'dropped' OR reason <> ''", name="dropped_why"),
        Index(
            "uq_domain_task_open",
            "unit_id",
            "ascii",
            unique=True,
            sqlite_where=_OPEN_SQL,
            postgresql_where=_OPEN_SQL,
        ),
        *UnitScoped.indexes("domain_task", counted="unit_id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"), index=True)
    domain: Mapped[str] = mapped_column(String(255), nullable=False)
    ascii: Mapped[str] = mapped_column(String(255), nullable=False, index=True)
    kind: Mapped[str] = mapped_column(String(16), nullable=False)
    expires_on: Mapped[date | None] = mapped_column(Date)
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)
    reported_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reported_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")
    note: Mapped[str] = mapped_column(String(200), nullable=False, default="")
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended: Mapped[str | None] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(200), nullable=False, default="")

    unit: Mapped[Unit | None] = relationship()
    site: Mapped[Site | None] = relationship()

    def facts_source(self) -> str:
        """The site's own desk works it where the site is known (S8)."""
        return "site" if self.site_id is not None or self.site is not None else "unit"

    @property
    def state(self) -> str:
        """``open``, ``reported``, or how it ended."""
        return self.ended or ("reported" if self.reported_at is not None else "open")

    def __repr__(self) -> str:
        return self.domain
