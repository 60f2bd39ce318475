"""Migrations run one at a time, and a database that a newer program has upgraded is left alone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread

import pytest
from flask import Flask
from sqlalchemy import text

from app import config, create_app
from app.foundation import health, upgrades
from app.foundation.database import AS_OWNER, db
from app.foundation.upgrades import NewerDatabase
from tests.services import needs
from tests.services.instance import close, settings_for
from tests.services.live import ROOT


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def environment(tmp_path: Path, database_kind: str, request: pytest.FixtureRequest) -> dict[str, str]:
    """Of a process on an empty database."""
    found = {**os.environ, "BIANBAN_INSTANCE": str(tmp_path / "instance"), "FLASK_APP": "wsgi"}
    if database_kind == "postgres":
        found["DATABASE_URL"] = request.getfixturevalue("postgres_url")
    return found


def start(environment: dict[str, str], *command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, preexec_fn=needs.end_with_parent,
    )  # fmt: skip


def test_of_two_upgrades_at_once_one_migrates(environment: dict[str, str]) -> None:
    both = [start(environment, "-m", "flask", "db", "upgrade") for _ in range(3)]
    said = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0, 0], said
    revisions = [line.split("→")[1] for one in said for line in one.splitlines() if line.startswith("升级 ")]
    assert len(revisions) == len(set(revisions)) >= 4, said


@pytest.fixture
def empty(tmp_path: Path, database_kind: str, request: pytest.FixtureRequest) -> Iterator[Flask]:
    url = request.getfixturevalue("postgres_url") if database_kind == "postgres" else None
    (tmp_path / "empty").mkdir()
    app = create_app(settings_for(tmp_path / "empty", url))
    with app.app_context():
        yield app
    close(app)


def test_the_second_waits_and_says_so(empty: Flask) -> None:
    order: list[str] = []
    said = Event()

    def say(line: str) -> None:
        order.append(line)
        said.set()

    def second() -> None:
        with empty.app_context(), upgrades.alone(db.engine, say=say):
            order.append("second")

    with upgrades.alone(db.engine):
        thread = Thread(target=second, daemon=True)
        thread.start()
        assert said.wait(timeout=20)
        thread.join(timeout=0.5)
        assert thread.is_alive()
        order.append("first")
    thread.join(timeout=20)
    assert order == [upgrades.WAITING, "first", "second"]


def test_whoever_holds_it_may_take_it_again_and_a_failure_gives_it_back(empty: Flask) -> None:
    with pytest.raises(ZeroDivisionError), upgrades.alone(db.engine):
        with upgrades.alone(db.engine):
            pass
        raise ZeroDivisionError
    waited: list[str] = []
    with upgrades.alone(db.engine, say=waited.append):
        assert waited == []


def make_newer(app: Flask) -> None:
    with db.engine.connect().execution_options(**AS_OWNER) as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))


def settings(app: Flask) -> dict[str, object]:
    return {**settings_for(Path(app.config["INSTANCE_DIR"]), app.config["SQLALCHEMY_DATABASE_URI"])}


def test_a_newer_database_stops_the_start_and_names_both(app: Flask) -> None:
    make_newer(app)
    with pytest.raises(NewerDatabase) as stopped:
        create_app(settings(app))
    for said in ("9999", health.expected_revision()[0], "flask backup restore", "新版程序", "newer program"):
        assert said in stopped.value.message


def test_a_newer_database_is_not_healthy(app: Flask) -> None:
    """A program that was running already while a newer one upgraded."""
    make_newer(app)
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 503
    reason = answer.get_json()["reason"]
    assert "9999" in reason and health.expected_revision()[0] in reason and "新版程序" in reason


def test_an_older_database_is_for_upgrading(app: Flask) -> None:
    with db.engine.connect().execution_options(**AS_OWNER) as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    close(create_app(settings(app)))
    assert "请运行 flask db upgrade" in (health.ailment() or "")


@pytest.mark.parametrize(
    "command",
    [
        ("-m", "flask", "tenants", "sync"),
        ("-m", "flask", "audit", "verify"),
        ("-m", "flask", "db", "upgrade"),
        ("-m", "flask", "backup", "create"),
        (".ci/serve.py",),
        (".ci/serve.py", "--no-prepare"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_no_command_touches_a_newer_database(app: Flask, command: tuple[str, ...]) -> None:
    make_newer(app)
    close(app)
    folder = app.config["INSTANCE_DIR"]
    found = {**os.environ, "BIANBAN_INSTANCE": folder, "FLASK_APP": "wsgi", "PORT": str(needs.free_port())}
    process = start(found, *command)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1, said
    assert "结构版本（9999）比程序" in said
    assert "Traceback" not in said


def test_a_database_that_is_not_there_is_not_made_by_asking(tmp_path: Path) -> None:
    close(create_app(settings_for(tmp_path)))
    assert not (tmp_path / "bianban.sqlite3").exists()


def test_processes_that_start_at_once_have_the_same_keys(tmp_path: Path) -> None:
    env = {"BIANBAN_INSTANCE": str(tmp_path / "instance")}
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _number: config.load(env)["AUDIT_KEY"], range(8)))
    assert len(set(found)) == 1
    assert [path.name for path in (tmp_path / "instance").iterdir()] == ["secrets.json"]
