"""Responsible persons: named by the unit's side, handed over with a reason, exactly one at a time (S30)."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, text

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Unit
from app.kernel.errors import AccessDenied, Invalid, NotSeen, Stale, WrongState
from app.plugins.liaisons import queries, rules, service
from app.plugins.liaisons.models import Liaison
from app.plugins.liaisons.rules import LiaisonEntry
from tests.services.afresh import read_afresh
from tests.services.instance import SignIn

As = Callable[[str], AbstractContextManager[Actor]]
EVERYWHERE = access.system("tests", over="0.")
TODAY = date(2014, 11, 24)
DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
WHOLE = LiaisonEntry("李平", "信息科", "科长", "7251234", "13812345678", "li@example.cn")


@pytest.fixture
def seed() -> str:
    return "demo"


@pytest.fixture
def acting(app: Flask) -> As:
    @contextmanager
    def enter(username: str) -> Iterator[Actor]:
        read_afresh()
        with access.acting_as(access.actor_for(username)) as actor, transaction():
            yield actor

    return enter


@pytest.fixture
def unnamed(app: Flask) -> None:
    """Nobody has named anybody."""
    with access.acting_as(EVERYWHERE), transaction():
        db.session.execute(delete(Liaison))


def unit(account: str = "41840034") -> Unit:
    """武陵区人民政府办公室, or another, whoever acts."""
    with access.acting_as(EVERYWHERE):
        return db.session.scalars(select(Unit).where(Unit.account == account)).one()


def name(acting: As, who: str, entry: LiaisonEntry = WHOLE, *, account: str = "41840034", **more: Any) -> int:
    with acting(who) as actor:
        given = {"since": TODAY, **more}
        row = service.appoint(unit(account), entry, actor=actor, **given)
        return row.id


def text_of(answer: Any) -> str:
    return html.unescape(answer.get_data(as_text=True))


# -- rules -----------------------------------------------------------------------------------------------------


def codes(entry: LiaisonEntry) -> set[str]:
    return {one.field for one in rules.examine(entry, area_code="0736")[0]}


def test_everything_but_the_post_is_needed_and_written_canonically() -> None:
    findings, clean = rules.examine(replace(WHOLE, post=""), area_code="0736")
    assert findings == []
    assert clean.phone == "0736-7251234"
    assert codes(LiaisonEntry()) == {"name", "section", "phone", "mobile", "email"}
    assert codes(replace(WHOLE, section="科" * 81)) == {"section"}
    assert codes(replace(WHOLE, mobile="7251234")) == {"mobile"}


@pytest.mark.parametrize(
    ("since", "reason", "former", "field"),
    [
        (None, "", None, "since"),
        (date(2014, 11, 25), "", None, "since"),
        (TODAY, "", TODAY, "reason"),
        (TODAY, "长" * 201, TODAY, "reason"),
        (date(2014, 11, 20), "调整", date(2014, 11, 21), "since"),
    ],
)
def test_when_a_handover_does_not_fit(
    since: date | None, reason: str, former: date | None, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        rules.ensure_named(WHOLE, area_code="0736", since=since, reason=reason, today=TODAY, former=former)
    assert [one.field for one in refused.value.findings] == [field]


def test_the_first_needs_no_reason() -> None:
    clean, day = rules.ensure_named(WHOLE, area_code="0736", since=TODAY, reason="", today=TODAY, former=None)
    assert (clean.name, day) == ("李平", TODAY)


def test_addresses_are_masked() -> None:
    assert rules.masked_email("li@example.cn") == "l**@example.cn"
    assert rules.masked_email("") == ""


# -- verbs -----------------------------------------------------------------------------------------------------


def test_the_unit_names_its_own_and_the_desk_names_those_it_undertakes(unnamed: None, acting: As) -> None:
    name(acting, "unit.wuling")
    name(acting, "taohuayuan.coordinator", account="41840060")
    with acting("wuling.clerk"):
        found = queries.current(unit())
        assert found is not None
        assert (found.name, found.phone, found.since) == ("李平", "0736-7251234", TODAY)


@pytest.mark.parametrize(
    "other",
    ["unit.dingcheng", "wuling.clerk", "wuling.head", "changde.clerk", "renshe.coordinator", "changde.egov"],
)
def test_nobody_else_names(unnamed: None, acting: As, other: str) -> None:
    with pytest.raises(AccessDenied):
        name(acting, other)


def test_a_handover_keeps_the_former_and_exactly_one_is_current(unnamed: None, acting: As) -> None:
    first = name(acting, "unit.wuling", since=date(2014, 11, 10))
    with pytest.raises(Invalid):
        name(acting, "unit.wuling", replace(WHOLE, name="王五"))
    second = name(acting, "unit.wuling", replace(WHOLE, name="王五"), reason="岗位调整")
    with acting("wuling.clerk"):
        now, before = queries.current(unit()), queries.earlier(unit())
        assert now is not None
        assert (now.id, now.reason) == (second, "岗位调整")
        assert [(one.id, one.until) for one in before] == [(first, TODAY)]
        assert audit.timeline(now)[0].reason == "岗位调整"


def test_the_database_holds_one_current_person_a_unit(unnamed: None, acting: As) -> None:
    name(acting, "unit.wuling")
    with pytest.raises(Exception, match="UNIQUE"), acting("unit.wuling"):
        db.session.add(
            Liaison(
                unit_id=unit().id,
                name="甲",
                section="",
                phone="",
                mobile="",
                email="",
                since=TODAY,
                named_by="",
            )
        )
        db.session.flush()


def test_a_form_opened_before_a_handover_is_stale(unnamed: None, acting: As) -> None:
    name(acting, "unit.wuling")
    with acting("wuling.clerk"):
        row = queries.current(unit())
        assert row is not None
        version = row.version
    name(acting, "unit.wuling", replace(WHOLE, name="王五"), reason="调整", version=version)
    with pytest.raises(Stale):
        name(acting, "unit.wuling", replace(WHOLE, name="赵六"), reason="调整", version=version + 5)


def test_contacts_change_without_a_handover_and_the_name_does_not(unnamed: None, acting: As) -> None:
    name(acting, "unit.wuling")
    with acting("unit.wuling") as actor:
        row = service.update(unit(), replace(WHOLE, name="改名", section="办公室"), actor=actor)
        assert (row.name, row.section) == ("李平", "办公室")
        assert audit.timeline(row)[0].verb == "liaison.updated"
    with acting("unit.dingcheng") as actor, pytest.raises(AccessDenied):
        service.update(unit(), WHOLE, actor=actor)


def test_contacts_lie_encrypted(unnamed: None, acting: As) -> None:
    name(acting, "unit.wuling")
    raw = db.session.connection().execute(text("SELECT mobile, email FROM liaison")).one()
    assert "13812345678" not in raw[0]
    assert "example" not in raw[1]


@pytest.mark.parametrize("other", ["unit.dingcheng", "dingcheng.head", "changde.egov", "wuling.egov"])
def test_who_does_not_see_it(unnamed: None, acting: As, other: str) -> None:
    key = name(acting, "unit.wuling")
    with acting(other), pytest.raises(NotSeen):
        queries.get(key)


def test_looking_at_contacts_is_recorded_and_the_office_above_may_not(unnamed: None, acting: As) -> None:
    key = name(acting, "unit.wuling")
    with acting("wuling.clerk") as actor:
        service.reveal(queries.get(key), actor=actor)
        assert audit.timeline(queries.get(key))[0].verb == "liaison.revealed"
    with acting("changde.clerk") as actor, pytest.raises(AccessDenied):
        service.reveal(queries.get(key), actor=actor)


def test_urged_once_a_day_while_nobody_is_named(unnamed: None, acting: As) -> None:
    with acting("wuling.clerk") as actor:
        service.urge(unit(), actor=actor)
    with acting("wuling.clerk") as actor, pytest.raises(WrongState) as again:
        service.urge(unit(), actor=actor)
    assert again.value.code == "urged-today"
    with clock.at(datetime(2014, 11, 25, 9, tzinfo=clock.SHANGHAI)), acting("wuling.clerk") as actor:
        service.urge(unit(), actor=actor)
    with acting("changde.clerk") as actor, pytest.raises(AccessDenied):
        service.urge(unit(), actor=actor)
    name(acting, "unit.wuling")
    with acting("wuling.clerk") as actor, pytest.raises(WrongState) as named:
        service.urge(unit(), actor=actor)
    assert named.value.code == "liaison-named"


def test_the_office_counts_its_own_level_or_all_below(unnamed: None, acting: As) -> None:
    name(acting, "unit.wuling")
    with acting("wuling.clerk") as actor:
        assert queries.standing(actor) == (1, queries.count(actor, level=True, named=False))
    with acting("changde.clerk") as actor:
        assert queries.count(actor, level=True, named=True) == 0
        assert queries.count(actor, level=False, named=True) == 1
        whole = queries.count(actor, level=False)
        assert whole == 1 + queries.count(actor, level=False, named=False)
        assert all(line.row is None for line in queries.page(actor, 1, 100, level=True))
        barred = [
            line.unit for line in queries.page(actor, 1, 100, level=False) if line.unit.nature == "enterprise"
        ]
        assert barred == []


# -- pages -----------------------------------------------------------------------------------------------------

FORM = {"name": "李平", "section": "信息科", "phone": "7251234", "mobile": "13812345678", "email": "li@example.cn",
        "since": "2014-11-24"}  # fmt: skip


def test_the_desk_asks_the_unit_until_somebody_is_named(unnamed: None, sign_in: SignIn) -> None:
    client, key = sign_in("unit.wuling"), unit().id
    assert "明确网站责任人" in text_of(client.get("/desk/"))
    client.post(f"/liaisons/unit/{key}/name", data=FORM)
    assert "明确网站责任人" not in text_of(client.get("/desk/"))
    page = text_of(client.get(f"/liaisons/unit/{key}"))
    assert "138****5678" in page
    assert "13812345678" not in page


@pytest.mark.parametrize("database_kind", DATABASES)
def test_a_handover_through_the_pages(unnamed: None, sign_in: SignIn) -> None:
    client, key = sign_in("unit.wuling"), unit().id
    client.post(f"/liaisons/unit/{key}/name", data=FORM)
    refused = client.post(f"/liaisons/unit/{key}/name", data={**FORM, "name": "王五"})
    assert refused.status_code == 422
    assert 'value="王五"' in text_of(refused)
    client.post(f"/liaisons/unit/{key}/name", data={**FORM, "name": "王五", "reason": "退休"})
    page = text_of(client.get(f"/liaisons/unit/{key}"))
    assert "历任责任人" in page
    assert "退休" in page
    client.post(f"/liaisons/unit/{key}/contacts", data={**FORM, "section": "办公室"})
    assert "办公室" in text_of(client.get(f"/liaisons/unit/{key}"))
    wrong = client.post(f"/liaisons/unit/{key}/contacts", data={**FORM, "mobile": "1"})
    assert wrong.status_code == 422


@pytest.mark.parametrize("database_kind", DATABASES)
def test_the_office_lists_the_missing_urges_and_looks(unnamed: None, acting: As, sign_in: SignIn) -> None:
    office, key = sign_in("wuling.clerk"), unit().id
    page = text_of(office.get("/liaisons/"))
    assert "常德市武陵区人民政府办公室" in page
    office.post("/liaisons/urge", data={"units": [str(key)]})
    assert "已催报 1 家单位。" in text_of(office.get("/liaisons/"))
    assert "请明确本单位网站责任人" in text_of(sign_in("unit.wuling").get("/messages/"))
    assert office.post(f"/liaisons/unit/{key}/urge").status_code == 409
    row = name(acting, "unit.wuling")
    assert "13812345678" in text_of(office.post(f"/liaisons/{row}/reveal"))
    assert office.post(f"/liaisons/unit/{key}/name", data=FORM).status_code == 403


@pytest.mark.parametrize("query", ["?page=abc", "?page=999999999999", "?show=x&scope=y", "?page=-1"])
def test_unusable_queries_do_no_harm(app: Flask, sign_in: SignIn, query: str) -> None:
    assert sign_in("changde.clerk").get(f"/liaisons/{query}").status_code == 200
