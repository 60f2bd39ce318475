"""Five failures pause an account at an address for ten minutes, whether the account exists or not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation import access, clock
from app.foundation.database import db, transaction
from app.foundation.signing import entry, locks
from app.foundation.signing.models import SignInLock, SignInRecord
from app.foundation.tenancy.models import Person
from app.kernel.errors import AccessDenied
from tests.foundation.signing.ground import CITY, MAKER, PASSWORD, SIBLING, Ground


@pytest.fixture(params=["sqlite", "postgres"])
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def attempt(app: Flask, username: str, password: str, address: str = "10.0.0.1") -> bool:
    with app.test_request_context(environ_overrides={"REMOTE_ADDR": address}):
        return entry.password_step(username, password).person is not None


def outcomes() -> list[str]:
    with access.acting_as(MAKER):
        return list(db.session.scalars(select(SignInRecord.outcome).order_by(SignInRecord.id)))


def test_five_failures_pause_the_account_at_that_address(ground: Ground) -> None:
    ground.hire("clerk.a", "clerk")
    assert [attempt(ground.app, "clerk.a", "wrong") for _number in range(5)] == [False] * 5
    assert not attempt(ground.app, "clerk.a", PASSWORD), "the right one is refused as well"
    assert attempt(ground.app, "clerk.a", PASSWORD, "10.0.0.2"), "elsewhere its owner goes on"
    assert outcomes() == ["wrong_password"] * 5 + ["locked"]
    ground.later(minutes=9)
    assert not attempt(ground.app, "clerk.a", PASSWORD)
    ground.later(minutes=2)
    assert attempt(ground.app, "clerk.a", PASSWORD)


def test_four_failures_and_a_success_start_afresh(ground: Ground) -> None:
    person = ground.hire("clerk.a", "clerk")
    for _round in range(2):
        for _number in range(4):
            assert not attempt(ground.app, "clerk.a", "wrong")
        with ground.app.test_request_context(environ_overrides={"REMOTE_ADDR": "10.0.0.1"}):
            assert entry.password_step("clerk.a", PASSWORD).person is not None
            entry.open_session(ground.person("clerk.a"))
    assert not locks.state(person).locked


def test_spelling_the_name_otherwise_does_not_help(ground: Ground) -> None:
    ground.hire("clerk.a", "clerk")
    for name in ("clerk.a", "CLERK.A", " clerk.a", "Clerk.A", "clerk.a "):
        attempt(ground.app, name, "wrong")
    assert not attempt(ground.app, "clerk.a", PASSWORD)


def test_many_addresses_together_pause_it_too(ground: Ground) -> None:
    person = ground.hire("clerk.a", "clerk")
    with access.acting_as(MAKER):
        for number in range(50):
            with (
                ground.app.test_request_context(environ_overrides={"REMOTE_ADDR": f"10.0.1.{number}"}),
                transaction(),
            ):
                assert locks.hit("clerk.a")
            db.session.rollback()
    assert not attempt(ground.app, "clerk.a", PASSWORD, "10.9.9.9")
    assert locks.state(person).locked


def test_an_unknown_name_is_counted_like_a_known_one_and_kept_as_a_digest(ground: Ground) -> None:
    for _number in range(6):
        assert not attempt(ground.app, "no.such.name", "wrong")
    with access.acting_as(MAKER):
        rows = list(db.session.scalars(select(SignInLock)))
        records = list(db.session.scalars(select(SignInRecord)))
    assert {row.address for row in rows} == {"10.0.0.1", ""}
    assert all(row.locked_until is not None for row in rows if row.address)
    assert all("no.such" not in row.account for row in rows)
    assert {(one.outcome, one.username, one.name) for one in records} == {("unknown_account", "", "")}
    assert all("no.such" not in one.account_digest for one in records)
    assert {one.review_path for one in records} == {"0."}, "kept by the centre"


def test_attempts_at_the_same_time_do_not_slip_through(ground: Ground) -> None:
    ground.hire("clerk.a", "clerk")
    db.session.rollback()

    def count(_number: int) -> bool:
        with (
            ground.app.test_request_context(environ_overrides={"REMOTE_ADDR": "10.0.0.1"}),
            access.acting_as(MAKER),
            transaction(),
        ):
            return locks.hit("clerk.a")

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(count, range(16))) == 5


def test_an_administrator_unlocks_those_his_office_keeps(ground: Ground) -> None:
    person = ground.hire("clerk.a", "clerk")
    for name, office in (("admin.own", "430702"), ("admin.city", CITY), ("admin.beside", SIBLING)):
        ground.hire(name, "admin", office)
    ground.hire("security.own", "security")
    for _number in range(5):
        attempt(ground.app, "clerk.a", "wrong")
    state = locks.state(person)
    assert state.locked
    assert state.until is not None
    assert state.until > clock.wall()
    for name in ("admin.beside", "security.own", "clerk.a"):
        actor = ground.actor(name)
        db.session.rollback()
        with pytest.raises(AccessDenied), access.acting_as(actor), transaction():
            locks.unlock(person, actor=actor)
    for name in ("admin.city", "admin.own"):
        actor = ground.actor(name)
        db.session.rollback()
        with access.acting_as(actor), transaction():
            locks.unlock(db.session.get_one(Person, person.id), actor=actor)
    assert not locks.state(person).locked
    assert attempt(ground.app, "clerk.a", PASSWORD)


def test_who_also_acts_for_the_city_is_unlocked_by_the_city(ground: Ground) -> None:
    person = ground.hire("clerk.a", "clerk")
    ground.give("clerk.a", "auditor", CITY)
    for name, office in (("admin.own", "430702"), ("admin.city", CITY)):
        ground.hire(name, "admin", office)
    for _number in range(5):
        attempt(ground.app, "clerk.a", "wrong")
    actor = ground.actor("admin.own")
    db.session.rollback()
    with pytest.raises(AccessDenied) as refused, access.acting_as(actor), transaction():
        locks.unlock(db.session.get_one(Person, person.id), actor=actor)
    assert refused.value.code == "held-elsewhere"
    actor = ground.actor("admin.city")
    db.session.rollback()
    with access.acting_as(actor), transaction():
        locks.unlock(db.session.get_one(Person, person.id), actor=actor)
    assert not locks.state(person).locked


def test_an_administrator_does_not_unlock_himself(ground: Ground) -> None:
    """With a session of his that was stolen, his password could else be guessed for ever."""
    person = ground.hire("admin.own", "admin")
    for _number in range(5):
        attempt(ground.app, "admin.own", "wrong")
    actor = ground.actor("admin.own")
    db.session.rollback()
    with pytest.raises(AccessDenied) as refused, access.acting_as(actor), transaction():
        locks.unlock(db.session.get_one(Person, person.id), actor=actor)
    assert refused.value.code == "oneself"
    assert locks.state(person).locked
