"""A survey sheet and its rows of websites (A5)."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder.models.sqla import Model
from sqlalchemy import (
    Boolean,
    CheckConstraint,
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

from app.foundation.database import Timestamped, UTCDateTime, Versioned, state_check
from app.foundation.jurisdiction import UnitScoped
from app.foundation.tenancy.models import RANKS, Office, Unit
from app.plugins.campaigns.models import Campaign

STATES = ("draft", "submitted", "returned", "accepted")
EDITABLE = ("draft", "returned")
NATURES = ("organ", "institution")

_OWN = text("filing_desk_id IS NULL")


class SurveySheet(UnitScoped, Versioned, Timestamped, Model):
    """One sheet of a unit in one campaign; sites that a desk files for the unit go on that desk's own sheet (S8).

    The unit's data is copied onto the sheet as filled in (S13: present name and state), so that a desk which
    does not see the unit reads it too. What is not filled in yet is empty text; ``site_count`` is then None.
    """

    __tablename__ = "survey_sheet"
    __obj__ = "survey"
    __personal__ = ("leader", "contact", "phone", "email")
    __links__ = {
        "unit_id": "a desk that files single sites does not see their unit; open_ asks the site's register"
    }
    __table_args__ = (
        state_check("state", STATES),
        state_check("nature", NATURES),
        state_check("rank", RANKS),
        CheckConstraint("site_count IS NULL OR site_count >= 0", name="site_count_not_negative"),
        CheckConstraint(
            "state NOT IN ('submitted', 'accepted') OR submitted_at IS NOT NULL", name="submitted_when"
        ),
        CheckConstraint("(state = 'accepted') = (accepted_at IS NOT NULL)", name="accepted_when"),
        CheckConstraint("state <> 'returned' OR return_reason <> ''", name="returned_why"),
        CheckConstraint("filing_desk_id IS NULL OR NOT no_website", name="desk_has_website"),
        Index(
            "uq_survey_sheet_unit",
            "campaign_id",
            "unit_id",
            unique=True,
            sqlite_where=_OWN,
            postgresql_where=_OWN,
        ),
        UniqueConstraint("campaign_id", "unit_id", "filing_desk_id"),
        Index("ix_survey_sheet_review_path_state", "review_path", "state"),
        *UnitScoped.indexes("survey_sheet", counted="unit_id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), nullable=False)
    filing_desk_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"), index=True)
    account: Mapped[str] = mapped_column(String(8), nullable=False, index=True)
    state: Mapped[str] = mapped_column(String(16), nullable=False)

    unit_name: Mapped[str] = mapped_column(String(120), nullable=False, default="", index=True)
    supervisor_name: Mapped[str] = mapped_column(String(120), nullable=False, default="")
    nature: Mapped[str] = mapped_column(String(16), nullable=False)
    rank: Mapped[str] = mapped_column(String(20), nullable=False)
    leader: Mapped[str] = mapped_column(String(40), nullable=False, default="")
    site_count: Mapped[int | None] = mapped_column(Integer)
    address: Mapped[str] = mapped_column(String(200), nullable=False, default="")
    contact: Mapped[str] = mapped_column(String(40), nullable=False, default="")
    phone: Mapped[str] = mapped_column(String(40), nullable=False, default="")
    email: Mapped[str] = mapped_column(String(254), nullable=False, default="")
    no_website: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    reform: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)

    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    return_reason: Mapped[str] = mapped_column(Text, nullable=False, default="")

    unit: Mapped[Unit | None] = relationship()
    campaign: Mapped[Campaign | None] = relationship()
    filing_desk: Mapped[Office | None] = relationship(foreign_keys="SurveySheet.filing_desk_id")
    sites: Mapped[list[SurveySite]] = relationship(
        back_populates="sheet", order_by="SurveySite.number", cascade="all, delete-orphan"
    )

    @hybrid_property
    def name(self) -> str:
        """The unit's name, as other systems ask for it."""
        return self.unit_name

    def __repr__(self) -> str:
        return self.unit_name


class SurveySite(UnitScoped, Model):
    """One row of websites on a sheet (A5.c); ``无`` stands where a site has no domain of that kind."""

    __tablename__ = "survey_site"
    __obj__ = "survey"
    __facts_from__ = "sheet"
    __table_args__ = (
        UniqueConstraint("sheet_id", "number"),
        CheckConstraint("number >= 1", name="number_from_one"),
        *UnitScoped.indexes("survey_site"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    sheet_id: Mapped[int] = mapped_column(ForeignKey("survey_sheet.id", ondelete="CASCADE"), nullable=False)
    number: Mapped[int] = mapped_column(Integer, nullable=False)
    name: Mapped[str] = mapped_column(String(60), nullable=False, default="")
    chinese_domain: Mapped[str] = mapped_column(String(255), nullable=False, default="", index=True)
    english_domain: Mapped[str] = mapped_column(String(255), nullable=False, default="", index=True)
    ip: Mapped[str] = mapped_column(String(45), nullable=False, default="")

    sheet: Mapped[SurveySheet] = relationship(back_populates="sites")

    def __repr__(self) -> str:
        return self.name
