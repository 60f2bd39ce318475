"""The clocks of an application: first review, the applicant's paper, the written review (S22, S25, C-art.12)."""

from __future__ import annotations

from datetime import date

from app.foundation import clock
from app.foundation.clock.views import ClockView
from app.foundation.clock.views import view as show
from app.foundation.database import db
from app.foundation.limits import Limits
from app.kernel.workdays import Clock
from app.plugins.applications.models import NO_DUE, Application, ApplicationClock


def start(application: Application, kind: str, on: date, limits: Limits) -> ApplicationClock:
    """Start a clock of ``kind`` on a day; it counts from the next. The one before must have been stopped."""
    made = limits.clock(kind).start(on, clock.calendar())
    row = ApplicationClock(
        kind=kind,
        round=application.round,
        started_on=made.start,
        days=made.days,
        counted_in=made.unit,
        due=made.due,
        rule=made.rule,
        source=made.source,
        firm=made.firm,
    )
    application.clocks.append(row)
    application.due = application.due_order = row.due
    return row


def stop(application: Application, on: date) -> None:
    """Stop what runs; nothing happens when nothing does."""
    row = running(application)
    application.due, application.due_order = None, NO_DUE
    if row is not None:
        row.stopped_on = max(on, row.started_on)
        db.session.flush()  # one runs at a time, and the database says so: it stops before another starts


def running(application: Application) -> ApplicationClock | None:
    """The clock that runs now."""
    return next((row for row in application.clocks if row.stopped_on is None), None)


def as_clock(row: ApplicationClock) -> Clock:
    """The kernel's clock of a stored row."""
    return Clock(
        row.kind,
        row.started_on,
        row.days,
        row.due,
        row.rule,
        row.source,
        row.firm,
        row.stopped_on,
        row.counted_in,
    )


def view(row: ApplicationClock | None) -> ClockView | None:
    """How a stored clock is shown today."""
    return show(as_clock(row), clock.today()) if row is not None else None
