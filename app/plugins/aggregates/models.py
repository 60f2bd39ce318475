"""A version of an office's aggregate, and what it held when it was locked (S14)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_appbuilder.models.sqla import Model
from sqlalchemy import (
    DDL,
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    event,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.foundation.database import Timestamped, UTCDateTime, Versioned, state_check
from app.foundation.jurisdiction import OfficeScoped
from app.foundation.tenancy.models import Office
from app.plugins.campaigns.models import Campaign

STATES = ("draft", "locked", "reported", "received", "returned")
LOCKED = STATES[1:]


class AggregateVersion(OfficeScoped, Versioned, Timestamped, Model):
    """One version of what an office has collected in one campaign, counted from 1.

    A draft holds nothing: its figures are those of the moment. Locking takes the snapshot, and with it ``digest``
    and ``totals`` (whole numbers by name, lower offices' included); neither changes again. ``shared_at`` stands
    while those the office shares its figures with may read it.
    """

    __tablename__ = "aggregate_version"
    __obj__ = "aggregate"
    __table_args__ = (
        state_check("state", STATES),
        UniqueConstraint("office_id", "campaign_id", "number"),
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint(
            "(state = 'draft') = (digest = '') AND (digest = '') = (locked_at IS NULL)",
            name="locked_with_digest",
        ),
        CheckConstraint("state <> 'returned' OR return_reason <> ''", name="returned_why"),
        CheckConstraint("state <> 'reported' OR reported_at IS NOT NULL", name="reported_when"),
        CheckConstraint("shared_at IS NULL OR state <> 'draft'", name="shared_is_locked"),
        Index("ix_aggregate_version_campaign", "campaign_id", "office_id", "number"),
        *OfficeScoped.indexes("aggregate_version"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), nullable=False)
    number: Mapped[int] = mapped_column(Integer, nullable=False)
    state: Mapped[str] = mapped_column(String(16), nullable=False)
    note: Mapped[str] = mapped_column(Text, nullable=False, default="")
    digest: Mapped[str] = mapped_column(String(64), nullable=False, default="")
    totals: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False, default=dict)
    locked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    locked_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")
    reported_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reported_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")
    received_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    received_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")
    return_reason: Mapped[str] = mapped_column(Text, nullable=False, default="")
    shared_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    shared_by: Mapped[str] = mapped_column(String(80), nullable=False, default="")

    office: Mapped[Office] = relationship(foreign_keys="AggregateVersion.office_id")
    campaign: Mapped[Campaign | None] = relationship()

    def __repr__(self) -> str:
        return f"{self.number}"


class AggregateSnapshot(OfficeScoped, Model):
    """What a version held when it was locked (see ``content``); written once, never changed and never deleted."""

    __tablename__ = "aggregate_snapshot"
    __obj__ = "aggregate"
    __table_args__ = (UniqueConstraint("version_id"), *OfficeScoped.indexes("aggregate_snapshot"))

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("aggregate_version.id"), nullable=False)
    content: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False)

    version: Mapped[AggregateVersion] = relationship()
    office: Mapped[Office] = relationship(foreign_keys="AggregateSnapshot.office_id")


# What was locked stays as it is; the facts of a row may follow an office that moves.
_KEPT = {
    "aggregate_snapshot": ("version_id", "content"),
    "aggregate_version": ("campaign_id", "number", "digest", "totals", "locked_at", "locked_by", "note"),
}


_WHEN = {"aggregate_snapshot": "", "aggregate_version": "WHEN (OLD.state <> 'draft') "}


def append_only(dialect: str) -> tuple[str, ...]:
    """The DDL that keeps what was locked; the migration runs it too."""
    return _postgresql() if dialect == "postgresql" else _sqlite()


def _sqlite() -> tuple[str, ...]:
    refuse = "BEGIN SELECT RAISE(ABORT, 'a locked aggregate does not change'); END"
    return tuple(
        statement
        for name, columns in _KEPT.items()
        for statement in (
            f"CREATE TRIGGER {name}_no_update BEFORE UPDATE OF {', '.join(columns)} ON {name} "
            f"{_WHEN[name]}{refuse}",
            f"CREATE TRIGGER {name}_no_delete BEFORE DELETE ON {name} {_WHEN[name]}{refuse}",
        )
    )


def _postgresql() -> tuple[str, ...]:
    made = [
        "CREATE FUNCTION aggregate_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'a locked aggregate does not change'; END $$"
    ]
    for name, columns in _KEPT.items():
        made += [
            f"CREATE TRIGGER {name}_no_update BEFORE UPDATE OF {', '.join(columns)} ON {name} "
            f"FOR EACH ROW {_WHEN[name]}EXECUTE FUNCTION aggregate_refuse()",
            f"CREATE TRIGGER {name}_no_delete BEFORE DELETE ON {name} "
            f"FOR EACH ROW {_WHEN[name]}EXECUTE FUNCTION aggregate_refuse()",
        ]
    return tuple(made)


for _dialect in ("sqlite", "postgresql"):
    for _statement in append_only(_dialect):
        _ddl = DDL(_statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
        event.listen(AggregateSnapshot.__table__, "after_create", _ddl.execute_if(dialect=_dialect))
