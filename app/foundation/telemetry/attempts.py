"""One attempt at a job: its line in the log, its time and how it ended among the numbers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.foundation.telemetry import counters, logs, trace
from app.foundation.telemetry.trace import Trace

LOST, UNKNOWN = "lost", "unknown"


@contextmanager
def attempt(job_id: int, kind: str, number: int, *, known: bool) -> Iterator[Trace]:
    """Everything inside belongs to it; whoever does it sets ``ended`` to the state the job is left in.

    Args:
        number: which attempt it is, from 1.
        known: whether this program can do jobs of that kind; a stored word of nobody's becomes no label.
    """
    with trace.job(job_id, kind) as found:
        found.ended = LOST
        try:
            yield found
        finally:
            seconds = found.seconds()
            counters.worked(kind if known else UNKNOWN, found.ended, seconds)
            facts = {"attempt": number, "ended": found.ended, "ms": round(seconds * 1000, 1)}
            logs.JOBS.info("job", extra={"facts": {**facts, "statements": found.statements}})
