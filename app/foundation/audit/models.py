"""The record and its head."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_appbuilder.models.sqla import Model
from sqlalchemy import DDL, JSON, BigInteger, CheckConstraint, Index, Integer, String, Text, event
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.database import PathType, UTCDateTime


class AuditEntry(Model):
    """One act. ``mac`` covers every other column and the entry before; database triggers refuse UPDATE and DELETE.

    It has no jurisdiction of its own: it is read through ``audit.timeline`` of a row the reader sees, or through
    ``audit.reading`` within an inspector's reach.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_object", "obj", "object_id"),
        Index("ix_audit_entry_review_path", "review_path", "seq"),
    )

    seq: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    wall_at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)
    business_at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)
    person_id: Mapped[int | None] = mapped_column(Integer)
    person: Mapped[str] = mapped_column(String(80), nullable=False)
    post: Mapped[str] = mapped_column(String(160), nullable=False)
    verb: Mapped[str] = mapped_column(String(60), nullable=False)
    obj: Mapped[str] = mapped_column(String(40), nullable=False)
    object_id: Mapped[int | None] = mapped_column(Integer)
    review_path: Mapped[str | None] = mapped_column(PathType)
    reason: Mapped[str] = mapped_column(Text, nullable=False, default="")
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    previous: Mapped[str] = mapped_column(String(64), nullable=False)
    mac: Mapped[str] = mapped_column(String(64), nullable=False)


class AuditHead(Model):
    """Count and last MAC, kept apart from the entries (and once more in a file, see ``anchor``)."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    count: Mapped[int] = mapped_column(BigInteger, nullable=False)
    mac: Mapped[str] = mapped_column(String(64), nullable=False)
    seal: Mapped[str] = mapped_column(String(64), nullable=False)


_REFUSE_SQLITE = tuple(
    f"CREATE TRIGGER audit_entry_no_{act.lower()} BEFORE {act} ON audit_entry "
    "BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END"
    for act in ("UPDATE", "DELETE")
)
_REFUSE_POSTGRESQL = (
    "CREATE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'audit_entry is append-only'; END $$",
    "CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse()",
)


def append_only(dialect: str) -> tuple[str, ...]:
    """The DDL that makes the table append-only on a database; the migration runs it too."""
    return _REFUSE_POSTGRESQL if dialect == "postgresql" else _REFUSE_SQLITE


for _dialect in ("sqlite", "postgresql"):
    for _statement in append_only(_dialect):
        _ddl = DDL(_statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
        event.listen(AuditEntry.__table__, "after_create", _ddl.execute_if(dialect=_dialect))
