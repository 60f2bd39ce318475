"""Numbers of documents: the office's prefix, the year and a sequence of their own, as CD-WS-2014-0007."""

from __future__ import annotations

from sqlalchemy import select

from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.plugins.applications.models import ApplicationSequence
from app.plugins.applications.numbering import prefix_of


def next_numbers(office: Office, year: int, count: int) -> list[str]:
    """The next numbers of the office in the year; the office's row is locked first, as for applications."""
    db.session.execute(select(Office.id).where(Office.id == office.id).with_for_update(key_share=True))
    key = {"prefix": f"{prefix_of(office)[:20]}-WS", "year": year}
    row = db.session.get(ApplicationSequence, key, with_for_update=True)
    if row is None:
        row = ApplicationSequence(**key, last=0)
        db.session.add(row)
    first = row.last + 1
    row.last += count
    db.session.flush()
    return [f"{row.prefix}-{year}-{number:04d}" for number in range(first, first + count)]
