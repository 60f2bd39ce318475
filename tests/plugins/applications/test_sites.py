"""The register of websites follows what was badged (S32)."""

from __future__ import annotations

import io

from app.foundation import access
from app.foundation.access import system
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Site, Unit
from app.plugins.applications import service
from app.plugins.names.models import DomainRecord
from tests.plugins.applications.country import PDF, REST, Country, ascii_of


def site_of(pk: int) -> Site:
    with access.acting_as(system("tests", over="0.")):
        return db.session.scalars(db.select(Site).where(Site.id == pk)).one()


def decided(country: Country, pk: int) -> None:
    country.do("filer", pk, lambda row, by: service.submit(row, declared=True, actor=by))
    country.checked(pk)
    country.do("reviewer", pk, lambda row, by: service.pass_first(row, actor=by))
    country.receive(pk)
    country.do("head", pk, lambda row, by: service.approve(row, actor=by))
    country.report_and_issue(pk)


def test_the_register_keeps_the_old_names_until_a_change_is_badged(country: Country) -> None:
    former = country.badged()
    pk = country.change(former, ip="203.0.113.200")
    assert site_of(country.sites["edu"]).ip != "203.0.113.200"
    decided(country, pk)
    site = site_of(country.sites["edu"])
    assert (site.name, site.ip) == ("武陵教育网", "203.0.113.200")
    assert country.read(pk).site_id == site.id


def test_a_new_website_enters_the_register_with_its_badge(country: Country) -> None:
    actor = country.actor("filer")
    values = {
        "site_name": "武陵区教育局党建网", "chinese_domain": "武陵教育党建.政务", "english_domain": "wldj.gov.cn",
        "ip": "203.0.113.77", "functions": "主管全区教育工作。", "address": "武陵区武陵大道1号", "postcode": "415000",
        "supervisor_name": "武陵区人民政府", **REST,
    }  # fmt: skip
    with access.acting_as(system("tests", over="0.")), transaction() as session:
        record = session.scalars(
            db.select(DomainRecord).where(DomainRecord.ascii == ascii_of("武陵区教育局.政务"))
        ).one()
        session.add(
            DomainRecord(
                unit_id=country.units["wuling"], domain="武陵教育党建.政务", ascii=ascii_of("武陵教育党建.政务"),
                kind="chinese", registered_on=record.registered_on, expires_on=record.expires_on, working=True,
                **{name: getattr(record, name) for name in ("review_path", "filing_path", "province_id", "city_id", "county_id")},
            )
        )  # fmt: skip
    with access.acting_as(actor), transaction() as session:
        unit = session.scalars(db.select(Unit).where(Unit.id == country.units["wuling"])).one()
        row = service.start(unit, "opening", actor=actor)
        service.save(row, values, actor=actor)
        service.attach(row, io.BytesIO(PDF), "经办人证件.pdf", "identity", actor=actor)
        pk = row.id
    decided(country, pk)
    made = country.read(pk).site_id
    assert made is not None
    site = site_of(made)
    assert (site.name, site.chinese_domain, site.unit_id) == (
        "武陵区教育局党建网", "武陵教育党建.政务", country.units["wuling"],
    )  # fmt: skip
    assert site.review_path == "0.43.07.02."
