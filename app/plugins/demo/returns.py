"""The demo's survey sheets, filled in, handed in, accepted and returned by the people whose work that is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from io import BytesIO

from sqlalchemy import select

from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Site, Unit
from app.plugins.demo.cast import Cast, after, moment
from app.plugins.demo.filings import PDF, cases
from app.plugins.demo.sheets import rows
from app.plugins.surveys import queries, service
from app.plugins.surveys.models import SurveySheet

BEGIN = date(2014, 11, 13)
GOALS = ("draft", "submitted", "returned", "accepted")
REASON = "联系电话与单位登记不一致，请核对后重新提交。"


def load(cast: Cast) -> int:
    """Write the sheets of every unit named; a website that a desk files for comes on that desk's own sheet (S8)."""
    wanted = {account: goal for goal in GOALS for account in cases()["sheets"][goal]}
    contacts = {row["account"]: row for row in rows("units")}
    with access.acting_as(access.system("demo", over=access.EVERYWHERE)):
        units = {unit.account: unit for unit in db.session.scalars(select(Unit))}
        desks = [site for site in db.session.scalars(select(Site)) if site.filing_desk_id is not None]
    for serial, (account, goal) in enumerate(wanted.items()):
        unit = units[account]
        _tell(unit, None, cast.filer_of(unit), contacts[account], goal, serial, cast)
    for site in desks:
        unit = next(one for one in units.values() if one.id == site.unit_id)
        _tell(
            unit,
            site.filing_desk_id,
            cast.filer(site),
            contacts[unit.account],
            "submitted",
            len(wanted),
            cast,
        )
    return len(wanted) + len(desks)


@contextmanager
def _as(actor: Actor, day: date, hour: int, serial: int) -> Iterator[None]:
    with clock.at(moment(day, hour, serial % 60)), access.acting_as(actor), transaction():
        yield


def _tell(
    unit: Unit, desk_id: int | None, filer: Actor, contact: dict[str, str], goal: str, serial: int, cast: Cast
) -> None:
    day = after(BEGIN, serial % 4)
    with _as(filer, day, 9, serial):
        sheet = service.open_(unit.id, desk_id, actor=filer)
        db.session.flush()
        key = sheet.id
    with _as(filer, day, 10, serial):
        sheet = _sheet(key)
        entry = queries.entry_of(sheet)
        service.save(
            sheet,
            replace(
                entry,
                leader=contact["leader"],
                contact=contact["contact"],
                phone=contact["phone"],
                email=contact["email"],
                site_count=len(entry.sites),
                no_website=not entry.sites,
                sites=tuple(
                    replace(site, chinese_domain=site.chinese_domain or "无") for site in entry.sites
                ),
            ),
            version=None,
            actor=filer,
        )
        if not entry.sites:
            service.attach_scan(sheet, BytesIO(PDF), "无网站摸底调查表（盖章）.pdf", actor=filer)
    if goal == "draft":
        return
    with _as(filer, day, 11, serial):
        service.submit(_sheet(key), actor=filer)
    _close(key, goal, after(day, 2), serial, cast)


def _close(key: int, goal: str, day: date, serial: int, cast: Cast) -> None:
    if goal == "submitted":
        return
    with access.acting_as(access.system("demo", over=access.EVERYWHERE)):
        clerk = cast.office("clerk", _sheet(key))
    with _as(clerk, day, 15, serial):
        if goal == "accepted":
            service.accept(_sheet(key), actor=clerk)
        else:
            service.return_(_sheet(key), REASON, actor=clerk)


def _sheet(key: int) -> SurveySheet:
    return db.session.scalars(select(SurveySheet).where(SurveySheet.id == key)).one()
