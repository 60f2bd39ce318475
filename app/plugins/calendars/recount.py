"""The job that moves running clocks to a new calendar, part by part; done again, it finds nothing to move."""

from __future__ import annotations

from datetime import date

from flask import Flask
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.foundation import access, clock, jobs
from app.foundation.clock import recounting
from app.foundation.clock.models import HolidayArrangement
from app.foundation.database import db, transaction

KIND = "calendars.recount"
AT_ONCE = 100
NAME = "期限重算"  # who did it, as the record says


def declare(app: Flask) -> None:
    """Say that this app can do it."""
    jobs.declare(app, jobs.Kind(KIND, _l("按放假安排重新计算期限"), run))


def run(work: jobs.Work) -> None:
    """Recount every clock that the arrangement's changes can touch, by the calendar as it stands by then."""
    row = db.session.scalars(
        select(HolidayArrangement).where(HolidayArrangement.id == int(work.payload["arrangement"]))
    ).one()
    turned = sorted(date.fromisoformat(day) for day, _worked in row.changes)
    if not turned:
        return
    parts = [
        (running, keys[at : at + AT_ONCE])
        for running in recounting.offered()
        for keys in [running.keys(turned[0], turned[-1])]
        for at in range(0, len(keys), AT_ONCE)
    ]
    done, total = 0, sum(len(keys) for _running, keys in parts)
    for running, keys in parts:
        with transaction():
            running.recount(keys, clock.calendar(), access.system(NAME), row.document)
        done += len(keys)
        work.progress(done, total)
