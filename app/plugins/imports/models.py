"""A batch of workbooks an office uploads, its files, and a line for each sheet found in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from flask_appbuilder.models.sqla import Model
from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from app.foundation.database import Timestamped, UTCDateTime, Versioned, state_check
from app.foundation.jurisdiction import FactColumns, OfficeScoped
from app.foundation.tenancy.models import Office
from app.plugins.surveys.bulk import ACTS

UPLOADED, READ, APPLIED, CANCELLED, REFUSED = STATES = (
    "uploaded", "read", "applied", "cancelled", "refused",
)  # fmt: skip
OUTCOMES = ("applied", "refused")


class ImportBatch(OfficeScoped, Versioned, Timestamped, Model):
    """What was uploaded together, tried together, and is taken in or withdrawn together.

    ``hand_in``: sheets without fault count as handed in; otherwise they stay drafts for their units to check.
    ``job_id`` is the newest job about it: a number only, for jobs are cleared away.
    """

    __tablename__ = "import_batch"
    __obj__ = "import"
    __links__: ClassVar[dict[str, str]] = {"uploaded_by": "whoever uploads, set by the server"}
    __table_args__ = (
        state_check("state", STATES),
        CheckConstraint("(state = 'refused') = (reason <> '')", name="refused_why"),
        *FactColumns.indexes("import_batch"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    state: Mapped[str] = mapped_column(String(16), nullable=False)
    hand_in: Mapped[bool] = mapped_column(Boolean, nullable=False)
    uploaded_by: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="SET NULL"))
    uploader: Mapped[str] = mapped_column(String(80), nullable=False)
    uploaded_at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")
    reason: Mapped[str] = mapped_column(String(300), nullable=False, default="")
    sites: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False, default=dict)
    job_id: Mapped[int | None] = mapped_column(Integer)

    office: Mapped[Office] = relationship(foreign_keys="ImportBatch.office_id")
    files: Mapped[list[ImportFile]] = relationship(
        back_populates="batch", order_by="ImportFile.number", cascade="all, delete-orphan"
    )

    @property
    def name(self) -> str:
        """What people call it."""
        return "、".join(file.name for file in self.files)

    def __repr__(self) -> str:
        return f"#{self.id}"


class ImportFile(OfficeScoped, Model):
    """One workbook as it was uploaded; withdrawn with its batch, its content is gone."""

    __tablename__ = "import_file"
    __obj__ = "import"
    __table_args__ = (
        UniqueConstraint("batch_id", "number"),
        CheckConstraint("size > 0", name="not_empty"),
        *FactColumns.indexes("import_file"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id", ondelete="CASCADE"), nullable=False)
    number: Mapped[int] = mapped_column(Integer, nullable=False)
    name: Mapped[str] = mapped_column(String(160), nullable=False)
    size: Mapped[int] = mapped_column(Integer, nullable=False)
    sha256: Mapped[str] = mapped_column(String(64), nullable=False)
    linked: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    content: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))

    batch: Mapped[ImportBatch] = relationship(back_populates="files")
    office: Mapped[Office] = relationship(foreign_keys="ImportFile.office_id")


class ImportLine(OfficeScoped, Model):
    """One sheet found in a file, or a page that could not be read: what is to become of it, and what did.

    ``findings``: ``{"field", "message", "params", "source", "cell"}``, the cell as people call it (``C5``).
    ``unit_id``, ``sheet_version``: which unit and which state of its sheet it was judged by; keys of no table.
    """

    __tablename__ = "import_line"
    __obj__ = "import"
    __table_args__ = (
        state_check("act", ACTS),
        state_check("outcome", OUTCOMES, optional=True),
        UniqueConstraint("batch_id", "number"),
        Index("ix_import_line_act", "batch_id", "act", "number"),
        *FactColumns.indexes("import_line"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id", ondelete="CASCADE"), nullable=False)
    file_id: Mapped[int] = mapped_column(ForeignKey("import_file.id", ondelete="CASCADE"), nullable=False)
    number: Mapped[int] = mapped_column(Integer, nullable=False)
    tab: Mapped[str] = mapped_column(String(120), nullable=False)
    row: Mapped[int] = mapped_column(Integer, nullable=False)
    account: Mapped[str] = mapped_column(String(8), nullable=False, default="")
    unit_name: Mapped[str] = mapped_column(String(120), nullable=False, default="")
    sites: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    act: Mapped[str] = mapped_column(String(16), nullable=False)
    outcome: Mapped[str | None] = mapped_column(String(16))
    unsealed: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    unit_id: Mapped[int | None] = mapped_column(Integer)
    sheet_version: Mapped[int | None] = mapped_column(Integer)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSON, nullable=False, default=list)

    file: Mapped[ImportFile] = relationship()
    office: Mapped[Office] = relationship(foreign_keys="ImportLine.office_id")
