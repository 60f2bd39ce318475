"""Application numbers: prefix, year and a sequence of their own for each reviewing office."""

from __future__ import annotations

from sqlalchemy import select

from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.foundation.tenancy.settings import setting
from app.plugins.applications.models import ApplicationSequence


def prefix_of(office: Office) -> str:
    """The office's own prefix, or its code."""
    return str(setting(office, "application_prefix") or office.code)


def next_number(office: Office, year: int) -> str:
    """The next number of the office in the year, as CD-2014-0173; numbers given are never given again.

    The office's row is locked first, so that two submissions cannot both begin a year.
    """
    db.session.execute(select(Office.id).where(Office.id == office.id).with_for_update(key_share=True))
    key = {"prefix": prefix_of(office), "year": year}
    row = db.session.get(ApplicationSequence, key, with_for_update=True)
    if row is None:
        row = ApplicationSequence(**key, last=0)
        db.session.add(row)
    row.last += 1
    db.session.flush()
    return f"{row.prefix}-{year}-{row.last:04d}"
