"""How jobs ended, written down at once and together: what ends while one transaction is under way is the next one's.

So a mark waits for no more than a commit, whatever the next job takes, and a thousand quick jobs cost no thousand
commits. A process that dies before the commit has not done its job: it is done again.
"""

from __future__ import annotations

from threading import Event, Lock
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from app.foundation.jobs import statements
from app.foundation.jobs.kinds import Lost
from app.foundation.jobs.models import DONE
from app.foundation.jobs.turn import book_keeping
from app.foundation.jobs.work import Claim

Ended = tuple[Claim, dict[str, Any]]
AGAIN = 0.5


class Marks:
    """The marks of one process.

    Args:
        by_thread: a thread calls ``step`` whenever ``wake`` is set; otherwise each mark is written when it is made.
    """

    def __init__(self, app: Flask, *, by_thread: bool = False) -> None:
        self._app = app
        self._by_thread = by_thread
        self._lock = Lock()
        self._waiting: list[Ended] = []
        self.wake = Event()

    def settle(self, claim: Claim, values: dict[str, Any]) -> None:
        """Say how a job ended: the columns to set.

        Raises:
            SQLAlchemyError: without a thread, the database did not take it.
        """
        with self._lock:
            self._waiting.append((claim, values))
        if self._by_thread:
            self.wake.set()
        else:
            self.flush()

    def flush(self) -> int:
        """Write down what waits; how many.

        Raises:
            SQLAlchemyError: the database did not take it; all of it waits on.
        """
        with self._lock:
            ended, self._waiting = self._waiting, []
        if not ended:
            return 0
        try:
            with self._app.app_context(), book_keeping():
                self._write(ended)
        except SQLAlchemyError:
            with self._lock:
                self._waiting = [*ended, *self._waiting]
            raise
        return len(ended)

    def _write(self, ended: list[Ended]) -> None:
        done = [(claim, values) for claim, values in ended if values["state"] == DONE]
        if done:
            found = statements.finish([claim for claim, _ in done], done[-1][1])
            for claim, _ in done:
                if claim.id not in found:
                    self._late(claim)
        for claim, values in ended:
            if values["state"] != DONE:
                try:
                    claim.change(**values)
                except Lost:
                    self._late(claim)

    def _late(self, claim: Claim) -> None:
        self._app.logger.warning("job %s: its lease ended while it ran", claim.id)
