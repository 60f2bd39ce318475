"""The rungs of a reminder: some working days before a date, on the day, and once past it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from app.kernel import workdays
from app.kernel.workdays import Calendar

DUE, OVERDUE = "due", "overdue"


def reached(today: date, due: date, ladder: Sequence[int], calendar: Calendar) -> str | None:
    """The rung a date stands on today: ``"7"``, ``"3"``, … (working days), ``due``, ``overdue``; None above them all.

    Days on which nobody looked are not made up for: only the nearest rung is told, the ones passed over stay silent.
    """
    if today > due:
        return OVERDUE
    if today == due:
        return DUE
    left = workdays.left(today, due, calendar)
    steps = [step for step in ladder if left <= step]
    return str(min(steps)) if steps else None


def last_date(today: date, ladder: Sequence[int], calendar: Calendar) -> date:
    """The last date that stands on some rung today (days off after a working day count with it)."""
    return workdays.add(today, max(ladder) + 1, calendar) - timedelta(days=1)
