"""The demo's announcements, published and confirmed by the very verbs people use."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.foundation import access, clock
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Office
from app.plugins.demo.cast import Cast, moment
from app.plugins.demo.filings import cases
from app.plugins.messages import announcements


def load(cast: Cast) -> int:
    """Publish each in its office's name, and let some of those addressed confirm it; returns how many."""
    found = cases()["announcements"]
    for one in found:
        _tell(one, cast)
    return len(found)


def _path(code: str) -> str:
    return db.session.scalars(select(Office.path).where(Office.code == code)).one()


def _tell(one: dict[str, Any], cast: Cast) -> None:
    clerk = cast.at("clerk", _path(one["office"]))
    begun = moment(one["day"], 9)
    with clock.at(begun), access.acting_as(clerk), transaction():
        office = announcements.office_of(clerk)
        assert office is not None  # noqa: S101 - a clerk speaks for an office
        to = one["to"]
        row = announcements.publish(
            office, one["title"], one["text"], to_offices="offices" in to, to_units="units" in to, actor=clerk
        )
        key = row.id
    for number, (role, code) in enumerate(one["read"], start=1):
        reader = cast.at(role, _path(code))
        with clock.at(begun + timedelta(hours=number)), access.acting_as(reader), transaction():
            announcements.confirm(announcements.get(key, reader), actor=reader)
