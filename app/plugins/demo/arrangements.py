"""The demo's campaign and the dates some counties and zones set for themselves."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select

from app.foundation import access, clock
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Office
from app.plugins.campaigns import declared, service
from app.plugins.campaigns.models import CampaignStep
from app.plugins.demo.cast import Cast, moment
from app.plugins.demo.filings import cases


def load(cast: Cast) -> int:
    """Issue every declared campaign in its office's name, then set the local dates; returns how many campaigns."""
    count = issue(cast)
    for row in cases()["local_dates"]:
        _set(row, cast)
    return count


def issue(cast: Cast, before: date = date.max) -> int:
    """Issue those declared campaigns that are dated earlier, each on its own day; returns how many."""
    found = [one for one in declared.find(Path(current_app.config["TENANTS_DIR"])) if one.issued_on < before]
    for one in found:
        head = cast.at("head", _office(one.office).path)
        with clock.at(moment(one.issued_on, 9)), access.acting_as(head), transaction():
            service.issue(one, actor=head)
    return len(found)


def _office(code: str) -> Office:
    return db.session.scalars(select(Office).where(Office.code == code)).one()


def _set(row: dict[str, Any], cast: Cast) -> None:
    office, day = _office(row["office"]), row["set"]
    assert isinstance(day, date)  # noqa: S101 - YAML reads it as a date
    head = cast.at("head", office.path)
    with clock.at(moment(day, 10)), access.acting_as(head), transaction():
        step = db.session.scalars(
            select(CampaignStep).where(CampaignStep.key == row["step"], CampaignStep.sets_id.is_(None))
        ).one()
        service.set_local_step(
            step, office, track=row["track"], due=row["due"], reason=row.get("reason", ""), actor=head
        )
