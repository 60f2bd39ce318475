"""The national sequence of unit accounts (A4.a: made by the system)."""

from __future__ import annotations

from sqlalchemy import func, select, text

from app.foundation.access.actors import UNGUARDED
from app.foundation.database import db
from app.foundation.tenancy.models import Unit

_LOCK = 20140009


def next_account() -> str:
    """The next free 8-digit account; held until the caller's transaction ends.

    Raises:
        OverflowError: the sequence is used up.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    last = db.session.scalar(select(func.max(Unit.account)), execution_options=UNGUARDED)
    number = int(last or 0) + 1
    if number > 99_999_999:
        raise OverflowError("unit accounts are used up")
    return f"{number:08d}"
