"""What others wrote meanwhile: requests, jobs and processes keep sessions of their own."""

from __future__ import annotations

from app.foundation.database import db


def read_afresh() -> None:
    """End the test's own transaction and forget the rows it holds, so that the next look finds what stands now.

    A ``rollback()`` alone forgets them only where a transaction was begun: otherwise a row read before stays as it
    was for as long as Python's collector has not come by, and the test passes or fails by that.
    """
    db.session.rollback()
    db.session.expire_all()
