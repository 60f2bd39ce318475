"""Days, lines, contacts: what several letters say alike."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from app.foundation import clock
from app.foundation.database import db
from app.foundation.tenancy.models import Contact, Office

Draft = dict[str, Any]


def said(day: date | datetime | None) -> str:
    """A Beijing day as paper says it: 2014年11月24日; empty for none."""
    if isinstance(day, datetime):
        day = clock.localise(day).date()
    return f"{day.year}年{day.month}月{day.day}日" if day is not None else ""


def lines(text: str) -> list[str]:
    """The lines of a text that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def office_at(path: str) -> Office:
    """The office of a path."""
    return db.session.scalars(select(Office).where(Office.path == path)).one()


def signed(office: Office, day: date | datetime | None) -> Draft:
    """Who signs, on which day, and whom to ask (S23)."""
    contact = db.session.scalar(
        select(Contact).where(Contact.office_id == office.id, Contact.topic == "materials")
    )
    return {
        "office": office.name,
        "reference": "",
        "contact": f"联系科室：{contact.section}，联系电话：{contact.phone}。" if contact else "",
        "day": said(day),
    }
