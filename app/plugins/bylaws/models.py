"""An office's own rules (细则)."""

from __future__ import annotations

from datetime import date, datetime

from flask_appbuilder.models.sqla import Model
from sqlalchemy import CheckConstraint, Date, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.foundation.database import Timestamped, UTCDateTime, Versioned, state_check
from app.foundation.jurisdiction import OfficeScoped
from app.foundation.tenancy.models import Office

STATES = ("draft", "published", "replaced", "withdrawn")
PUBLIC, DRAFT = OBJECTS = ("bylaw", "draft_bylaw")


class Bylaw(OfficeScoped, Versioned, Timestamped, Model):
    """One document. A draft is guarded as an object of its own, so that those below do not see it at all.

    ``replaces_id`` names the one it takes the place of when it is published.
    """

    __tablename__ = "bylaw"
    __obj__ = PUBLIC
    __obj_column__ = "obj"
    __objs__ = OBJECTS
    __table_args__ = (
        state_check("state", STATES),
        CheckConstraint("(state = 'draft') = (obj = 'draft_bylaw')", name="draft_is_guarded"),
        CheckConstraint("(state = 'draft') = (published_at IS NULL)", name="published_when"),
        CheckConstraint("state <> 'withdrawn' OR withdrawn_because <> ''", name="withdrawn_why"),
        CheckConstraint(
            "state = 'draft' OR (document <> '' AND effective_on IS NOT NULL)", name="published_whole"
        ),
        *OfficeScoped.indexes("bylaw"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    obj: Mapped[str] = mapped_column(String(16), nullable=False)
    state: Mapped[str] = mapped_column(String(16), nullable=False)
    title: Mapped[str] = mapped_column(String(120), nullable=False, default="")
    document: Mapped[str] = mapped_column(String(60), nullable=False, default="")
    issued_on: Mapped[date | None] = mapped_column(Date)
    effective_on: Mapped[date | None] = mapped_column(Date)
    text: Mapped[str] = mapped_column(Text, nullable=False, default="")
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("bylaw.id"), index=True)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    published_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")
    ended_on: Mapped[date | None] = mapped_column(Date)
    withdrawn_because: Mapped[str] = mapped_column(String(500), nullable=False, default="")

    office: Mapped[Office] = relationship(foreign_keys="Bylaw.office_id")
    replaces: Mapped[Bylaw | None] = relationship(remote_side=[id])

    def __repr__(self) -> str:
        return self.title
