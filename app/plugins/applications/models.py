"""Tables of an application: annex 4's fields, and what the two reviews left behind."""

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
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.foundation.database import Encrypted, Timestamped, UTCDateTime, Versioned, state_check
from app.foundation.jurisdiction import FACTS, UnitScoped
from app.foundation.tenancy.models import Site, Unit

STATES = (
    "draft", "submitted", "returned", "awaiting_paper", "paper_review", "approved", "reported", "badged",
    "refused", "ineligible", "withdrawn",
)  # fmt: skip
ENDS = ("badged", "refused", "ineligible", "withdrawn")
LIVE = tuple(state for state in STATES if state not in ENDS)
KINDS = ("opening", "requalification")
TRACKS = ("organ", "institution")
FINDINGS = ("open", "ok", "bad")
CLOCKS = ("first_review", "applicant_paper", "paper_review")
MEANS = ("exchange", "hand", "post")
OUTCOMES = ("passed", "returned", "ineligible", "approved", "refused", "sent_back")

NO_DUE = date(9999, 12, 31)

_LIVE_SQL = text(f"state NOT IN ({', '.join(repr(state) for state in ENDS)})")
_RUNNING_SQL = text("stopped_on IS NULL")


class Application(UnitScoped, Versioned, Timestamped, Model):
    """One website's application (A4): the site is None while a new one is not registered yet.

    Names are copied onto the row, so that a desk that carries only the site reads them too. ``due`` repeats
    the running clock's last day, ``late_after`` is the filing date it was first submitted after (S26), ``due_order`` likewise for sorting (``NO_DUE``: nothing runs). ``opinion`` keeps what a reviewer has begun to
    write but not sent.
    """

    __tablename__ = "application"
    __obj__ = "application"
    __personal__ = ("leader_name", "leader_phone", "handler_name", "handler_phone")
    __links__ = {
        "claimed_by_id": "a colleague who may take it over, asked by the verb: reviewers see no accounts"
    }
    __table_args__ = (
        state_check("state", STATES),
        state_check("kind", KINDS),
        state_check("track", TRACKS),
        CheckConstraint("state IN ('draft', 'withdrawn') OR number IS NOT NULL", name="filed_has_number"),
        CheckConstraint(
            "state IN ('draft', 'withdrawn') OR declared_at IS NOT NULL", name="filed_is_declared"
        ),
        CheckConstraint(
            "paper_reviewer_id IS NULL OR paper_reviewer_id <> first_reviewer_id", name="two_reviewers"
        ),
        CheckConstraint(
            "state NOT IN ('approved', 'reported', 'badged', 'refused') OR "
            "(first_reviewer_id IS NOT NULL AND paper_reviewer_id IS NOT NULL)",
            name="decided_by_two",
        ),
        Index(
            "uq_application_live_site",
            "site_id",
            unique=True,
            sqlite_where=_LIVE_SQL,
            postgresql_where=_LIVE_SQL,
        ),
        Index("ix_application_due_order", "due_order", "id"),
        *(Index(f"ix_application_{fact}_due", fact, "due_order", "id") for fact in FACTS),
        *UnitScoped.indexes("application", counted="unit_id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"), index=True)
    number: Mapped[str | None] = mapped_column(String(40), unique=True)
    kind: Mapped[str] = mapped_column(String(20), nullable=False)
    track: Mapped[str] = mapped_column(String(16), nullable=False)
    state: Mapped[str] = mapped_column(String(20), nullable=False, default="draft")
    round: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    account: Mapped[str] = mapped_column(String(8), nullable=False)

    organ_name: Mapped[str] = mapped_column(String(120), nullable=False, default="")
    supervisor_name: Mapped[str] = mapped_column(String(120), nullable=False, default="")
    functions: Mapped[str] = mapped_column(Text, nullable=False, default="")
    organ_type: Mapped[str] = mapped_column(String(40), nullable=False, default="")
    address: Mapped[str] = mapped_column(String(200), nullable=False, default="")
    postcode: Mapped[str] = mapped_column(String(6), nullable=False, default="")

    site_name: Mapped[str] = mapped_column(String(60), nullable=False, default="", index=True)
    site_intro: Mapped[str] = mapped_column(Text, nullable=False, default="")
    chinese_domain: Mapped[str] = mapped_column(String(255), nullable=False, default="")
    english_domain: Mapped[str] = mapped_column(String(255), nullable=False, default="")
    ip: Mapped[str] = mapped_column(String(45), nullable=False, default="")

    leader_name: Mapped[str] = mapped_column(String(40), nullable=False, default="")
    leader_phone: Mapped[str] = mapped_column(String(40), nullable=False, default="")
    leader_mobile: Mapped[str | None] = mapped_column(Encrypted)
    leader_email: Mapped[str | None] = mapped_column(Encrypted)
    handler_name: Mapped[str] = mapped_column(String(40), nullable=False, default="")
    handler_phone: Mapped[str] = mapped_column(String(40), nullable=False, default="")
    handler_mobile: Mapped[str | None] = mapped_column(Encrypted)
    handler_email: Mapped[str | None] = mapped_column(Encrypted)
    handler_id_number: Mapped[str | None] = mapped_column(Encrypted)

    declared_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    declared_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    late_after: Mapped[date | None] = mapped_column(Date)
    late_source: Mapped[str | None] = mapped_column(String(160))
    first_reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    first_reviewed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    paper_reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    paper_reviewed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reported_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    badged_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    due: Mapped[date | None] = mapped_column(Date)
    due_order: Mapped[date] = mapped_column(Date, nullable=False, default=NO_DUE)
    claimed_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    claimed_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")
    opinion: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False, default=dict)

    unit: Mapped[Unit | None] = relationship()
    site: Mapped[Site | None] = relationship()
    checklist: Mapped[list[ChecklistItem]] = relationship(
        back_populates="application", order_by="(ChecklistItem.round, ChecklistItem.number)"
    )
    decisions: Mapped[list[ReviewDecision]] = relationship(
        back_populates="application", order_by="ReviewDecision.id"
    )
    receipts: Mapped[list[PaperReceipt]] = relationship(
        back_populates="application", order_by="PaperReceipt.id"
    )
    clocks: Mapped[list[ApplicationClock]] = relationship(
        back_populates="application", order_by="ApplicationClock.id"
    )
    running_clock: Mapped[ApplicationClock | None] = relationship(
        primaryjoin="and_(Application.id == ApplicationClock.application_id, ApplicationClock.stopped_on.is_(None))",
        viewonly=True,
        uselist=False,
    )

    def facts_source(self) -> str:
        """A site's own filing desk files its application too (S8); before there is a site, the unit's does."""
        return "site" if self.site_id or self.site else "unit"

    @hybrid_property
    def name(self) -> str:
        """What the application is called in lists and in the API: its website."""
        return self.site_name

    def items(self) -> list[ChecklistItem]:
        """The checklist of the present round."""
        return [item for item in self.checklist if item.round == self.round]

    def first_reviewers(self) -> set[int]:
        """Whoever passed the first review of the present round, and whoever judged one of its items."""
        people = {self.first_reviewer_id, *(item.judged_by_id for item in self.items())}
        return {one for one in people if one is not None}

    def __repr__(self) -> str:
        return self.site_name or self.organ_name


class ChecklistItem(UnitScoped, Timestamped, Model):
    """One of the five things the first review checks (C-art.7), once a round; none is left open (P-5.3)."""

    __tablename__ = "application_item"
    __obj__ = "application"
    __facts_from__ = "application"
    __table_args__ = (
        state_check("finding", FINDINGS),
        CheckConstraint("number BETWEEN 1 AND 5", name="five_items"),
        CheckConstraint("finding <> 'bad' OR length(note) > 0", name="bad_says_why"),
        UniqueConstraint("application_id", "round", "number"),
        *UnitScoped.indexes("application_item"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), nullable=False)
    round: Mapped[int] = mapped_column(Integer, nullable=False)
    number: Mapped[int] = mapped_column(Integer, nullable=False)
    finding: Mapped[str] = mapped_column(String(8), nullable=False, default="open")
    note: Mapped[str] = mapped_column(Text, nullable=False, default="")
    judged_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    judged_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")
    judged_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    application: Mapped[Application] = relationship(back_populates="checklist")


class ReviewDecision(UnitScoped, Model):
    """What an office decided and told the applicant: outcome, coded reasons and words (C-art.8, 9).

    ``filed`` keeps what the applicant had filled in (never the two people's data), so that the next round can
    be compared with it.
    """

    __tablename__ = "application_decision"
    __obj__ = "application"
    __facts_from__ = "application"
    __links__ = {
        "decided_by_id": "whoever acts, set by the verb: the registrar's return is written by the platform"
    }
    __table_args__ = (
        state_check("outcome", OUTCOMES),
        Index("ix_application_decision_application_id", "application_id"),
        *UnitScoped.indexes("application_decision"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), nullable=False)
    round: Mapped[int] = mapped_column(Integer, nullable=False)
    outcome: Mapped[str] = mapped_column(String(16), nullable=False)
    reasons: Mapped[list[str]] = mapped_column(JSON, nullable=False, default=list)
    words: Mapped[str] = mapped_column(Text, nullable=False, default="")
    filed: Mapped[dict[str, str]] = mapped_column(JSON, nullable=False, default=dict)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    decided_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")
    decided_at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)

    application: Mapped[Application] = relationship(back_populates="decisions")


class PaperReceipt(UnitScoped, Timestamped, Model):
    """Sealed paper as it came in (C-art.8, P-3.3): by what means, on which day, how many copies, taken by whom."""

    __tablename__ = "application_receipt"
    __obj__ = "application"
    __facts_from__ = "application"
    __table_args__ = (
        state_check("means", MEANS),
        CheckConstraint("copies > 0", name="some_copies"),
        Index("ix_application_receipt_application_id", "application_id"),
        *UnitScoped.indexes("application_receipt"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), nullable=False)
    means: Mapped[str] = mapped_column(String(16), nullable=False)
    received_on: Mapped[date] = mapped_column(Date, nullable=False)
    copies: Mapped[int] = mapped_column(Integer, nullable=False)
    received_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    received_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")

    application: Mapped[Application] = relationship(back_populates="receipts")


class ApplicationClock(UnitScoped, Model):
    """A period that runs or ran (S22, S25, C-art.12), with the rule it rests on; one runs at a time."""

    __tablename__ = "application_clock"
    __obj__ = "application"
    __facts_from__ = "application"
    __table_args__ = (
        state_check("kind", CLOCKS),
        CheckConstraint("due >= started_on", name="due_after_start"),
        Index(
            "uq_application_clock_running", "application_id", unique=True,
            sqlite_where=_RUNNING_SQL, postgresql_where=_RUNNING_SQL,
        ),
        Index("ix_application_clock_application_id", "application_id"),
        *UnitScoped.indexes("application_clock"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), nullable=False)
    kind: Mapped[str] = mapped_column(String(20), nullable=False)
    round: Mapped[int] = mapped_column(Integer, nullable=False)
    started_on: Mapped[date] = mapped_column(Date, nullable=False)
    days: Mapped[int] = mapped_column(Integer, nullable=False)
    counted_in: Mapped[str] = mapped_column(String(8), nullable=False, default="workday")
    due: Mapped[date] = mapped_column(Date, nullable=False)
    stopped_on: Mapped[date | None] = mapped_column(Date)
    rule: Mapped[str] = mapped_column(Text, nullable=False)
    source: Mapped[str] = mapped_column(String(80), nullable=False)
    firm: Mapped[bool] = mapped_column(Boolean, nullable=False)

    application: Mapped[Application] = relationship(back_populates="clocks")


class ApplicationSequence(Model):
    """The last number given under a prefix in a year; it carries no jurisdiction and is never shown."""

    __tablename__ = "application_sequence"

    prefix: Mapped[str] = mapped_column(String(24), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Integer, nullable=False)
