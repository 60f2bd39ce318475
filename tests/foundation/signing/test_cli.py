"""What the operator does when nobody else can."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation import access
from app.foundation.database import db, transaction
from app.foundation.signing import entry, hashing, locks, sessions
from app.foundation.signing.models import SignInSession
from tests.foundation.signing.ground import MAKER, Ground
from tests.services.afresh import read_afresh

NEW = "Nine-quiet-rivers-4"


def run(app: Flask, *words: str) -> tuple[int, str]:
    read_afresh()
    result = app.test_cli_runner().invoke(args=["people", *words])
    return result.exit_code, result.output


def test_unlocking(ground: Ground) -> None:
    person = ground.hire("clerk.a", "clerk")
    for _number in range(5):
        with ground.app.test_request_context():
            entry.password_step("clerk.a", "wrong")
    assert locks.state(person).locked
    assert run(ground.app, "unlock", "clerk.a")[0] == 0
    read_afresh()
    assert not locks.state(person).locked


def test_resetting_a_password_has_it_changed_at_the_next_sign_in(ground: Ground) -> None:
    ground.hire("clerk.a", "clerk")
    code, said = run(ground.app, "reset-password", "clerk.a", "--password", "short")
    assert code != 0
    assert "至少 12 位" in said
    assert run(ground.app, "reset-password", "clerk.a", "--password", NEW)[0] == 0
    person = ground.person("clerk.a")
    assert person.must_change
    assert hashing.verify(person.password, NEW)


def test_ending_sessions_and_resetting_a_factor(ground: Ground) -> None:
    person = ground.hire("clerk.a", "clerk")
    assert run(ground.app, "reset-factor", "clerk.a")[0] != 0
    ground.enrol("clerk.a")
    assert run(ground.app, "reset-factor", "clerk.a")[0] == 0
    read_afresh()
    with access.acting_as(MAKER), transaction():
        sessions.begin(person)
    code, said = run(ground.app, "end-sessions", "clerk.a")
    assert code == 0
    assert "1 个" in said
    read_afresh()
    with access.acting_as(MAKER):
        assert db.session.scalars(select(SignInSession.ended_at)).one() is not None


@pytest.mark.parametrize("command", ["unlock", "end-sessions", "reset-factor"])
def test_an_unknown_account_is_an_error(ground: Ground, command: str) -> None:
    code, said = run(ground.app, command, "no.such")
    assert code != 0
    assert "no.such" in said
