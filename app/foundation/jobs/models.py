"""The outbox: work that leaves the request, written with what caused it; leases; how far each schedule has come.

All moments here are wall time: a job is the machine's business, whatever the business clock says.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from flask_appbuilder.models.sqla import Model
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.foundation.database import UTCDateTime, state_check
from app.foundation.jurisdiction import FactColumns, OfficeScoped
from app.foundation.tenancy.models import Office, Person

WAITING, HANDED, RUNNING, DONE, DEAD, CANCELLED = (
    "waiting", "handed", "running", "done", "dead", "cancelled",
)  # fmt: skip
STATES = (WAITING, HANDED, RUNNING, DONE, DEAD, CANCELLED)
OPEN = (WAITING, HANDED, RUNNING)
ERROR_KEPT = 300
NOTE_KEPT = 200
CLOCKS = ("business", "wall")


class Job(OfficeScoped, Model):
    """One piece of work. The row, not a broker's message, is the promise.

    ``payload`` holds ids and plain settings, never personal data; ``error`` the last reason, likewise.
    ``holder`` and ``lease_until`` say who has it and until when; ``attempts`` counts the times it was begun.
    """

    __tablename__ = "job"
    __obj__ = "job"
    __links__: ClassVar[dict[str, str]] = {
        "person_id": "whoever asked for the work and waits for it; set by the platform, never chosen"
    }
    __table_args__ = (
        state_check("state", STATES),
        CheckConstraint("attempts >= 0", name="attempts"),
        Index("uq_job_kind_key", "kind", "key", unique=True),
        Index("ix_job_turn", "state", "queue", "office_id", "due_at", "id"),
        Index("ix_job_person", "person_id", "id"),
        Index("ix_job_done", "state", "done_at"),
        *FactColumns.indexes("job"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(64), nullable=False)
    queue: Mapped[str] = mapped_column(String(32), nullable=False)
    key: Mapped[str | None] = mapped_column(String(200))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False)
    state: Mapped[str] = mapped_column(String(16), nullable=False, default=WAITING)
    attempts: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    holder: Mapped[str] = mapped_column(String(80), nullable=False, default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)
    started_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    error: Mapped[str] = mapped_column(String(ERROR_KEPT), nullable=False, default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="SET NULL"))
    done_count: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    total_count: Mapped[int | None] = mapped_column(Integer)
    note: Mapped[str] = mapped_column(String(NOTE_KEPT), nullable=False, default="")
    cancel_asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    result_name: Mapped[str] = mapped_column(String(160), nullable=False, default="")
    result_file: Mapped[str] = mapped_column(String(64), nullable=False, default="")
    result_type: Mapped[str] = mapped_column(String(100), nullable=False, default="")
    result_until: Mapped[datetime | None] = mapped_column(UTCDateTime)

    office: Mapped[Office] = relationship(foreign_keys="Job.office_id")
    person: Mapped[Person | None] = relationship()

    @property
    def open(self) -> bool:
        """Whether anything is still to happen to it."""
        return self.state in OPEN

    def __repr__(self) -> str:
        return f"{self.kind} #{self.id}"


class Lease(Model):
    """Something only one process does at a time, or that a process is alive: held until ``until``, renewed before."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(96), primary_key=True)
    holder: Mapped[str] = mapped_column(String(80), nullable=False)
    until: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)


class ScheduleMark(Model):
    """Up to which moment of its clock a schedule has been looked at."""

    __tablename__ = "schedule_mark"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    seen: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False)
