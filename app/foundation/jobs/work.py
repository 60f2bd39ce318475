"""What the function that does a job gets: what to do, and how to say how far it has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from threading import Event
from typing import Any

from flask import current_app

from app.foundation import access, clock
from app.foundation.database import in_transaction
from app.foundation.jobs import results, statements
from app.foundation.jobs.kinds import Cancelled, Interrupted, Lost
from app.foundation.jobs.models import NOTE_KEPT
from app.foundation.jobs.rules import rules
from app.foundation.jobs.turn import PLATFORM, book_keeping

NAME_KEPT = 160


@dataclass(frozen=True)
class Claim:
    """A job that was taken: what it is and by which taking; only the newest taking may say how it ended."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    attempt: int
    path: str
    person_id: int | None
    holder: str
    lease: timedelta

    def change(self, **values: Any) -> Any:
        """Change the row inside the open transaction, as the platform, if this taking still counts.

        Returns:
            When its cancellation was asked for, or None.

        Raises:
            Lost: it counts no more.
        """
        with access.acting_as(PLATFORM):
            row = statements.change(self.id, self.holder, self.attempt, values)
        if row is None:
            raise Lost(f"job {self.id}: another worker has it")
        return row[0]


class Work:
    """One job while it is done."""

    def __init__(self, claim: Claim, stopping: Event) -> None:
        self._claim = claim
        self._stopping = stopping
        self.id = claim.id
        self.kind = claim.kind
        self.payload: Mapping[str, Any] = claim.payload
        self.attempt = claim.attempt
        self.path = claim.path
        self.person_id = claim.person_id

    def progress(self, done: int, total: int | None = None, note: str = "") -> None:
        """Say how far it has come, in a short transaction of its own, which also renews the lease.

        Inside the work's own transaction it is written there, and seen when that commits.

        Raises:
            Stop: cancelled, interrupted because the process ends, or lost to another worker: let it pass.
        """
        values: dict[str, Any] = {
            "done_count": done,
            "note": note[:NOTE_KEPT],
            "lease_until": clock.wall() + self._claim.lease,
        }
        if total is not None:
            values["total_count"] = total
        if self._change(values) is not None:
            raise Cancelled
        if self._stopping.is_set():
            raise Interrupted

    def result(self, filename: str, content_type: str, data: bytes) -> None:
        """Leave a file for whoever waits; a later one, or one of a repeated attempt, takes its place."""
        stored = results.write(data)
        try:
            self._change(
                {
                    "result_name": filename[:NAME_KEPT],
                    "result_type": content_type,
                    "result_file": stored,
                    "result_until": clock.wall() + timedelta(days=rules().result_days),
                }
            )
        except BaseException:
            results.remove(stored)
            raise

    def _change(self, values: dict[str, Any]) -> Any:
        if in_transaction():
            return self._claim.change(**values)
        with current_app.app_context(), book_keeping():
            return self._claim.change(**values)  # a session of its own: what the work is reading stays open
