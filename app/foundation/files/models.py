"""What is known of an uploaded file; its bytes lie in the uploads folder."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.models.sqla import Model
from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.foundation.database import Timestamped, state_check
from app.foundation.files.kinds import CONTENT_TYPES
from app.foundation.jurisdiction import UnitScoped
from app.foundation.tenancy.models import Site, Unit

# The Casbin objects a file may be guarded as; each costs every reader one clause.
GUARDED_AS = ("survey", "material", "evidence")


class StoredFile(UnitScoped, Timestamped, Model):
    """One upload. Guarded as the object named in ``obj`` (one of ``GUARDED_AS``), with its parent's row facts.

    ``parent_table`` and ``parent_id`` say which row it was handed in with; ``kind`` is the plugin's own word
    for what it is. The original name may carry a person's name and enters the audit record as a digest.
    """

    __tablename__ = "stored_file"
    __obj__ = "material"
    __obj_column__ = "obj"
    __objs__ = GUARDED_AS
    __personal__ = ("name",)

    __table_args__ = (
        state_check("obj", GUARDED_AS),
        state_check("content_type", CONTENT_TYPES),
        CheckConstraint("size > 0", name="not_empty"),
        CheckConstraint("length(sha256) = 64", name="sha256_length"),
        Index("ix_stored_file_parent", "parent_table", "parent_id", "kind"),
        *UnitScoped.indexes("stored_file"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    obj: Mapped[str] = mapped_column(String(40), nullable=False)
    kind: Mapped[str] = mapped_column(String(40), nullable=False)
    parent_table: Mapped[str] = mapped_column(String(63), nullable=False)
    parent_id: Mapped[int] = mapped_column(Integer, nullable=False)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"), index=True)
    name: Mapped[str] = mapped_column(String(160), nullable=False)
    content_type: Mapped[str] = mapped_column(String(40), nullable=False)
    size: Mapped[int] = mapped_column(Integer, nullable=False)
    sha256: Mapped[str] = mapped_column(String(64), nullable=False)
    stored_name: Mapped[str] = mapped_column(String(64), unique=True, nullable=False)
    uploaded_by: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)

    unit: Mapped[Unit | None] = relationship()
    site: Mapped[Site | None] = relationship()

    def facts_source(self) -> str:
        """What is handed in for a site follows the site's own filing desk (S8), else the unit's."""
        named: Any = self.site_id or self.site
        return "site" if named else "unit"

    def __repr__(self) -> str:
        return self.name
