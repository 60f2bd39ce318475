"""Whom to read lists as: somebody at each level, over the same busy place."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from app.foundation import access
from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.plugins.applications.models import Application


@dataclass(frozen=True)
class Reader:
    """The head of an office of ``level``."""

    level: str
    username: str
    office_id: int


def readers() -> list[Reader]:
    """The heads of the county with the most applications, of its city, of its province and of the centre."""
    above = aliased(Office)
    busiest = (
        select(Office.id)
        .join(above, Office.parent_id == above.id)
        .join(Application, Application.review_path == Office.path)
        .where(Office.level == "county", above.level == "city")
        .group_by(Office.id)
        .order_by(func.count().desc(), Office.id)
        .limit(1)
    )
    found: list[Reader] = []
    with access.acting_as(access.system("scale", over=access.EVERYWHERE)):
        office: Office | None = db.session.get(Office, db.session.scalars(busiest).one())
        while office is not None:
            found.append(Reader(office.level, f"{office.code.lower()}.head", office.id))
            office = office.parent
    return found
