"""The in-house register behind its port."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError

from app.foundation import access
from app.foundation.access import ForeignWrite
from app.foundation.database import db, transaction
from app.plugins.applications import queries as applications
from app.plugins.applications.service.filing import examine
from app.plugins.names import queries, register
from app.plugins.names.models import DomainRecord
from app.plugins.names.rules import Standing
from tests.plugins.applications.conftest import counting
from tests.plugins.applications.country import Country, ascii_of
from tests.services.afresh import read_afresh

Browse = Callable[[str], FlaskClient]
EDU = ascii_of("武陵区教育局.政务")
DAY = date(2014, 11, 24)


def test_the_unit_has_its_names(country: Country) -> None:
    found = queries.standing(country.units["wuling"], EDU, DAY)
    assert found == Standing(EDU, "valid", date(2015, 6, 30))
    assert queries.standing(country.units["wuling"], EDU, date(2015, 7, 1)).status == "expired"


@pytest.mark.parametrize("name", [EDU, "xn--nobody.xn--zfr164b", ""])
def test_another_units_name_is_unregistered(country: Country, name: str) -> None:
    assert queries.standing(country.units["dingcheng"], name, DAY).status == "unregistered"


def test_several_names_in_one_statement(country: Country) -> None:
    names = (EDU, ascii_of("武陵招生.政务"), "wljy.gov.cn", "")
    with counting() as seen:
        found = queries.standings(country.units["wuling"], names, DAY)
    assert {name: one.status for name, one in found.items()} == {
        names[0]: "valid", names[1]: "valid", "wljy.gov.cn": "unregistered",
    }  # fmt: skip
    assert len(seen) == 1


def test_the_answer_does_not_depend_on_who_asks(country: Country) -> None:
    """S8: the portal's desk sees none of the unit's names and still learns how one stands."""
    name = ascii_of("常德市人民政府.政务")
    actor = country.actor("portal_desk")
    with access.acting_as(actor):
        assert db.session.scalars(db.select(DomainRecord)).all() == []
        assert queries.standing(country.units["municipal"], name, DAY).status == "valid"


def test_another_register_can_take_its_place(app: Flask, country: Country) -> None:
    class Closed:
        def standing(self, unit_id: int, ascii_name: str, day: date) -> Standing:
            return Standing(ascii_name, "not-working", day)

        def standings(self, unit_id: int, ascii_names: tuple[str, ...], day: date) -> dict[str, Standing]:
            return {name: self.standing(unit_id, name, day) for name in ascii_names}

    before = register.register()
    register.use(app, Closed())
    try:
        pk = country.draft()
        with access.acting_as(country.actor("filer")):
            found = examine(applications.get(pk), declared=True)
        assert [finding.code for finding in found] == ["not-working"]
    finally:
        register.use(app, before)


def form(country: Country, **changed: str) -> dict[str, str]:
    return {
        "unit": str(country.units["wuling"]), "domain": "武陵教育.政务", "registered_on": "2014-01-01",
        "expires_on": "2015-01-01", "working": "y", **changed,
    }  # fmt: skip


def records(name: str) -> list[DomainRecord]:
    read_afresh()
    with access.acting_as(access.system("tests", over="0.")):
        return list(db.session.scalars(db.select(DomainRecord).where(DomainRecord.domain == name)))


@pytest.mark.parametrize("who", ["clerk", "registrar"])
def test_a_clerk_or_the_registrar_registers_a_name(country: Country, browse: Browse, who: str) -> None:
    answer = browse(who).post("/domains/add", data=form(country))
    assert answer.status_code == 302, unescape(answer.get_data(as_text=True))
    (row,) = records("武陵教育.政务")
    assert (row.ascii, row.kind, row.review_path) == (ascii_of("武陵教育.政务"), "chinese", "0.43.07.02.")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"domain": "http://a.cn"}, "domain"),
        ({"domain": "武陵区教育局.政务"}, "domain"),
        ({"expires_on": "2013-01-01"}, "expires_on"),
        ({"expires_on": "someday"}, "expires_on"),
    ],
)
def test_a_wrong_entry_comes_back(
    country: Country, browse: Browse, changed: dict[str, str], field: str
) -> None:
    answer = browse("clerk").post("/domains/add", data=form(country, **changed))
    page = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert "2014-01-01" in page
    assert field in page
    assert len(records("武陵区教育局.政务")) == 1


@pytest.mark.parametrize("who", ["filer", "auditor", "county_egov", "egov"])
def test_nobody_else_registers(country: Country, browse: Browse, who: str) -> None:
    assert browse(who).post("/domains/add", data=form(country)).status_code == 403
    assert records("武陵教育.政务") == []


def test_a_sibling_cannot_register_for_a_neighbour(country: Country, browse: Browse) -> None:
    assert browse("sibling").post("/domains/add", data=form(country)).status_code == 422
    assert records("武陵教育.政务") == []


def test_renewing(country: Country, browse: Browse) -> None:
    """S21: after the renewal the name stands again."""
    country.expire("edu", date(2014, 10, 31))
    (row,) = records("武陵区教育局.政务")
    data = form(country, domain="武陵区教育局.政务", expires_on="2016-10-31", version=str(row.version))
    assert browse("clerk").post(f"/domains/edit/{row.id}", data=data).status_code == 302
    (row,) = records("武陵区教育局.政务")
    assert row.expires_on == date(2016, 10, 31)
    assert queries.standing(country.units["wuling"], EDU, DAY).usable


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("filer", 2),
        ("clerk", 3),
        ("sibling", 0),
        ("county_egov", 3),
        ("egov", 2),
        ("registrar", 5),
        ("portal_desk", 0),
    ],
)
def test_each_sees_his_own(country: Country, who: str, sees: int) -> None:
    with access.acting_as(country.actor(who)):
        assert len(db.session.scalars(db.select(DomainRecord)).all()) == sees


def test_the_flush_guard_stands_behind_the_forms(country: Country) -> None:
    with pytest.raises(ForeignWrite), access.acting_as(country.actor("filer")), transaction() as session:
        session.scalars(db.select(DomainRecord).limit(1)).one().expires_on = date(2099, 1, 1)


def test_the_database_keeps_a_name_once(country: Country) -> None:
    with (
        pytest.raises(IntegrityError),
        access.acting_as(access.system("tests", over="0.")),
        transaction() as session,
    ):
        session.add(
            DomainRecord(
                unit_id=country.units["dingcheng"], domain="武陵区教育局.政务", ascii=EDU, kind="chinese",
                registered_on=DAY, expires_on=DAY,
            )
        )  # fmt: skip


def test_the_list_costs_few_statements(country: Country, browse: Browse) -> None:
    client = browse("registrar")
    client.get("/domains/list/")
    with counting() as seen:
        page = unescape(client.get("/domains/list/").get_data(as_text=True))
    assert "武陵区教育局.政务" in page
    assert len(seen) <= 8, seen
