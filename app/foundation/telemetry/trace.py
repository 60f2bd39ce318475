"""What is being done just now, a request or a job: its id, and what is counted on the way."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}\Z")
_FRAMING = ("BEGIN", "PRAGMA")


@dataclass(slots=True)
class Trace:
    """One request or one attempt at a job; ``statements`` sent to the database so far, ``ended``: how the job was left."""

    id: str
    job_id: int | None = None
    kind: str = ""
    began: float = field(default_factory=time.perf_counter)
    statements: int = 0
    ended: str = ""

    def seconds(self) -> float:
        """How long it has been going on."""
        return time.perf_counter() - self.began


_current: ContextVar[Trace | None] = ContextVar("bianban_trace", default=None)


def current() -> Trace | None:
    """The request or job that this thread is at."""
    return _current.get()


def request_id(offered: str) -> str:
    """The id a proxy gave the request where it is one word of letters and digits; else a new one."""
    return offered if _WELL_FORMED.match(offered) else secrets.token_hex(16)


def opened(offered: str = "") -> Trace:
    """A request begins."""
    made = Trace(request_id(offered))
    _current.set(made)
    return made


def closed() -> None:
    """The request is over."""
    _current.set(None)


@contextmanager
def job(job_id: int, kind: str) -> Iterator[Trace]:
    """One attempt at a job; what was going on around it goes on afterwards."""
    token = _current.set(Trace(secrets.token_hex(16), job_id, kind))
    try:
        found = _current.get()
        assert found is not None  # noqa: S101  (set one line above)
        yield found
    finally:
        _current.reset(token)


def _count(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
    trace = _current.get()
    if trace is not None and not statement.startswith(_FRAMING):
        trace.statements += 1


def watch(engine: Engine) -> None:
    """Count the statements of an engine (idempotent)."""
    if not event.contains(engine, "before_cursor_execute", _count):
        event.listen(engine, "before_cursor_execute", _count)
