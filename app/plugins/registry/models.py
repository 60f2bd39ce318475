"""What was approved, frozen; batches, and the items in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_appbuilder.models.sqla import Model
from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.foundation.database import Timestamped, UTCDateTime, Versioned, state_check
from app.foundation.jurisdiction import OfficeScoped, UnitScoped
from app.foundation.tenancy.models import Office
from app.plugins.applications.models import KINDS, Application
from app.plugins.registry import keeping

ITEM_STATES = ("pending", "returned", "issued")
END_CAUSES = ("reopened", "replaced", "revoked")
_LIVE = text("state <> 'returned'")


class ApprovedFacts(UnitScoped, Model):
    """The public facts of one approval, as they stood, and their hash: what goes to the registry, onto the badge and
    into the published list (C-art.4, C-art.9, C-art.12).

    Written once, in the transaction of the approval, and never changed; only that they stand no longer is added, with
    why: the approval was reopened, a change replaced them, the badge was revoked. The names and the kind are copies
    from the snapshot for lists.
    """

    __tablename__ = "approved_facts"
    __obj__ = "badge"
    __facts_from__ = "application"
    __links__ = {
        "approved_by_id": "whoever approved, set by the verb: the registrar ends what a change replaces",
        "application_id": "set by the verb: the registrar, who does not see applications, ends what a change replaces",
    }
    __table_args__ = (
        state_check("kind", KINDS),
        state_check("end_cause", END_CAUSES, optional=True),
        CheckConstraint("(ended_at IS NULL) = (end_cause IS NULL)", name="ended_because"),
        CheckConstraint("length(sha256) = 64", name="sha256_length"),
        CheckConstraint("round > 0", name="of_a_round"),
        UniqueConstraint("application_id", "round"),
        *UnitScoped.indexes("approved_facts"),
        {"listeners": keeping.listeners()},
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), nullable=False)
    round: Mapped[int] = mapped_column(Integer, nullable=False)
    kind: Mapped[str] = mapped_column(String(20), nullable=False)
    organ_name: Mapped[str] = mapped_column(String(120), nullable=False, index=True)
    site_name: Mapped[str] = mapped_column(String(60), nullable=False, index=True)
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False)
    sha256: Mapped[str] = mapped_column(String(64), nullable=False)
    approved_at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="SET NULL"))
    approved_by: Mapped[str] = mapped_column(String(80), nullable=False)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    end_cause: Mapped[str | None] = mapped_column(String(16))

    application: Mapped[Application | None] = relationship()

    @property
    def stands(self) -> bool:
        """Whether nothing has taken their place."""
        return self.ended_at is None

    def __repr__(self) -> str:
        return self.site_name


class Batch(OfficeScoped, Timestamped, Model):
    """One report of an office to the central layer, asking for badges (S25, P-3.5)."""

    __tablename__ = "batch"
    __obj__ = "badge"
    __table_args__ = (
        CheckConstraint("size > 0", name="not_empty"),
        *OfficeScoped.indexes("batch"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[str] = mapped_column(String(32), unique=True, nullable=False)
    year: Mapped[int] = mapped_column(Integer, nullable=False)
    office_name: Mapped[str] = mapped_column(String(120), nullable=False)
    size: Mapped[int] = mapped_column(Integer, nullable=False)
    sent_at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="SET NULL"))
    sent_by: Mapped[str] = mapped_column(String(80), nullable=False)

    office: Mapped[Office] = relationship(foreign_keys="Batch.office_id")
    items: Mapped[list[BatchItem]] = relationship(back_populates="batch", order_by="BatchItem.id")

    def __repr__(self) -> str:
        return self.number


class BatchItem(UnitScoped, Versioned, Timestamped, Model):
    """One approved site in a batch: what was frozen when it was approved, and its hash.

    Both are copies of the approved facts, so that a later change of either is seen; the names beside the snapshot are
    copies for lists; what is issued comes from the snapshot alone.
    """

    __tablename__ = "batch_item"
    __obj__ = "badge"
    __facts_from__ = "application"
    __table_args__ = (
        state_check("state", ITEM_STATES),
        CheckConstraint("(state = 'returned') = (return_reason <> '')", name="returned_with_reason"),
        CheckConstraint("(state = 'issued') = (badge_number IS NOT NULL)", name="issued_with_number"),
        Index(
            "uq_batch_item_live", "application_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE
        ),
        Index("ix_batch_item_state", "state", "id"),
        *UnitScoped.indexes("batch_item"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), nullable=False, index=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), nullable=False, index=True)
    facts_id: Mapped[int] = mapped_column(ForeignKey("approved_facts.id"), nullable=False, index=True)
    organ_name: Mapped[str] = mapped_column(String(120), nullable=False, index=True)
    site_name: Mapped[str] = mapped_column(String(60), nullable=False, index=True)
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False)
    sha256: Mapped[str] = mapped_column(String(64), nullable=False)
    state: Mapped[str] = mapped_column(String(16), nullable=False, default="pending")
    return_reason: Mapped[str] = mapped_column(Text, nullable=False, default="")
    badge_number: Mapped[str | None] = mapped_column(String(23))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    batch: Mapped[Batch] = relationship(back_populates="items")
    application: Mapped[Application | None] = relationship()
    facts: Mapped[ApprovedFacts] = relationship()

    def __repr__(self) -> str:
        return self.site_name
