"""The register of units and sites beside a sheet: what a new one is filled from, and what an accepted one adds."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.foundation import access, audit
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy import service as tenancy
from app.foundation.tenancy.models import Office, Site, Unit
from app.kernel.errors import N_, NotSeen
from app.plugins.surveys.models import SurveySheet, SurveySite
from app.plugins.surveys.rules import NOTHING, SheetEntry, SiteEntry, same

TASK = "survey register"


@dataclass(frozen=True)
class Found:
    """A unit as the register has it: the entry to start from and the row facts its sheet will have."""

    account: str
    review_path: str
    filing_path: str | None
    entry: SheetEntry


def entry_for(unit_id: int, desk_id: int | None) -> Found:
    """What a unit's new sheet starts from; with ``desk_id`` only the sites that desk files (S8).

    Raises:
        NotSeen: the unit, or its sites filed by that desk, are outside the actor's scope.
    """
    if desk_id is None and db.session.scalar(select(Unit.id).where(Unit.id == unit_id)) is None:
        raise _unseen()
    sites = db.session.scalars(
        select(Site)
        .where(
            Site.unit_id == unit_id, Site.active.is_(True), Site.filing_desk_id.is_not_distinct_from(desk_id)
        )
        .order_by(Site.id)
    ).all()
    if desk_id is not None and not sites:
        raise _unseen()
    # A desk that carries only sites does not see the unit; the platform copies its data onto the sheet.
    with access.acting_as(access.system(TASK, over=access.EVERYWHERE)):
        unit = db.session.scalars(
            select(Unit).where(Unit.id == unit_id).options(joinedload(Unit.supervisor))
        ).one()
        desk = db.session.get(Office, desk_id) if desk_id is not None else None
        supervisor = unit.supervisor.name if unit.supervisor is not None else unit.supervisor_name
    return Found(
        unit.account,
        unit.review_path,
        desk.path if desk is not None else unit.filing_path,
        SheetEntry(
            unit_name=unit.name,
            supervisor_name=supervisor,
            nature=unit.nature,
            rank=unit.rank,
            leader="",
            site_count=len(sites) or None,
            address=unit.address,
            contact="",
            phone="",
            email="",
            reform=unit.reform,
            sites=tuple(SiteEntry(s.name, s.chinese_domain, s.english_domain, s.ip) for s in sites),
        ),
    )


def sites_of(sheet: SurveySheet) -> list[Site]:
    """The registered sites a sheet speaks of, as far as the reader sees them."""
    statement = select(Site).where(
        Site.unit_id == sheet.unit_id,
        Site.active.is_(True),
        Site.filing_desk_id.is_not_distinct_from(sheet.filing_desk_id),
    )
    return list(db.session.scalars(statement.order_by(Site.id)))


def matching(row: SurveySite, sites: list[Site]) -> Site | None:
    """The registered site a row means: the same domain of either kind, else the same name."""
    for field in ("chinese_domain", "english_domain", "name"):
        key = same(getattr(row, field))
        found = next((site for site in sites if key and same(getattr(site, field)) == key), None)
        if found is not None:
            return found
    return None


def add_missing(sheet: SurveySheet, *, actor: Actor) -> list[Site]:
    """Register the websites of an accepted sheet that the register does not have; what it has stays as it is."""
    known = sites_of(sheet)
    added = []
    for row in sheet.sites:
        if matching(row, known) is not None:
            continue
        site = Site(
            unit_id=sheet.unit_id, name=row.name, ip=row.ip, filing_desk_id=sheet.filing_desk_id,
            chinese_domain="" if row.chinese_domain == NOTHING else row.chinese_domain,
            english_domain="" if row.english_domain == NOTHING else row.english_domain,
        )  # fmt: skip
        tenancy.assign_site(site)
        db.session.add(site)
        audit.record(actor, "site.added", site, after={"name": site.name, "from_sheet": sheet.id})
        added.append(site)
    return added


def _unseen() -> NotSeen:
    return NotSeen("unit-not-seen", N_("没有找到该单位，或者它不在您的管辖范围内。"))
