"""An office's return, the people it names, and the copy a desk is sent (S17)."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder.models.sqla import Model
from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.foundation.database import Encrypted, Timestamped, UTCDateTime, Versioned, state_check
from app.foundation.jurisdiction import FactColumns, HolderScoped, OfficeScoped
from app.foundation.tenancy.models import Office
from app.plugins.campaigns.models import Campaign, CampaignStep

STATES = ("draft", "submitted", "returned", "received", "replaced")
EDITABLE = ("draft", "returned")
COPY_STATES = ("sent", "signed", "recalled")


class OfficeReturn(OfficeScoped, Versioned, Timestamped, Model):
    """One edition of an office's return to a step of a campaign; what was received is corrected by a new edition.

    ``edition`` counts from 1. What is not filled in yet is empty text.
    """

    __tablename__ = "office_return"
    __obj__ = "return"
    __personal__ = ("leader",)
    __table_args__ = (
        state_check("state", STATES),
        CheckConstraint(
            "state NOT IN ('submitted', 'received', 'replaced') OR submitted_at IS NOT NULL",
            name="submitted_when",
        ),
        CheckConstraint(
            "(state IN ('received', 'replaced')) = (received_at IS NOT NULL)", name="received_when"
        ),
        CheckConstraint("state <> 'returned' OR return_reason <> ''", name="returned_why"),
        CheckConstraint("edition >= 1", name="edition"),
        UniqueConstraint("step_id", "office_id", "edition"),
        *OfficeScoped.indexes("office_return"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), nullable=False, index=True)
    step_id: Mapped[int] = mapped_column(ForeignKey("campaign_step.id"), nullable=False)
    edition: Mapped[int] = mapped_column(Integer, nullable=False, default=1)
    state: Mapped[str] = mapped_column(String(16), nullable=False)
    leader: Mapped[str] = mapped_column(String(40), nullable=False, default="")
    leader_post: Mapped[str] = mapped_column(String(60), nullable=False, default="")
    leader_phone: Mapped[str] = mapped_column(Encrypted, nullable=False, default="")
    section: Mapped[str] = mapped_column(String(80), nullable=False, default="")
    section_phone: Mapped[str] = mapped_column(String(40), nullable=False, default="")
    training: Mapped[str] = mapped_column(Text, nullable=False, default="")
    funding: Mapped[str] = mapped_column(Text, nullable=False, default="")
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    submitted_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")
    received_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    received_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")
    return_reason: Mapped[str] = mapped_column(Text, nullable=False, default="")

    office: Mapped[Office] = relationship(foreign_keys="OfficeReturn.office_id")
    campaign: Mapped[Campaign] = relationship()
    step: Mapped[CampaignStep] = relationship()
    staff: Mapped[list[ReturnStaff]] = relationship(
        back_populates="return_", order_by="ReturnStaff.number", cascade="all, delete-orphan"
    )

    def __repr__(self) -> str:
        return f"{self.section}（第{self.edition}次）"


class ReturnStaff(HolderScoped, Model):
    """One person who does the work; stands where the return stands."""

    __tablename__ = "return_staff"
    __obj__ = "return"
    __follows__ = ("return_id",)
    __personal__ = ("name",)
    __table_args__ = (UniqueConstraint("return_id", "number"), *FactColumns.indexes("return_staff"))

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    return_id: Mapped[int] = mapped_column(ForeignKey("office_return.id", ondelete="CASCADE"), nullable=False)
    number: Mapped[int] = mapped_column(Integer, nullable=False)
    name: Mapped[str] = mapped_column(String(40), nullable=False, default="")
    post: Mapped[str] = mapped_column(String(60), nullable=False, default="")
    phone: Mapped[str] = mapped_column(Encrypted, nullable=False, default="")

    return_: Mapped[OfficeReturn] = relationship(back_populates="staff")

    def holder(self) -> str:
        """Where the return stands."""
        return "return_"


class ReturnCopy(OfficeScoped, Versioned, Timestamped, Model):
    """What a desk was sent a copy of (抄报), as it was handed in: it stands where the return stands, and the desk sees
    it by what its office shares with it, and nothing of the return itself.

    ``content`` is the JSON of ``copies.frozen``. A copy is recalled when the return is withdrawn or sent back.
    """

    __tablename__ = "return_copy"
    __obj__ = "notice"
    __links__ = {
        "return_id": "set by the platform when the return is handed in; the desk does not see the return"
    }
    __table_args__ = (
        state_check("state", COPY_STATES),
        CheckConstraint("state <> 'signed' OR signed_at IS NOT NULL", name="signed_when"),
        Index("ix_return_copy_return", "return_id"),
        *OfficeScoped.indexes("return_copy"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    return_id: Mapped[int] = mapped_column(ForeignKey("office_return.id"), nullable=False)
    desk_id: Mapped[int] = mapped_column(ForeignKey("office.id"), nullable=False, index=True)
    state: Mapped[str] = mapped_column(String(16), nullable=False)
    sender: Mapped[str] = mapped_column(String(60), nullable=False)
    document: Mapped[str] = mapped_column(String(60), nullable=False)
    addressed: Mapped[str] = mapped_column(String(80), nullable=False)
    edition: Mapped[int] = mapped_column(Integer, nullable=False)
    content: Mapped[str] = mapped_column(Encrypted, nullable=False)
    sent_at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)
    signed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    signed_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")

    office: Mapped[Office] = relationship(foreign_keys="ReturnCopy.office_id")
    desk: Mapped[Office] = relationship(foreign_keys="ReturnCopy.desk_id")

    def __repr__(self) -> str:
        return f"{self.sender}（第{self.edition}次）"
