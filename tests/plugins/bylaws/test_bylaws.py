"""Bylaws: what is fit to be published, who may do it, who sees what, and who below has none (S29)."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation import access, audit
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.foundation.files import office_files
from app.foundation.tenancy.models import Office
from app.kernel.errors import AccessDenied, Invalid, NotSeen, Stale, WrongState
from app.plugins.bylaws import queries, rules, service
from app.plugins.bylaws.models import Bylaw
from app.plugins.bylaws.rules import BylawEntry
from tests.services.afresh import read_afresh
from tests.services.instance import SignIn

As = Callable[[str], AbstractContextManager[Actor]]
EVERYWHERE = access.system("tests", over="0.")
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
WHOLE = BylawEntry(
    "武陵区网站审核细则", "武编办发〔2014〕3号", date(2014, 11, 24), date(2014, 12, 1), "第一条　依法审核。"
)


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


def office(code: str = "430702") -> Office:
    return db.session.scalars(select(Office).where(Office.code == code)).one()


def row_of(key: int) -> Bylaw:
    read_afresh()
    with access.acting_as(EVERYWHERE):
        return db.session.scalars(select(Bylaw).where(Bylaw.id == key)).one()


def drafted(
    acting: As, entry: BylawEntry = WHOLE, *, filed: bool = False, replaces: int | None = None
) -> int:
    with acting("wuling.clerk") as actor:
        earlier = queries.get(replaces) if replaces is not None else None
        row = service.draft(office(), entry, replaces=earlier, actor=actor)
        if filed:
            service.attach(row, BytesIO(PDF), "细则.pdf", actor=actor)
        db.session.flush()
        return row.id


def published(
    acting: As, entry: BylawEntry = WHOLE, *, filed: bool = False, replaces: int | None = None
) -> int:
    key = drafted(acting, entry, filed=filed, replaces=replaces)
    with acting("wuling.head") as actor:
        service.publish(queries.get(key), actor=actor)
    return key


def text_of(answer: Any) -> str:
    return html.unescape(answer.get_data(as_text=True))


# -- rules -----------------------------------------------------------------------------------------------------


def codes(entry: BylawEntry, *, filed: bool = False) -> set[tuple[str, str]]:
    return {(one.field, one.code) for one in rules.publishable(entry, filed=filed)}


def test_what_a_published_one_must_have() -> None:
    assert codes(WHOLE) == set()
    assert codes(BylawEntry("细则")) == {
        ("document", "empty"), ("issued_on", "empty"), ("effective_on", "empty"), ("text", "text-missing")
    }  # fmt: skip
    assert codes(replace(WHOLE, text=""), filed=True) == set()
    assert codes(replace(WHOLE, effective_on=date(2014, 11, 23))) == {("effective_on", "effective-early")}
    assert codes(replace(WHOLE, title="题" * 121)) == {("title", "too-long")}


def test_a_draft_needs_its_title_only() -> None:
    assert list(rules.storable(BylawEntry("细则"))) == []
    assert [one.field for one in rules.storable(BylawEntry(" "))] == ["title"]


# -- verbs -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "other", ["dingcheng.head", "changde.clerk", "changde.head", "unit.wuling", "hunan.head"]
)
def test_a_draft_is_seen_by_its_own_office_alone(acting: As, other: str) -> None:
    key = drafted(acting, filed=True)
    with acting("wuling.clerk"):
        file = office_files.of(queries.get(key))
        assert file is not None
    with acting(other):
        with pytest.raises(NotSeen):
            queries.get(key)
        with pytest.raises(NotSeen):
            office_files.get(file.id)


def test_nobody_drafts_for_another_office(acting: As) -> None:
    with acting("wuling.clerk") as actor, pytest.raises(AccessDenied):
        service.draft(office("430703"), WHOLE, actor=actor)


def test_only_the_head_publishes(acting: As) -> None:
    key = drafted(acting)
    with acting("wuling.clerk") as actor, pytest.raises(AccessDenied):
        service.publish(queries.get(key), actor=actor)
    with acting("wuling.head") as actor:
        service.publish(queries.get(key), actor=actor)
    row = row_of(key)
    assert (row.state, row.obj, row.published_by) == ("published", "bylaw", "负责人乙")


def test_an_unfinished_draft_stays_one(acting: As) -> None:
    key = drafted(acting, BylawEntry("细则"))
    with acting("wuling.head") as actor, pytest.raises(Invalid):
        service.publish(queries.get(key), actor=actor)
    assert row_of(key).state == "draft"


@pytest.mark.parametrize("reader", ["unit.wuling", "wuling.egov", "changde.clerk", "hunan.auditor"])
def test_published_it_is_seen_below_and_above_with_its_file(acting: As, reader: str) -> None:
    key = published(acting, filed=True)
    with acting(reader):
        row = queries.get(key)
        assert row in queries.binding()
        file = office_files.of(row)
        assert file is not None
        office_files.require(file)


@pytest.mark.parametrize("other", ["dingcheng.head", "unit.dingcheng", "liuyehu.head", "unit.changde"])
def test_siblings_do_not_see_it(acting: As, other: str) -> None:
    key = published(acting)
    with acting(other), pytest.raises(NotSeen):
        queries.get(key)


def test_a_published_one_is_not_changed(acting: As) -> None:
    key = published(acting)
    with acting("wuling.head") as actor:
        row = queries.get(key)
        with pytest.raises(WrongState):
            service.save(row, WHOLE, version=None, actor=actor)
        with pytest.raises(WrongState):
            service.discard(row, actor=actor)
        with pytest.raises(WrongState):
            service.attach(row, BytesIO(PDF), "a.pdf", actor=actor)


@pytest.mark.parametrize("database_kind", DATABASES)
def test_a_revision_replaces_when_it_is_published(acting: As) -> None:
    first = published(acting)
    second = drafted(
        acting, replace(WHOLE, document="武编办发〔2014〕4号", effective_on=date(2015, 1, 1)), replaces=first
    )
    assert row_of(first).state == "published"
    with acting("wuling.head") as actor:
        service.publish(queries.get(second), actor=actor)
    old = row_of(first)
    assert (old.state, old.ended_on) == ("replaced", date(2015, 1, 1))
    with acting("wuling.clerk") as actor, pytest.raises(WrongState):
        service.draft(office(), WHOLE, replaces=queries.get(first), actor=actor)


def test_withdrawn_with_a_reason_by_the_head_alone(acting: As) -> None:
    key = published(acting)
    with acting("wuling.clerk") as actor, pytest.raises(AccessDenied):
        service.withdraw(queries.get(key), "上级另有规定", actor=actor)
    with acting("changde.head") as actor, pytest.raises(AccessDenied):
        service.withdraw(queries.get(key), "上级另有规定", actor=actor)
    with acting("wuling.head") as actor, pytest.raises(Invalid):
        service.withdraw(queries.get(key), " ", actor=actor)
    with acting("wuling.head") as actor:
        service.withdraw(queries.get(key), "上级另有规定", actor=actor)
        with pytest.raises(WrongState):
            service.withdraw(queries.get(key), "上级另有规定", actor=actor)
    assert row_of(key).state == "withdrawn"
    with acting("wuling.clerk"):
        assert [one.verb for one in audit.timeline(queries.get(key))][:2] == [
            "bylaw.withdrawn",
            "bylaw.published",
        ]


def test_a_stale_save_is_refused_and_a_draft_can_be_thrown_away(acting: As) -> None:
    key = drafted(acting, filed=True)
    version = row_of(key).version
    with acting("wuling.clerk") as actor:
        service.save(queries.get(key), replace(WHOLE, title="新题"), version=version, actor=actor)
    with acting("wuling.head") as actor, pytest.raises(Stale):
        service.save(queries.get(key), WHOLE, version=version, actor=actor)
    with acting("wuling.clerk") as actor:
        service.discard(queries.get(key), actor=actor)
    with acting("wuling.clerk"), pytest.raises(NotSeen):
        queries.get(key)


def test_the_upper_office_lists_who_has_none(acting: As) -> None:
    published(acting)
    with acting("changde.clerk") as actor:
        below = queries.below(actor)
    assert len(below) == 13
    assert [one.office.code for one in below if one.row is not None] == ["430702"]
    assert below[-1].office.code == "430702", "those without come first"


def test_the_desk_asks_for_one_until_it_is_begun(acting: As) -> None:
    with acting("wuling.clerk") as actor:
        assert queries.without(actor) == "武陵区编委办"
    drafted(acting)
    with acting("wuling.clerk") as actor:
        assert queries.without(actor) is None
    with acting("hunan.head") as actor:
        assert queries.without(actor) is None, "the notice speaks of cities and counties"


# -- pages -----------------------------------------------------------------------------------------------------

FORM = {"title": WHOLE.title, "document": WHOLE.document, "issued_on": "2014-11-24", "effective_on": "2014-12-01",
        "text": WHOLE.text}  # fmt: skip


@pytest.mark.parametrize("database_kind", DATABASES)
def test_from_draft_to_the_units_page(app: Flask, sign_in: SignIn) -> None:
    clerk, head, unit = sign_in("wuling.clerk"), sign_in("wuling.head"), sign_in("unit.wuling")
    place = clerk.post("/bylaw-drafts/new", data={**FORM, "file": (BytesIO(PDF), "细则.pdf")}).headers[
        "Location"
    ]
    assert "/bylaw-drafts/" in place
    assert unit.get(place).status_code in {403, 404}
    assert WHOLE.title not in text_of(unit.get("/bylaws/"))
    head.post(f"{place}/publish")
    shown = place.replace("bylaw-drafts", "bylaws")
    assert WHOLE.text in text_of(unit.get(shown))
    assert WHOLE.title in text_of(unit.get("/bylaws/"))
    assert head.post(f"{shown}/withdraw", data={"reason": ""}).status_code == 422
    head.post(f"{shown}/withdraw", data={"reason": "另行制定"})
    assert "另行制定" in text_of(unit.get(shown))
    assert WHOLE.title in text_of(unit.get("/bylaws/?show=former"))


def test_wrong_input_keeps_everything_typed(app: Flask, sign_in: SignIn) -> None:
    answer = sign_in("wuling.clerk").post("/bylaw-drafts/new", data={**FORM, "issued_on": "十一月"})
    assert answer.status_code == 422
    page = text_of(answer)
    assert "日期请按" in page
    assert WHOLE.document in page
    bad = sign_in("wuling.clerk").post("/bylaw-drafts/new", data={**FORM, "file": (BytesIO(b"MZ"), "a.exe")})
    assert bad.status_code == 422
    assert WHOLE.document in text_of(bad)


def test_a_revision_starts_from_the_one_in_force(acting: As, sign_in: SignIn) -> None:
    key = published(acting)
    clerk = sign_in("wuling.clerk")
    assert WHOLE.text in text_of(clerk.get(f"/bylaw-drafts/new?replaces={key}"))
    place = clerk.post("/bylaw-drafts/new", data={**FORM, "replaces": str(key)}).headers["Location"]
    assert row_of(int(place.rpartition("/")[2])).replaces_id == key
    assert sign_in("dingcheng.head").get(f"/bylaw-drafts/new?replaces={key}").status_code == 404


def test_offices_below_are_told(acting: As, sign_in: SignIn) -> None:
    assert "印发常德市党政机关" in text_of(sign_in("wuling.clerk").get("/messages/"))
