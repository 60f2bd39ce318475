"""A website that is, or was, a candidate for 视为资格复核未通过 (S26)."""

from __future__ import annotations

from datetime import date, datetime

from flask_appbuilder.models.sqla import Model
from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.foundation.database import Timestamped, UTCDateTime, Versioned, state_check
from app.foundation.jurisdiction import UnitScoped
from app.foundation.tenancy.models import Site, Unit
from app.plugins.applications.models import Application
from app.plugins.campaigns.models import Campaign

STATES = ("candidate", "confirmed", "dismissed", "filed", "lifted")
ENDS = ("confirmed", "dismissed")


class Lapse(UnitScoped, Versioned, Timestamped, Model):
    """One website in one campaign: the filing date it let pass, and what its own office's head decided.

    ``filed``: an application came in late, before anything was decided (``application_id``); ``lifted``: the date was
    put off. From either it becomes a candidate again when nothing stands any more and the date is past. Names are
    copied, so that they read as they were. Only the platform makes the rows; people decide.
    """

    __tablename__ = "lapse"
    __obj__ = "lapse"
    __facts_from__ = "site"
    __table_args__ = (
        state_check("state", STATES),
        CheckConstraint(
            "(state IN ('confirmed', 'dismissed')) = (decided_at IS NOT NULL)", name="decided_when"
        ),
        CheckConstraint("decided_at IS NULL OR reason <> ''", name="decided_why"),
        CheckConstraint("(state = 'filed') = (application_id IS NOT NULL)", name="filed_by_application"),
        UniqueConstraint("site_id", "campaign_id"),
        Index("ix_lapse_review_path_state", "review_path", "state"),
        *UnitScoped.indexes("lapse", counted="unit_id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), nullable=False)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), nullable=False, index=True)
    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"))
    state: Mapped[str] = mapped_column(String(16), nullable=False)
    organ_name: Mapped[str] = mapped_column(String(120), nullable=False)
    site_name: Mapped[str] = mapped_column(String(60), nullable=False)
    due: Mapped[date] = mapped_column(Date, nullable=False)
    source: Mapped[str] = mapped_column(String(160), nullable=False)
    listed_at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="SET NULL"))
    decided_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")
    reason: Mapped[str] = mapped_column(Text, nullable=False, default="")

    unit: Mapped[Unit | None] = relationship()
    site: Mapped[Site | None] = relationship()
    campaign: Mapped[Campaign | None] = relationship()
    application: Mapped[Application | None] = relationship()

    def __repr__(self) -> str:
        return self.site_name
