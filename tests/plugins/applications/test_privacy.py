"""The two people's data: encrypted at rest, masked on pages, read in full only on the record (A4.注3)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.foundation import access, audit
from app.foundation.audit.models import AuditEntry
from app.foundation.database import db
from app.plugins.applications import dossier, queries
from app.plugins.applications.fields import KEPT, masked
from tests.plugins.applications.country import ID_NUMBER, MOBILE, OTHER_MOBILE, PEOPLE, Country
from tests.services.afresh import read_afresh

SECRET = (ID_NUMBER, MOBILE, OTHER_MOBILE, "leader@wljy.gov.cn", "handler@wljy.gov.cn")
Browse = Callable[[str], FlaskClient]


def test_nothing_kept_lies_readable_in_any_table(country: Country) -> None:
    country.approved()
    with db.engine.connect() as connection:
        dump = "\n".join(connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]
    assert "武陵教育网" in dump
    for secret in SECRET:
        assert secret not in dump


def test_the_kept_columns_are_the_mobiles_mails_and_the_number() -> None:
    assert set(KEPT) == {
        "leader_mobile",
        "leader_email",
        "handler_mobile",
        "handler_email",
        "handler_id_number",
    }


def test_the_record_holds_digests_of_personal_values(country: Country) -> None:
    pk = country.draft()
    with access.acting_as(access.system("tests", over="0.")):
        entry = db.session.scalars(
            db.select(AuditEntry).where(AuditEntry.verb == "application.edited", AuditEntry.object_id == pk)
        ).one()
    after = entry.after or {}
    for name in PEOPLE:
        assert after[name].startswith("hmac:"), name
    assert after["site_intro"] == "发布教育政务信息，办理教育服务事项。"


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("leader_mobile", "13800138000", "138****8000"),
        ("handler_id_number", ID_NUMBER, "110*************2X"),
        ("leader_email", "leader@wljy.gov.cn", "l*****@wljy.gov.cn"),
        ("leader_email", "a@b.cn", "a**@b.cn"),
        ("leader_mobile", "", ""),
        ("leader_mobile", None, ""),
    ],
)
def test_a_mask_shows_enough_to_recognise(name: str, value: str | None, shown: str) -> None:
    assert masked(name, value) == shown


PAGES = {
    "filer": [
        "/applications/{pk}",
        "/applications/list/",
    ],
    "reviewer": [
        "/applications/{pk}",
        "/applications/list/",
    ],
    "auditor": ["/applications/{pk}"],
    "county_egov": ["/applications/{pk}"],
}


@pytest.mark.parametrize("who", PAGES)
def test_every_page_masks_them(country: Country, browse: Browse, who: str) -> None:
    pk = country.awaiting_paper()
    client = browse(who)
    for address in PAGES[who]:
        answer = client.get(address.format(pk=pk))
        assert answer.status_code == 200, address
        page = answer.get_data(as_text=True)
        for secret in SECRET:
            assert secret not in page, address


def test_the_form_and_the_answers_mask_them_too(country: Country, browse: Browse) -> None:
    pk = country.draft()
    client = browse("filer")
    for address in ("edit/leader", "edit/handler", "confirm"):
        page = client.get(f"/applications/{pk}/{address}").get_data(as_text=True)
        assert not [secret for secret in SECRET if secret in page], address
    assert "138****8000" in client.get(f"/applications/{pk}/edit/leader").get_data(as_text=True)


def looks(pk: int) -> list[str]:
    read_afresh()
    with access.acting_as(access.system("tests", over="0.")):
        return [one.person for one in audit.timeline(queries.get(pk)) if one.verb == "application.revealed"]


@pytest.mark.parametrize("who", ["reviewer", "head", "filer"])
def test_a_look_is_a_post_and_enters_the_record(country: Country, browse: Browse, who: str) -> None:
    pk = country.submitted()
    client = browse(who)
    assert client.get(f"/applications/{pk}/reveal").status_code == 405
    assert looks(pk) == []
    answer = client.post(f"/applications/{pk}/reveal")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert all(secret in page for secret in SECRET)
    assert answer.headers["Cache-Control"] == "no-store"
    assert looks(pk) == [country.actor(who).name]
    assert ID_NUMBER not in client.get(f"/applications/{pk}").get_data(as_text=True)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("clerk", 403),
        ("auditor", 403),
        ("parent", 403),
        ("county_egov", 403),
        ("sibling", 404),
        ("neighbour", 404),
    ],
)
def test_nobody_else_may_look(country: Country, browse: Browse, who: str, status: int) -> None:
    pk = country.awaiting_paper()
    client = browse(who)
    for answer in (
        client.post(f"/applications/{pk}/reveal"),
        client.post(f"/letters/application/{pk}/print/form"),
    ):
        assert answer.status_code == status
        assert not [secret for secret in SECRET if secret in answer.get_data(as_text=True)]
    assert looks(pk) == []


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("filer", 200),
        ("reviewer", 200),
        ("clerk", 200),
        ("auditor", 404),
        ("county_egov", 404),
        ("sibling", 404),
        ("registrar", 404),
    ],
)
def test_an_identity_card_is_seen_by_both_sides_only(
    country: Country, browse: Browse, who: str, status: int
) -> None:
    pk = country.submitted()
    with access.acting_as(access.system("tests", over="0.")):
        (file,) = dossier.materials(queries.get(pk))
    assert browse(who).get(f"/files/{file.id}").status_code == status


def test_who_may_not_open_it_is_still_told_it_is_there(country: Country, browse: Browse) -> None:
    pk = country.submitted()
    page = browse("auditor").get(f"/applications/{pk}").get_data(as_text=True)
    assert "已上传" in page
    assert "/files/" not in page
