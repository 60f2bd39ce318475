"""The short transactions of the book-keeping, one at a time within a process where the database is SQLite.

Its writers exclude one another anyway, and wait by sleeping and looking again; threads that wait for a lock are woken.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from threading import Lock

from sqlalchemy.orm import Session

from app.foundation import access
from app.foundation.database import db, transaction

PLATFORM = access.system("jobs", over=access.EVERYWHERE)
_TURN = Lock()


@contextmanager
def book_keeping(*, aside: bool = True) -> Iterator[Session]:
    """A transaction as the platform."""
    turn = _TURN if db.engine.dialect.name == "sqlite" else nullcontext()
    with turn, access.acting_as(PLATFORM), transaction(aside=aside) as session:
        yield session
