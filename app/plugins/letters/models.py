"""Letters as they were made: what was set, sealed, and what its bytes are."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from flask_appbuilder.models.sqla import Model
from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.foundation.database import Encrypted, Timestamped, UTCDateTime, state_check
from app.foundation.jurisdiction import FactColumns, HolderScoped
from app.foundation.tenancy.models import Office, Unit
from app.plugins.applications.models import Application
from app.plugins.badges.models import Badge
from app.plugins.results.models import StopOrder

KINDS = (
    "request", "form", "correction", "refusal", "opinion", "badge", "stop_conac", "stop_cnnic", "passed",
)  # fmt: skip
SUBJECTS = ("application", "badge", "order", "office")
_ONE_SUBJECT = " + ".join(f"(CASE WHEN {name}_id IS NULL THEN 0 ELSE 1 END)" for name in SUBJECTS) + " = 1"


class Letter(HolderScoped, Timestamped, Model):
    """One official document that was made, about one application, badge, stop order, or office (its published list).

    ``data`` is what the template was filled with, encrypted: a form holds the two people's data (A4.注3). ``content``
    is the SHA-256 of what it says; ``edition`` that of templates, fonts and typesetter: data and edition give the
    same bytes again, whose ``sha256`` is kept when the file was first made alone. ``about`` names organ and website.
    """

    __tablename__ = "letter"
    __obj__ = "letter"
    __scope_unit__ = "unit_id"
    __carried__ = True
    __links__: ClassVar[dict[str, str]] = {
        "unit_id": "whose the application, badge or order is, set by the verb",
        "issued_by_id": "whose act it follows, set by the verb: the platform writes the registrar's and the reviewer's",
    }
    __table_args__ = (
        state_check("kind", KINDS),
        CheckConstraint(_ONE_SUBJECT, name="one_subject"),
        CheckConstraint("length(content) = 64", name="content_length"),
        CheckConstraint("length(edition) = 64", name="edition_length"),
        CheckConstraint("sha256 IS NULL OR length(sha256) = 64", name="sha256_length"),
        Index("ix_letter_application_id", "application_id", "kind"),
        Index("ix_letter_badge_id", "badge_id"),
        Index("ix_letter_order_id", "order_id"),
        Index("ix_letter_office_id", "office_id"),
        *FactColumns.indexes("letter", counted="unit_id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), nullable=False)
    number: Mapped[str] = mapped_column(String(48), unique=True, nullable=False)
    token: Mapped[str] = mapped_column(String(32), unique=True, nullable=False)
    about: Mapped[str] = mapped_column(String(200), nullable=False)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"))
    badge_id: Mapped[int | None] = mapped_column(ForeignKey("badge.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("stop_order.id"))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    data: Mapped[str] = mapped_column(Encrypted, nullable=False)
    content: Mapped[str] = mapped_column(String(64), nullable=False)
    edition: Mapped[str] = mapped_column(String(64), nullable=False)
    sha256: Mapped[str | None] = mapped_column(String(64))
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="SET NULL"))
    issued_by: Mapped[str] = mapped_column(String(80), nullable=False)

    unit: Mapped[Unit | None] = relationship(foreign_keys=[unit_id])
    application: Mapped[Application | None] = relationship()
    badge: Mapped[Badge | None] = relationship()
    order: Mapped[StopOrder | None] = relationship()
    office: Mapped[Office | None] = relationship(foreign_keys=[office_id])

    def holder(self) -> str | None:
        """What it is about: its facts are copied from there."""
        named = {
            "application": self.application_id or self.application,
            "badge": self.badge_id or self.badge,
            "order": self.order_id or self.order,
            "office": self.office_id or self.office,
        }
        return next((name for name, value in named.items() if value), None)

    def __repr__(self) -> str:
        return self.number
