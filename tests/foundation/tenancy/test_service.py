"""Facts on stored rows: derived before a save, carried to everything of the unit's afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation import access
from app.foundation.audit.models import AuditEntry
from app.foundation.database import db, transaction
from app.foundation.jurisdiction import FACTS
from app.foundation.tenancy import service, sync
from app.foundation.tenancy.models import Office, Site, Unit
from app.foundation.tenancy.routing import RoutingRefused
from app.foundation.tenancy.settings import setting

SYSTEM = access.system("tests", over="0.")


@pytest.fixture(autouse=True)
def loaded(app: Flask) -> None:
    with transaction():
        sync.run(Path(app.config["TENANTS_DIR"]))


def office(code: str) -> Office:
    found: Office = db.session.scalars(select(Office).where(Office.code == code)).one()
    return found


def made(home: str, account: str = "00000001", **columns: object) -> Unit:
    unit = Unit(account=account, name=f"单位{account}", nature="organ", **{"rank": "division", **columns})
    unit.home_id = office(home).id
    return unit


def test_assign_sets_the_facts_of_a_new_unit_before_any_flush() -> None:
    with access.acting_as(SYSTEM):
        unit = made("430702")
        route = service.assign(unit)
    assert unit.review_path == route.review.path == "0.43.07.02."
    assert (unit.province_id, unit.city_id, unit.county_id) == (
        office("430000").id, office("430700").id, office("430702").id)  # fmt: skip


def test_assign_follows_the_relationship_a_form_sets() -> None:
    """A form sets ``home``; the foreign key still holds the old office until the flush."""
    with access.acting_as(SYSTEM), transaction() as session:
        unit = made("430702")
        service.assign(unit)
        session.add(unit)
        session.flush()
        unit.home = office("430703")
        service.assign(unit)
        assert unit.review_path == "0.43.07.03."
        session.flush()
        assert unit.home_id == office("430703").id
        unit.home_id = office("4307Z2").id
        service.assign(unit)
        assert unit.review_path == "0.43.07.z2."


def test_assign_follows_desks_and_supervisors_set_and_cleared() -> None:
    with access.acting_as(SYSTEM), transaction() as session:
        bureau = made("430700", "00000002", personnel_desk_id=office("430700-RENSHE").id)
        service.assign(bureau)
        session.add(bureau)
        session.flush()
        unit = made("430700", rank="section")
        unit.supervisor = bureau
        assert service.assign(unit).filing.path == "0.43.07.renshe."
        session.add(unit)
        session.flush()
        unit.named_desk = office("430700-ZFWZ")
        assert service.assign(unit).filing.path == "0.43.07.zfwz."
        unit.named_desk = None
        unit.supervisor = None
        assert service.assign(unit).filing.path is None


def test_assign_refuses_a_home_that_cannot_hold_units() -> None:
    with access.acting_as(SYSTEM):
        for code in ("430700-EGOV", "CONAC"):
            with pytest.raises(RoutingRefused) as refused:
                service.assign(made(code))
            assert refused.value.field == "home"
        homeless = Unit(account="00000009", name="无", nature="organ", rank="division")
        with pytest.raises(RoutingRefused):
            service.assign(homeless)


def test_the_supervisor_is_found_even_by_someone_who_cannot_see_it() -> None:
    with access.acting_as(SYSTEM), transaction() as session:
        bureau = made("430700", "00000002", personnel_desk_id=office("430700-RENSHE").id)
        service.assign(bureau)
        session.add(bureau)
        session.flush()
        supervisor = bureau.id
    db.session.expunge_all()
    with access.acting_as(access.NOBODY):
        unit = made("430700", rank="section", supervisor_id=supervisor)
        assert db.session.scalars(select(Unit)).all() == []
        assert service.route(unit).filing.path == "0.43.07.renshe."


def test_a_sites_desk_is_checked_and_kept_at_flush() -> None:
    with access.acting_as(SYSTEM), transaction() as session:
        unit = made("430700")
        service.assign(unit)
        session.add(unit)
        session.flush()
        portal = Site(name="门户网站", unit=unit)
        portal.filing_desk = office("430700-ZFWZ")
        assert service.assign_site(portal).path == "0.43.07.zfwz."
        session.add(portal)
        session.flush()
        assert (portal.review_path, portal.filing_path) == ("0.43.07.", "0.43.07.zfwz.")
        portal.filing_desk = None
        service.assign_site(portal)
        session.flush()
        assert (portal.filing_desk_id, portal.filing_path) == (None, None)
        portal.filing_desk = office("430700-EGOV")
        with pytest.raises(RoutingRefused) as refused:
            service.assign_site(portal)
        assert refused.value.field == "filing_desk"
        session.rollback()


def test_reassign_carries_the_new_facts_to_the_units_rows_and_records_it() -> None:
    with access.acting_as(SYSTEM), transaction() as session:
        unit, other = made("430702"), made("430702", "00000002")
        for each in (unit, other):
            service.assign(each)
            session.add(each)
            session.flush()
            session.add(Site(name="网站", unit_id=each.id))
        session.flush()
        assert service.reassign(unit, actor=SYSTEM) is False
        assert session.scalars(select(AuditEntry)).all()[-1].verb == "tenants.synced"
        unit.home_id = office("430703").id
        assert service.reassign(unit, actor=SYSTEM, reason="区划调整") is True
        sites = {site.unit_id: site for site in session.scalars(select(Site))}
        assert {name: getattr(sites[unit.id], name) for name in FACTS} == {
            name: getattr(unit, name) for name in FACTS
        }
        assert sites[unit.id].review_path == "0.43.07.03."
        assert sites[other.id].review_path == "0.43.07.02."
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.seq)).all()[-1]
        assert (entry.verb, entry.reason) == ("unit.reassigned", "区划调整")
        assert entry.before is not None and entry.after is not None
        assert (entry.before["review_path"], entry.after["review_path"]) == ("0.43.07.02.", "0.43.07.03.")


def test_reassign_lets_the_guard_judge_the_move() -> None:
    with access.acting_as(SYSTEM), transaction() as session:
        unit = made("430702")
        service.assign(unit)
        session.add(unit)
        session.flush()
        session.add(Site(name="网站", unit_id=unit.id))
        key = unit.id
    wuling = office("430702")
    clerk = access.Actor(None, "承办人", (access.PostFact("clerk", wuling.path, None, wuling.id, "county"),))
    with access.acting_as(clerk):
        with pytest.raises(access.ForeignWrite), transaction() as session:
            own = session.get_one(Unit, key)
            own.home_id = office("430703").id
            service.reassign(own, actor=clerk)
        with transaction() as session:
            own = session.get_one(Unit, key)
            own.address = "新址"
            assert service.reassign(own, actor=clerk) is False
    with access.acting_as(SYSTEM):
        db.session.expire_all()
        assert [(row.review_path, row.address) for row in db.session.scalars(select(Unit))] == [
            ("0.43.07.02.", "新址")
        ]
        assert [row.review_path for row in db.session.scalars(select(Site))] == ["0.43.07.02."]


def test_a_move_agreed_in_two_steps_is_recorded_with_where_it_came_from() -> None:
    """A form's view first assigns, checks, and then reassigns."""
    with access.acting_as(SYSTEM), transaction() as session:
        unit = made("430702")
        service.assign(unit)
        session.add(unit)
        session.flush()
        unit.home = office("430703")
        service.assign(unit)
        assert service.reassign(unit, actor=SYSTEM) is True
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.seq)).all()[-1]
        assert entry.before is not None and entry.after is not None
        assert (entry.before["review_path"], entry.after["review_path"]) == ("0.43.07.02.", "0.43.07.03.")


def test_reassign_leaves_a_sites_own_desk_in_place() -> None:
    with access.acting_as(SYSTEM), transaction() as session:
        unit = made("430700")
        service.assign(unit)
        session.add(unit)
        session.flush()
        desk = office("430700-ZFWZ").id
        session.add_all(
            [Site(name="门户", unit_id=unit.id, filing_desk_id=desk), Site(name="另一", unit_id=unit.id)]
        )
        session.flush()
        unit.named_desk_id = office("430700-RENSHE").id
        assert service.reassign(unit, actor=SYSTEM)
        found = {site.name: site.filing_path for site in session.scalars(select(Site))}
        assert found == {"门户": "0.43.07.zfwz.", "另一": "0.43.07.renshe."}


def test_settings_are_an_offices_own_except_those_that_reach_down() -> None:
    assert setting(office("430700"), "area_code") == "0736"
    assert setting(office("430702"), "area_code") == "0736"
    assert setting(office("430000"), "area_code") is None
    assert setting(office("430700"), "clocks")["first_review"]["firm"] is True
    assert setting(office("430702"), "clocks") is None
    assert setting(office("430702"), "filing") is None
    with pytest.raises(KeyError):
        setting(office("430700"), "colour")
