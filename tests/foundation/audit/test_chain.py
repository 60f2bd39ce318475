"""Whatever is altered, removed, inserted or cut off is found and named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app import create_app
from app.foundation import access, audit
from app.foundation.audit.models import AuditEntry
from app.foundation.database import db, transaction
from app.foundation.tenancy import people
from app.foundation.tenancy.models import Person

TRIGGERS = ("audit_entry_no_update", "audit_entry_no_delete")


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    app = create_app(
        {
            "INSTANCE_DIR": str(tmp_path),
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path / 'test.sqlite3'}",
            "RATELIMIT_ENABLED": False,
            "PLUGINS": (),
        }
    )
    with app.app_context():
        db.create_all()
        actor = access.system("tests", over="0.")
        for number in range(6):
            with access.acting_as(actor), transaction():
                people.add(f"person{number}", f"承办人{number}", "a-long-password", actor=actor)
        yield app
        db.session.remove()
        db.engine.dispose()


def tamper(*statements: str) -> None:
    """As somebody with the database but without the key would."""
    with db.engine.begin() as connection:
        for trigger in TRIGGERS:
            connection.execute(text(f"DROP TRIGGER IF EXISTS {trigger}"))
        for statement in statements:
            connection.execute(text(statement))


def test_an_untouched_chain_holds(app: Flask) -> None:
    assert audit.verify() == []
    result = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert result.exit_code == 0
    assert "共 6 条" in result.output


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE audit_entry SET person = '别人' WHERE seq = 3", "第 3 条"),
        ("UPDATE audit_entry SET after = '{}' WHERE seq = 2", "第 2 条"),
        ("UPDATE audit_entry SET business_at = '2013-01-01 00:00:00.000000' WHERE seq = 4", "第 4 条"),
        ("DELETE FROM audit_entry WHERE seq = 3", "第 3 条"),
        ("DELETE FROM audit_entry WHERE seq = 1", "第 1 条"),
        ("DELETE FROM audit_entry WHERE seq >= 5", "第 5–6 条"),
        (
            "INSERT INTO audit_entry SELECT 7, wall_at, business_at, person_id, person, post, verb, obj, object_id,"
            " review_path, reason, before, after, mac, mac FROM audit_entry WHERE seq = 6",
            "第 7 条",
        ),
        ("UPDATE audit_head SET count = 5", "链头"),
    ],
)
def test_tampering_is_found_and_named(app: Flask, statement: str, named: str) -> None:
    tamper(statement)
    faults = audit.verify()
    assert any(named in fault for fault in faults), faults
    assert app.test_cli_runner().invoke(args=["audit", "verify"]).exit_code == 1


def test_cutting_the_tail_together_with_the_head_shows_in_the_outside_head(app: Flask) -> None:
    """An old head with its valid seal put back, and everything after it removed."""
    with db.engine.connect() as connection:
        row = connection.execute(text("SELECT count, mac, seal FROM audit_head")).one()
    actor = access.system("tests", over="0.")
    with access.acting_as(actor), transaction():
        people.add("late", "迟到", "a-long-password", actor=actor)
    tamper(
        "DELETE FROM audit_entry WHERE seq = 7",
        f"UPDATE audit_head SET count = {row[0]}, mac = '{row[1]}', seal = '{row[2]}'",
    )
    assert any("第 7–7 条" in fault for fault in audit.verify())


def test_the_database_itself_refuses_changes(app: Flask) -> None:
    for statement in ("UPDATE audit_entry SET reason = 'x'", "DELETE FROM audit_entry"):
        with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
            connection.execute(text(statement))


def test_personal_fields_enter_as_keyed_digests(app: Flask) -> None:
    actor = access.system("tests", over="0.")
    with access.acting_as(actor), transaction():
        person = db.session.scalars(select(Person)).first()
        assert person is not None
        entry = audit.record(actor, "person.edited", person, after={"mobile": "13900000000", "username": "x"})
    assert entry.after is not None
    assert entry.after["mobile"].startswith("hmac:")
    assert "13900000000" not in json.dumps(entry.after)
    assert entry.after["username"] == "x"


def test_a_rolled_back_act_leaves_no_trace_and_no_gap(app: Flask) -> None:
    actor = access.system("tests", over="0.")
    with pytest.raises(RuntimeError), access.acting_as(actor), transaction():
        people.add("undone", "未遂", "a-long-password", actor=actor)
        raise RuntimeError
    assert audit.verify() == []
    assert db.session.scalar(select(db.func.count()).select_from(AuditEntry)) == 6


def test_recording_outside_a_transaction_is_refused(app: Flask) -> None:
    person = db.session.scalars(select(Person)).first()
    with pytest.raises(RuntimeError, match="outside"):
        audit.record(access.system("tests", over="0."), "person.edited", person)
