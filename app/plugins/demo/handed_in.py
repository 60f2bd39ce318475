"""The demo's returns, a bylaw and some responsible persons, by the very verbs people use."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

from sqlalchemy import select

from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Office, Unit
from app.kernel import paths
from app.plugins.bylaws import queries as bylaw_queries
from app.plugins.bylaws import service as bylaws
from app.plugins.bylaws.rules import BylawEntry
from app.plugins.campaigns.models import CampaignStep
from app.plugins.demo.cast import Cast, moment
from app.plugins.demo.filings import PDF, cases
from app.plugins.demo.sheets import rows
from app.plugins.liaisons import service as liaisons
from app.plugins.liaisons.rules import LiaisonEntry
from app.plugins.returns import copies, queries, service
from app.plugins.returns.rules import ReturnEntry, StaffEntry

DAY = date(2014, 11, 14)


def load(cast: Cast) -> tuple[int, int, int]:
    """Write them; how many returns, bylaws and responsible persons."""
    found = cases()
    for serial, one in enumerate(found["returns"]):
        _return(one, serial, cast)
    for one in found["bylaws"]:
        _bylaw(one, cast)
    contacts = {row["account"]: row for row in rows("units")}
    for serial, account in enumerate(found["liaisons"]):
        _liaison(contacts[account], serial, cast)
    return len(found["returns"]), len(found["bylaws"]), len(found["liaisons"])


def _office(code: str) -> Office:
    return db.session.scalars(select(Office).where(Office.code == code)).one()


def _return(one: dict[str, Any], serial: int, cast: Cast) -> None:
    office = _office(one["office"])
    head, day = cast.at("head", office.path), one["day"]
    with clock.at(moment(day, 9, serial)), access.acting_as(head), transaction():
        query = select(CampaignStep).where(CampaignStep.key == one["step"], CampaignStep.sets_id.is_(None))
        row = service.open_(db.session.scalars(query).one(), office, actor=head)
        service.save(row, _entry(one, serial), version=None, actor=head)
        service.attach_plan(row, BytesIO(PDF), "网站审核管理工作方案.pdf", actor=head)
        db.session.flush()
        key = row.id
    with clock.at(moment(day, 10, serial)), access.acting_as(head), transaction():
        service.submit(queries.get(key), actor=head)
    if one["goal"] == "received":
        _receipts(key, paths.parent(office.path), day, cast)


def _entry(one: dict[str, Any], serial: int) -> ReturnEntry:
    staff = tuple(
        StaffEntry(f"承办人{mark}", post, f"1380736{serial}{number:03d}")
        for number, (mark, post) in enumerate((("子", "科长"), ("丑", "科员")), start=1)
    )
    return ReturnEntry(
        leader=one["leader"], leader_post="副主任", leader_phone=f"1390736{serial}001", section=one["section"],
        section_phone=f"0736-725600{serial}", training="11月中旬组织本级各单位经办人员集中培训一次。",
        funding="所需经费列入年度部门预算。", staff=staff,
    )  # fmt: skip


def _receipts(key: int, above: str, day: date, cast: Cast) -> None:
    """The office above signs for it, and its e-government desk for the copy where one is named."""
    head = cast.at("head", above)
    with access.acting_as(head):
        copied = queries.get(key).step.copy_to
    if copied:
        desk = cast.at("egov", paths.child(above, "egov"))
        with clock.at(moment(day, 15)), access.acting_as(desk), transaction():
            copies.sign(copies.mine(desk, "sent")[0], actor=desk)
    with clock.at(moment(day, 16)), access.acting_as(head), transaction():
        service.receive(queries.get(key), actor=head)


def _bylaw(one: dict[str, Any], cast: Cast) -> None:
    office = _office(one["office"])
    head = cast.at("head", office.path)
    entry = BylawEntry(one["title"], one["document"], one["day"], one["effective"], one["text"])
    with clock.at(moment(one["day"], 10)), access.acting_as(head), transaction():
        key = bylaws.draft(office, entry, actor=head).id
    with clock.at(moment(one["day"], 11)), access.acting_as(head), transaction():
        bylaws.publish(bylaw_queries.get(key), actor=head)


def _liaison(contact: dict[str, str], serial: int, cast: Cast) -> None:
    with access.acting_as(access.system("demo", over=access.EVERYWHERE)):
        unit = db.session.scalars(select(Unit).where(Unit.account == contact["account"])).one()
    filer: Actor = cast.filer_of(unit)
    entry = LiaisonEntry(
        contact["contact"], "办公室", "副主任", contact["phone"], f"138{contact['account']}", contact["email"]
    )
    with clock.at(moment(DAY, 14, serial)), access.acting_as(filer), transaction():
        liaisons.appoint(unit, entry, since=DAY, actor=filer)
