"""The register of sealed paper: an envelope each line of the office's book, and what of which application lay in it."""

from __future__ import annotations

from datetime import date, datetime

from flask_appbuilder.models.sqla import Model
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.foundation.database import Timestamped, UTCDateTime, state_check
from app.foundation.jurisdiction import OfficeScoped, UnitScoped
from app.foundation.tenancy.models import Office
from app.plugins.applications.models import MEANS, Application, PaperReceipt

DIRECTIONS = ("in", "out")
THINGS_IN = ("letter", "form", "proof", "identity", "other")
THINGS_OUT = ("form", "refusal", "badge_notice", "stop", "other")
THINGS = tuple(dict.fromkeys((*THINGS_IN, *THINGS_OUT)))


class ExchangeEntry(OfficeScoped, Timestamped, Model):
    """One envelope that came in or went out (C-art.8, 9): its running number in the office's book of the year.

    ``slip`` is the number on the envelope itself, given by the exchange station. Entries are never taken back: what
    was found wrong afterwards is noted on the lines.
    """

    __tablename__ = "exchange_entry"
    __obj__ = "exchange"
    __table_args__ = (
        state_check("direction", DIRECTIONS),
        state_check("means", MEANS),
        CheckConstraint("serial > 0", name="serial"),
        CheckConstraint("counterpart <> ''", name="counterpart"),
        UniqueConstraint("office_id", "direction", "year", "serial"),
        *OfficeScoped.indexes("exchange_entry"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    direction: Mapped[str] = mapped_column(String(3), nullable=False)
    year: Mapped[int] = mapped_column(Integer, nullable=False)
    serial: Mapped[int] = mapped_column(Integer, nullable=False)
    day: Mapped[date] = mapped_column(Date, nullable=False)
    means: Mapped[str] = mapped_column(String(16), nullable=False)
    counterpart: Mapped[str] = mapped_column(String(120), nullable=False)
    slip: Mapped[str] = mapped_column(String(40), nullable=False, default="")
    note: Mapped[str] = mapped_column(Text, nullable=False, default="")
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="SET NULL"))
    entered_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")
    entered_at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)

    office: Mapped[Office] = relationship(foreign_keys="ExchangeEntry.office_id")
    lines: Mapped[list[ExchangeLine]] = relationship(
        back_populates="entry", order_by="ExchangeLine.application_id, ExchangeLine.id"
    )

    def __repr__(self) -> str:
        return f"{self.direction}-{self.year}-{self.serial}"


class ExchangeLine(UnitScoped, Timestamped, Model):
    """One kind of paper of one application in an envelope: copies, whether sealed, and what does not agree.

    ``receipt_id`` names the receipt that the form's arrival made; names are copied, so that the book reads as it was.
    """

    __tablename__ = "exchange_line"
    __obj__ = "exchange"
    __facts_from__ = "application"
    __table_args__ = (
        state_check("what", THINGS),
        CheckConstraint("copies > 0", name="some_copies"),
        UniqueConstraint("entry_id", "application_id", "what"),
        UniqueConstraint("receipt_id"),
        Index("ix_exchange_line_application_id", "application_id", "what"),
        *UnitScoped.indexes("exchange_line"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("exchange_entry.id"), nullable=False)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), nullable=False)
    receipt_id: Mapped[int | None] = mapped_column(ForeignKey("application_receipt.id"))
    round: Mapped[int] = mapped_column(Integer, nullable=False)
    organ_name: Mapped[str] = mapped_column(String(120), nullable=False)
    site_name: Mapped[str] = mapped_column(String(60), nullable=False)
    what: Mapped[str] = mapped_column(String(16), nullable=False)
    copies: Mapped[int] = mapped_column(Integer, nullable=False)
    sealed: Mapped[bool] = mapped_column(Boolean, nullable=False)
    mismatch: Mapped[str] = mapped_column(Text, nullable=False, default="")

    entry: Mapped[ExchangeEntry] = relationship(back_populates="lines")
    application: Mapped[Application | None] = relationship()
    receipt: Mapped[PaperReceipt | None] = relationship()

    def __repr__(self) -> str:
        return f"{self.site_name}: {self.what}"
