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
from app.foundation.signing.rules import rules_of
from app.foundation.tenancy.models import Person
from app.kernel.errors import AccessDenied
from tests.foundation.signing.ground import CITY, MAKER, PASSWORD, SIBLING, Ground
from tests.services.afresh import read_afresh


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


def judged(ground: Ground, number: int) -> bool:
    """Whether an attempt from an address of its own is looked at; it stays a failure."""
    where = {"REMOTE_ADDR": f"10.0.{number // 250}.{number % 250}"}
    with (
        ground.app.test_request_context(environ_overrides=where),
        access.acting_as(MAKER),
        transaction(),
    ):
        answer = locks.hit("clerk.a")
    read_afresh()
    return answer


def test_many_addresses_together_pause_it_too(ground: Ground) -> None:
    person = ground.hire("clerk.a", "clerk")
    for number in range(rules_of(ground.app).lock.account_failures):
        assert judged(ground, number)
    assert not attempt(ground.app, "clerk.a", PASSWORD, "10.9.9.9")
    assert locks.state(person).locked


def test_no_hour_has_more_than_a_hundred_guesses_at_an_account(ground: Ground) -> None:
    """ASVS 4.0.3, V2.2.1, in the worst of hours: the last minute of one count and what the next one lets pass."""
    ground.hire("clerk.a", "clerk")
    assert judged(ground, 0)
    at, number = [0], 0
    ground.later(minutes=58)
    for minute in range(58, 180):
        while judged(ground, number := number + 1):
            at.append(minute)
        ground.later(minutes=1)
    assert max(sum(one - 60 < other <= one for other in at) for one in at) <= 100
    assert len(at) > 80, "and after the hour its owner may go on"


def test_after_an_hour_of_guessing_elsewhere_its_owner_goes_on(ground: Ground) -> None:
    ground.hire("clerk.a", "clerk")
    for number in range(rules_of(ground.app).lock.account_failures):
        assert judged(ground, number)
    ground.later(minutes=11)
    assert judged(ground, 0), "the pause is over"
    assert not attempt(ground.app, "clerk.a", PASSWORD, "10.9.9.9"), "and one failure begins it again"
    ground.later(minutes=11)
    assert attempt(ground.app, "clerk.a", PASSWORD, "10.9.9.9"), "what is right passes between two pauses"
    assert judged(ground, 1)
    assert not judged(ground, 2), "and forgives nothing of what was wrong elsewhere"
    ground.later(minutes=40)
    assert [judged(ground, number) for number in range(3, 6)] == [True] * 3


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
    read_afresh()

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
        read_afresh()
        with pytest.raises(AccessDenied), access.acting_as(actor), transaction():
            locks.unlock(person, actor=actor)
    for name in ("admin.city", "admin.own"):
        actor = ground.actor(name)
        read_afresh()
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
    read_afresh()
    with pytest.raises(AccessDenied) as refused, access.acting_as(actor), transaction():
        locks.unlock(db.session.get_one(Person, person.id), actor=actor)
    assert refused.value.code == "held-elsewhere"
    actor = ground.actor("admin.city")
    read_afresh()
    with access.acting_as(actor), transaction():
        locks.unlock(db.session.get_one(Person, person.id), actor=actor)
    assert not locks.state(person).locked


def test_an_administrator_does_not_unlock_himself(ground: Ground) -> None:
    """With a session of his that was stolen, his password could else be guessed for ever."""
    person = ground.hire("admin.own", "admin")
    for _number in range(5):
        attempt(ground.app, "admin.own", "wrong")
    actor = ground.actor("admin.own")
    read_afresh()
    with pytest.raises(AccessDenied) as refused, access.acting_as(actor), transaction():
        locks.unlock(db.session.get_one(Person, person.id), actor=actor)
    assert refused.value.code == "oneself"
    assert locks.state(person).locked
