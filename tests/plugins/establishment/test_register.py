"""The register of units and sites: an office keeps its own, and jurisdiction is derived, never typed."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation import access, audit
from app.foundation.database import db
from app.foundation.tenancy.models import Office, Site, Unit
from tests.services.afresh import read_afresh
from tests.services.instance import SignIn


@pytest.fixture
def seed() -> str:
    return "demo"


def office(code: str) -> Office:
    return db.session.scalars(select(Office).where(Office.code == code)).one()


def unit(account: str) -> Unit:
    read_afresh()  # what requests wrote meanwhile is seen by a new transaction only
    with access.acting_as(access.system("tests", over="0.")):
        return db.session.scalars(
            select(Unit).where(Unit.account == account).execution_options(populate_existing=True)
        ).one()


def named(name: str) -> Unit | None:
    read_afresh()
    with access.acting_as(access.system("tests", over="0.")):
        return db.session.scalars(select(Unit).where(Unit.name == name)).one_or_none()


def entry(home: Office, **extra: Any) -> dict[str, Any]:
    return {
        "name": "常德市武陵区档案局",
        "short_name": "武陵区档案局",
        "nature": "organ",
        "rank": "section",
        "management": "local",
        "home": str(home.id),
        "supervisor_name": "常德市武陵区人民政府",
        "functions": "管理全区档案事业。",
        "address": "湖南省常德市武陵区人民路1号",
        "postcode": "415000",
        "active": "y",
        **extra,
    }


def test_a_clerk_registers_a_unit_of_the_own_level(app: Flask, sign_in: SignIn) -> None:
    home = office("430702")
    answer = sign_in("wuling.clerk").post("/units/add", data=entry(home))
    assert answer.status_code == 302, answer.get_data(as_text=True)[:2000]
    made = named("常德市武陵区档案局")
    assert made is not None
    assert made.account == "41840062", "the next of the national sequence"
    assert (made.review_path, made.filing_path, made.county_id) == ("0.43.07.02.", None, home.id)
    assert audit.verify() == []


def test_forged_jurisdiction_in_the_form_is_ignored(app: Flask, sign_in: SignIn) -> None:
    forged = {"review_path": "0.43.07.", "city_id": "1", "account": "00000001", "version": "9", "id": "1"}
    answer = sign_in("wuling.clerk").post("/units/add", data=entry(office("430702"), **forged))
    assert answer.status_code == 302
    made = named("常德市武陵区档案局")
    assert made is not None
    assert made.review_path == "0.43.07.02."
    assert made.account != "00000001"


@pytest.mark.parametrize("code", ["430703", "430700", "430000", "000000", "4307Z5"])
def test_a_unit_cannot_be_put_under_another_office(app: Flask, sign_in: SignIn, code: str) -> None:
    answer = sign_in("wuling.clerk").post("/units/add", data=entry(office(code)))
    assert answer.status_code == 422
    assert "常德市武陵区档案局" in answer.get_data(as_text=True), "what was typed stays"
    assert named("常德市武陵区档案局") is None


@pytest.mark.parametrize("management", ["central_vertical", "provincial_vertical"])
def test_vertical_units_are_registered_where_they_are_reviewed(
    app: Flask, sign_in: SignIn, management: str
) -> None:
    answer = sign_in("wuling.clerk").post("/units/add", data=entry(office("430702"), management=management))
    assert answer.status_code == 422
    assert "由其他机构编制部门审核" in answer.get_data(as_text=True)
    assert named("常德市武陵区档案局") is None


def test_the_city_registers_taohuayuans_units_and_its_desk_files(app: Flask, sign_in: SignIn) -> None:
    answer = sign_in("changde.clerk").post("/units/add", data=entry(office("4307Z5")))
    assert answer.status_code == 302, answer.get_data(as_text=True)[:2000]
    made = named("常德市武陵区档案局")
    assert made is not None
    assert (made.review_path, made.filing_path) == ("0.43.07.", "0.43.07.thy.")


@pytest.mark.parametrize(
    "username", ["hunan.auditor", "unit.wuling", "wuling.egov", "changde.admin", "conac.registrar"]
)
def test_who_only_reads_cannot_register(app: Flask, sign_in: SignIn, username: str) -> None:
    client = sign_in(username)
    assert client.get("/units/add").status_code == 403
    assert client.post("/units/add", data=entry(office("430702"))).status_code == 403
    assert named("常德市武陵区档案局") is None


def test_editing_carries_the_new_facts_to_the_units_sites(app: Flask, sign_in: SignIn) -> None:
    """A county unit cannot be moved to another county by its clerk; within its level an edit keeps its facts."""
    before = unit("41840035")
    client = sign_in("wuling.clerk")
    form = entry(office("430703"), name=before.name, version=str(before.version))
    assert client.post(f"/units/edit/{before.id}", data=form).status_code == 422
    assert unit("41840035").review_path == "0.43.07.02."
    form = entry(office("430702"), name=before.name, address="新地址", version=str(before.version))
    assert client.post(f"/units/edit/{before.id}", data=form).status_code == 302
    after = unit("41840035")
    assert (after.address, after.review_path) == ("新地址", "0.43.07.02.")


def test_a_siblings_unit_is_not_there(app: Flask, sign_in: SignIn) -> None:
    foreign = unit("41840037")
    client = sign_in("wuling.clerk")
    assert client.get(f"/units/show/{foreign.id}").status_code == 404
    assert client.post(f"/units/edit/{foreign.id}", data=entry(office("430702"))).status_code == 404


def test_a_site_belongs_to_a_unit_one_sees(app: Flask, sign_in: SignIn) -> None:
    own, foreign = unit("41840036"), unit("41840037")
    client = sign_in("wuling.clerk")
    form = {"name": "武陵民政服务网", "hosting": "own", "active": "y", "chinese_domain": "武陵民政服务.政务"}
    refused = client.post("/sites/add", data={**form, "unit": str(foreign.id)})
    assert refused.status_code == 422
    assert client.post("/sites/add", data={**form, "unit": str(own.id)}).status_code == 302
    read_afresh()
    with access.acting_as(access.system("tests", over="0.")):
        made = db.session.scalars(select(Site).where(Site.name == "武陵民政服务网")).one()
    assert (made.unit_id, made.review_path) == (own.id, "0.43.07.02.")


@pytest.mark.parametrize(
    ("field", "value"),
    [("chinese_domain", "wuling.gov.cn"), ("english_domain", "http://x.gov.cn/a"), ("ip", "300.1.1.1")],
)
def test_a_malformed_site_is_refused_beside_its_field(
    app: Flask, sign_in: SignIn, field: str, value: str
) -> None:
    form = {
        "name": "武陵民政服务网",
        "hosting": "own",
        "active": "y",
        "unit": str(unit("41840036").id),
        field: value,
    }
    answer = sign_in("wuling.clerk").post("/sites/add", data=form)
    assert answer.status_code == 422
    assert value in answer.get_data(as_text=True)


def test_the_api_gives_public_columns_only(app: Flask, sign_in: SignIn) -> None:
    rows = sign_in("wuling.reviewer").get("/api/v1/units/").get_json()["result"]
    assert {row["account"] for row in rows} == {"41840034", "41840035", "41840036"}
    assert all(row["review_path"] == "0.43.07.02." for row in rows)
