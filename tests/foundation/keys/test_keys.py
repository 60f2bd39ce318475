"""Rotating the keys: everything moves to the first key, nothing changes, broken off it goes on (A4 note 3)."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from sqlalchemy import Text, func, select, type_coerce

from app.foundation import access, audit, keys
from app.foundation.audit.models import AuditEntry
from app.foundation.database import db
from app.foundation.keys import service
from app.foundation.tenancy.models import Office
from app.plugins.applications.fields import KEPT
from app.plugins.applications.models import Application
from tests.services.afresh import read_afresh
from tests.services.instance import command


@pytest.fixture
def seed() -> str:
    return "demo"


@pytest.fixture(params=["sqlite", "postgres"])
def database_kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
def renewed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> str:
    """A new key stands first, the one everything was written with second."""
    key = Fernet.generate_key().decode()
    monkeypatch.setitem(app.config, "DATA_KEYS", [key, *app.config["DATA_KEYS"]])
    return key


def _plain() -> dict[int, tuple[str | None, ...]]:
    columns = [getattr(Application, name) for name in KEPT]
    with access.acting_as(access.system("tests", over="0.")):
        found = {row[0]: tuple(row[1:]) for row in db.session.execute(select(Application.id, *columns))}
    read_afresh()
    return found


def _stored() -> list[str]:
    with access.acting_as(access.system("tests", over="0.")):
        query = select(type_coerce(Application.handler_id_number, Text())).where(
            Application.handler_id_number.is_not(None)
        )
        found = list(db.session.scalars(query))
    read_afresh()
    return found


def test_everything_moves_to_the_first_key_and_says_the_same(app: Flask, renewed: str) -> None:
    before, stored = _plain(), _stored()
    assert len(stored) > 10
    assert sum(one.older for one in keys.check()) > 50
    moved = keys.rotate(batch=7)
    assert {one.column for one in moved} >= {f"application.{name}" for name in KEPT} | {"ab_user.mobile"}
    assert sum(one.older for one in moved) > 50
    assert _plain() == before
    assert set(_stored()).isdisjoint(stored)
    app.config["DATA_KEYS"] = [renewed]
    assert _plain() == before, "the old key is no longer needed"
    assert all(one.older == one.lost == 0 for one in keys.check())


def test_a_second_run_has_nothing_to_do(renewed: str) -> None:
    keys.rotate()
    stored = _stored()
    assert sum(one.older for one in keys.rotate()) == 0
    assert _stored() == stored


def test_broken_off_it_goes_on(renewed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    batches, real = [0], service._batch

    def failing(*args: object) -> list[tuple[int, str]]:
        batches[0] += 1
        if batches[0] == 12:
            raise KeyboardInterrupt
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(service, "_batch", failing)
    with pytest.raises(KeyboardInterrupt):
        keys.rotate(batch=5)
    monkeypatch.setattr(service, "_batch", real)
    standing = keys.check()
    done, left = sum(one.current for one in standing), sum(one.older for one in standing)
    assert done > 0 and left > 0
    assert sum(one.older for one in keys.rotate(batch=5)) == left


def test_it_is_on_the_record_with_counts_and_no_values(renewed: str) -> None:
    moved = {one.column: one.older for one in keys.rotate() if one.older}
    with access.acting_as(access.system("tests", over="0.")):
        root = db.session.scalars(select(Office).where(Office.path == "0.")).one()
        (entry,) = [one for one in audit.timeline(root) if one.verb == "keys.rotated"]
    assert entry.after == {"values": moved, "key": service.fingerprint(renewed)}
    assert renewed not in str(entry.after)


def test_without_the_old_key_nothing_is_destroyed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    stored, before = _stored(), db.session.scalar(select(func.count()).select_from(AuditEntry))
    monkeypatch.setitem(app.config, "DATA_KEYS", [Fernet.generate_key().decode()])
    assert sum(one.lost for one in keys.rotate()) > 50
    assert _stored() == stored
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == before


def test_the_commands_say_what_they_did_and_end_accordingly(app: Flask, renewed: str) -> None:
    def ask(*arguments: str) -> tuple[int, str]:
        result = app.test_cli_runner().invoke(args=["keys", *arguments])
        return result.exit_code, result.output

    code, said = ask("check")
    assert code == 1 and "旧密钥" in said
    said = command(app, "keys", "rotate", "--batch", "50")
    assert "application.handler_id_number：现用密钥 0，旧密钥" in said
    code, said = ask("check")
    assert code == 0 and renewed not in said
    Fernet(ask("new")[1].strip())
