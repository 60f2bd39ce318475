"""The one line of migrations makes the models' tables on both databases, goes back, and harms no row."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import inspect, text

from app import create_app
from app.foundation import drift, health
from app.foundation.database import db
from app.foundation.host import MIGRATIONS
from tests.services.instance import close, settings_for

DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=DATABASES)
def empty_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The application on an empty database of each kind."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    app = create_app(settings_for(tmp_path, url))
    with app.app_context():
        yield app
    close(app)


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_the_line_has_one_head() -> None:
    script = ScriptDirectory(str(MIGRATIONS))
    assert len(script.get_heads()) == 1


def test_upgrading_makes_exactly_the_models_tables(empty_app: Flask) -> None:
    flask_migrate.upgrade()
    assert drift.differences(db.engine, db.metadata) == []
    assert health.ailment() is None


def test_downgrading_takes_everything_away_and_upgrading_works_again(empty_app: Flask) -> None:
    flask_migrate.upgrade()
    assert tables() == set(db.metadata.tables)
    flask_migrate.downgrade(revision="base")
    assert tables() == set()
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect() as connection:
            kept = connection.execute(
                text("SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
            ).scalar_one()
        assert kept == 0
    flask_migrate.upgrade()
    assert drift.differences(db.engine, db.metadata) == []


HEADER = """
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = {revision!r}, {follows!r}, None, None
def downgrade() -> None:
    raise RuntimeError
"""
FIRST = """
def upgrade() -> None:
    op.create_table("parent", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(9)))
    op.create_table("child", sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("parent_id", sa.Integer, sa.ForeignKey("parent.id", ondelete="CASCADE"), nullable=False))
    op.execute("INSERT INTO parent VALUES (1, 'a')")
    op.execute("INSERT INTO child VALUES (7, 1)")
"""
WIDEN = """
def upgrade() -> None:
    with op.batch_alter_table("parent") as batch:
        batch.alter_column("name", type_=sa.String(40), nullable=False)
"""
ORPHAN = """
def upgrade() -> None:
    op.create_table("half_done", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("DELETE FROM parent")
"""


@pytest.fixture
def line(tmp_path: Path) -> Path:
    """A line of migrations of the test's own with the house's env.py."""
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    for name in ("env.py", "alembic.ini", "script.py.mako"):
        shutil.copy(MIGRATIONS / name, folder / name)
    return folder


def step(line: Path, revision: str, follows: str | None, body: str) -> None:
    path = line / "versions" / f"{revision}.py"
    path.write_text(HEADER.format(revision=revision, follows=follows) + body)


@pytest.fixture
def sqlite_app(tmp_path: Path) -> Iterator[Flask]:
    app = create_app(settings_for(tmp_path))
    with app.app_context():
        yield app
    close(app)


def rows(app: Flask, table: str) -> int:
    connection = sqlite3.connect(app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///"))
    try:
        found: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        return found
    finally:
        connection.close()


def test_copying_a_parent_table_keeps_its_children(sqlite_app: Flask, line: Path) -> None:
    """With foreign keys on, SQLite would cascade when the old copy is dropped."""
    step(line, "one", None, FIRST)
    step(line, "two", "one", WIDEN)
    flask_migrate.upgrade(directory=str(line))
    assert (rows(sqlite_app, "parent"), rows(sqlite_app, "child")) == (1, 1)
    with db.engine.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1


def test_a_migration_that_leaves_orphans_is_undone_altogether(
    sqlite_app: Flask, line: Path, caplog: pytest.LogCaptureFixture
) -> None:
    step(line, "one", None, FIRST)
    flask_migrate.upgrade(directory=str(line))
    step(line, "two", "one", ORPHAN)
    with pytest.raises(SystemExit):
        flask_migrate.upgrade(directory=str(line))
    assert "child#7 → parent" in caplog.text
    assert (rows(sqlite_app, "parent"), rows(sqlite_app, "child")) == (1, 1)
    assert "half_done" not in inspect(db.engine).get_table_names()
    assert health.current_revision() == ("one",)
