"""What the tests of lapses look at and move."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from app.foundation import access, clock
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Site, Unit
from app.plugins.applications import service as applications
from app.plugins.applications.models import Application
from app.plugins.lapses import looking
from app.plugins.lapses.models import Lapse
from app.plugins.surveys import register
from app.plugins.surveys.models import SurveySheet
from tests.plugins.messages.conftest import EVERYWHERE, Town

CITY = "0.43.07."
AFTER = datetime(2014, 11, 26, 9, 0, tzinfo=clock.SHANGHAI)
DUE_DAY = datetime(2014, 11, 25, 23, 0, tzinfo=clock.SHANGHAI)


def look(at: datetime = AFTER) -> None:
    """The daily look, as the job does it."""
    work: Any = SimpleNamespace(progress=lambda *_args: None)
    with clock.at(at), access.acting_as(EVERYWHERE):
        looking.look(work)


def rows(town: Town, state: str = "") -> list[Lapse]:
    query = select(Lapse).order_by(Lapse.id)
    return town.all(query.where(Lapse.state == state) if state else query)


def surveyed(town: Town) -> list[Site]:
    """Registered sites on received sheets of the city's own units, whatever was filed for them."""
    sheets = town.all(
        select(SurveySheet).where(SurveySheet.state == "accepted", SurveySheet.review_path == CITY)
    )
    with access.acting_as(EVERYWHERE):
        found = [register.matching(row, register.sites_of(sheet)) for sheet in sheets for row in sheet.sites]
    return [site for site in found if site is not None]


def applications_of(town: Town, site: Site) -> list[Application]:
    return town.all(select(Application).where(Application.site_id == site.id).order_by(Application.id))


def set_state(site: Site, state: str, kind: str = "requalification") -> None:
    """Let every application of a site stand so, past the flow: what a look sees is the matter."""
    with access.acting_as(EVERYWHERE), transaction():
        found = db.session.scalars(select(Application).where(Application.site_id == site.id)).all()
        for row in found:
            row.state, row.kind = state, kind
            row.number = row.number or f"T-{row.id}"
            row.declared_at = row.declared_at or clock.now()


def withdrawn(town: Town) -> Site:
    """A surveyed site of the city whose own officer files, with its only application withdrawn."""
    for site in surveyed(town):
        if site.filing_path is None and len(applications_of(town, site)) == 1:
            set_state(site, "withdrawn")
            return site
    raise AssertionError("the demo has no such site")


def of(town: Town, site: Site) -> Lapse | None:
    found = town.all(select(Lapse).where(Lapse.site_id == site.id))
    return found[0] if found else None


def candidate(town: Town) -> Lapse:
    site = withdrawn(town)
    look()
    row = of(town, site)
    assert row is not None and row.state == "candidate"
    return row


def unit_of(town: Town, row: Lapse) -> Unit:
    found: Unit = town.one(select(Unit).where(Unit.id == row.unit_id))
    return found


def filer_of(town: Town, row: Lapse) -> str:
    names = town.filers(row)  # type: ignore[arg-type]
    return names[0]


def file_late(town: Town, row: Lapse, at: datetime = AFTER) -> Application:
    """The owner files: a draft made complete past the form, handed in by the verb."""
    username = filer_of(town, row)
    with clock.at(at), town.acting(username) as actor:
        site = db.session.get_one(Site, row.site_id)
        made = applications.start(site, "requalification", actor=actor)
        db.session.flush()
        key = made.id
    submit(town, username, key, at)
    found: Application = town.one(select(Application).where(Application.id == key))
    return found


def submit(town: Town, username: str, key: int, at: datetime) -> None:
    with clock.at(at + timedelta(minutes=5)), town.acting(username) as actor:
        applications.submit(db.session.get_one(Application, key), declared=True, actor=actor)
