"""A session record: opened once, recognised in one statement, ended by anybody entitled to, or by time."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import event, select

from app.foundation import access
from app.foundation.database import db, transaction
from app.foundation.signing import sessions
from app.foundation.signing.models import SignInRecord, SignInSession
from app.foundation.tenancy.models import Person
from app.kernel.errors import AccessDenied, NotSeen, WrongState
from tests.foundation.signing.ground import CITY, COUNTY, MAKER, SIBLING, Ground
from tests.services.afresh import read_afresh


@pytest.fixture(params=["sqlite", "postgres"])
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def begin(ground: Ground, username: str, kind: str = "browser") -> tuple[str, int, int]:
    """Id handed out, key of the record, key of the person."""
    pk = ground.person(username).id
    read_afresh()
    with access.acting_as(MAKER), transaction():
        token, row = sessions.begin(db.session.get_one(Person, pk), kind=kind)
        return token, row.id, pk


def refused(token: str, person_id: int) -> str:
    read_afresh()
    found = sessions.recognise(token, person_id)
    return "unknown" if found is None else found.refused


def test_only_the_digest_of_the_id_is_kept(ground: Ground) -> None:
    person = ground.hire("clerk.a", "clerk")
    token, pk, _person = begin(ground, "clerk.a")
    with access.acting_as(MAKER):
        row = db.session.get_one(SignInSession, pk)
    assert len(token) >= 40
    assert token not in row.digest
    assert row.review_path == person.review_path
    assert refused(token, person.id) == ""
    assert refused(token + "x", person.id) == "unknown"
    assert refused(token, person.id + 1) == "unknown", "an id opens nobody else's account"


def test_a_request_costs_one_statement_and_a_write_once_a_minute(ground: Ground) -> None:
    person_id = ground.hire("clerk.a", "clerk").id
    token, pk, _person = begin(ground, "clerk.a")
    asked: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith(("SELECT", "UPDATE", "INSERT")) and "set_config" not in statement:
            asked.append(statement)

    read_afresh()
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        sessions.recognise(token, person_id)
        assert len(asked) == 1
        ground.later(seconds=59)
        sessions.recognise(token, person_id)
        assert len(asked) == 2
        ground.later(seconds=2)
        sessions.recognise(token, person_id, touch=False)
        assert not [one for one in asked if one.startswith("UPDATE")], "a page saving by itself is no use"
        sessions.recognise(token, person_id)
        assert len([one for one in asked if one.startswith("UPDATE")]) == 1
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    with access.acting_as(MAKER):
        row = db.session.get_one(SignInSession, pk)
    assert (row.seen_at - row.started_at).total_seconds() >= 60


def test_an_unused_session_times_out_and_says_so_in_the_log(ground: Ground) -> None:
    ground.setting(CITY, session_idle=30)
    person = ground.hire("clerk.a", "clerk")
    token, pk, _person = begin(ground, "clerk.a")
    for _number in range(3):
        ground.later(minutes=29)
        assert refused(token, person.id) == ""
    ground.later(minutes=31)
    assert refused(token, person.id) == "timed_out"
    with access.acting_as(MAKER):
        row = db.session.get_one(SignInSession, pk)
        outcomes = list(db.session.scalars(select(SignInRecord.outcome)))
    assert row.end_reason == "timed_out"
    assert outcomes == ["timed_out"]


def test_even_a_used_session_ends_after_its_hours(ground: Ground) -> None:
    ground.setting(CITY, session_idle=30, session_hours=2)
    person = ground.hire("clerk.a", "clerk")
    token, _pk, _person = begin(ground, "clerk.a")
    for _number in range(5):
        ground.later(minutes=20)
        assert refused(token, person.id) == ""
    ground.later(minutes=21)
    assert refused(token, person.id) == "timed_out"


def test_an_office_may_shorten_the_limits_but_not_lengthen_them(ground: Ground, app: Flask) -> None:
    national = sessions.limits(None)
    person = ground.hire("clerk.a", "clerk")
    ground.setting(COUNTY, session_idle=24 * 60, session_hours=7 * 24)
    assert sessions.limits(ground.person(person.username).office) == national
    ground.setting(COUNTY, session_idle=5, session_hours=1)
    assert sessions.limits(ground.person(person.username).office) == (5, 1)


def test_a_disabled_account_is_refused_at_the_next_request(ground: Ground) -> None:
    person = ground.hire("clerk.a", "clerk")
    token, _pk, _person = begin(ground, "clerk.a")
    ground.change(Person, person.id, active=False)
    assert refused(token, person.id) == "disabled"


def test_the_security_officer_of_the_keeping_office_or_above_ends_a_session(ground: Ground) -> None:
    person = ground.hire("clerk.a", "clerk")
    token, pk, _person = begin(ground, "clerk.a")
    for name, role, office in (
        ("security.beside", "security", SIBLING), ("admin.own", "admin", COUNTY), ("inspector.own", "inspector", COUNTY),
    ):  # fmt: skip
        ground.hire(name, role, office)
        actor = ground.actor(name)
        with access.acting_as(MAKER):
            row = db.session.get_one(SignInSession, pk)
        read_afresh()
        with pytest.raises(AccessDenied), access.acting_as(actor), transaction():
            sessions.force_out(row, actor=actor)
    ground.hire("security.city", "security", CITY)
    actor = ground.actor("security.city")
    read_afresh()
    with access.acting_as(actor), transaction():
        sessions.force_out(db.session.get_one(SignInSession, pk), actor=actor)
    assert refused(token, person.id) == "forced"
    with pytest.raises(WrongState), access.acting_as(actor), transaction():
        sessions.force_out(db.session.get_one(SignInSession, pk), actor=actor)


def test_who_also_acts_for_the_city_is_signed_out_by_the_city(ground: Ground) -> None:
    """The county keeps the account and lists the session, but does not end it."""
    person = ground.hire("clerk.a", "clerk")
    ground.give("clerk.a", "auditor", CITY)
    token, pk, _person = begin(ground, "clerk.a")
    ground.hire("security.own", "security")
    ground.hire("security.city", "security", CITY)
    actor = ground.actor("security.own")
    read_afresh()
    with access.acting_as(actor), pytest.raises(AccessDenied) as caught, transaction():
        sessions.force_out(db.session.get_one(SignInSession, pk), actor=actor)
    assert caught.value.code == "held-elsewhere"
    assert "上级机构安全管理岗" in str(caught.value)
    assert refused(token, person.id) == ""
    actor = ground.actor("security.city")
    read_afresh()
    with access.acting_as(actor), transaction():
        sessions.force_out(db.session.get_one(SignInSession, pk), actor=actor)
    assert refused(token, person.id) == "forced"


def test_everybody_ends_his_own_sessions_and_nobody_elses(ground: Ground) -> None:
    ground.hire("clerk.a", "clerk")
    ground.hire("clerk.b", "clerk")
    token, pk, owner = begin(ground, "clerk.a")
    _token, other, stranger = begin(ground, "clerk.b")
    begin(ground, "clerk.a", "api")
    assert {row.kind for row in sessions.own(owner)} == {"browser", "api"}
    actor = ground.actor("clerk.a")
    read_afresh()
    with pytest.raises(NotSeen), access.acting_as(actor), transaction():
        sessions.end_own(owner, other, actor=actor)
    with access.acting_as(actor), transaction():
        sessions.end_own(owner, pk, actor=actor)
    assert refused(token, owner) == "forced"
    assert len(sessions.own(stranger)) == 1


def test_a_token_has_no_idle_limit_but_the_longest_time(ground: Ground) -> None:
    ground.setting(CITY, session_idle=30, session_hours=2)
    person = ground.hire("clerk.a", "clerk")
    token, _pk, _person = begin(ground, "clerk.a", "api")
    ground.later(minutes=110)
    assert refused(token, person.id) == ""
    ground.later(minutes=11)
    assert refused(token, person.id) == "timed_out"


def test_sessions_left_open_are_closed_when_their_person_comes_back(ground: Ground) -> None:
    ground.setting(CITY, session_idle=30)
    ground.hire("clerk.a", "clerk")
    _token, pk, owner = begin(ground, "clerk.a")
    ground.later(hours=1)
    assert sessions.own(owner) == []
    begin(ground, "clerk.a")
    with access.acting_as(MAKER):
        assert db.session.get_one(SignInSession, pk).end_reason == "timed_out"
