"""How PostgreSQL's programs are called: every row, no password where others can read it, and failures said plainly."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.engine import make_url

from app.foundation.backup import making, postgresql, programs, sqlite
from app.foundation.backup.errors import BackupRefused
from app.foundation.backup.progress import Progress
from app.foundation.database import AS_OWNER, db
from tests.foundation.backup.conftest import flask, make_backup

URL = make_url(
    "postgresql+psycopg://owner:s3cret%40word@db.example:5433/bianban?sslmode=require&options=-c%20a.b=1"
)


@pytest.fixture
def database_kind() -> str:
    return "postgres"


def test_the_password_stands_in_no_argument() -> None:
    said = programs.connection_string(URL)
    assert "s3cret" not in said
    for part in ("host=db.example", "port=5433", "user=owner", "dbname=bianban", "sslmode=require"):
        assert part in said
    assert "options='-c a.b=1 -c bianban.all=on'" in said


def test_the_program_gets_the_password_and_none_of_our_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGSSLROOTCERT", "root.crt")
    found = programs.environment(URL)
    assert found["PGPASSWORD"] == "s3cret@word"
    assert found["PGSSLROOTCERT"] == "root.crt"
    assert not [name for name in found if name.startswith("BIANBAN")]
    assert "DATABASE_URL" not in found


def test_no_other_program_is_started(app: Flask) -> None:
    with pytest.raises(ValueError, match="psql"):
        programs.find("psql")


def test_where_the_programs_are_missing_it_says_what_to_install(
    busy: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(busy.config, "PG_BIN", str(tmp_path))
    answer = flask(busy, "backup", "create", tmp_path / "one")
    assert answer.exit_code == 1
    assert "postgresql-client" in answer.output and "BIANBAN_PG_BIN" in answer.output
    assert not (tmp_path / "one").exists()


def test_what_a_program_complains_of_is_shown(
    busy: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "EVERY_ROW", "-c no_such_setting=1")
    answer = flask(busy, "backup", "create", tmp_path / "one")
    assert answer.exit_code == 1
    assert "pg_dump 没有成功" in answer.output and "no_such_setting" in answer.output


def test_rows_that_row_security_would_drop_are_missed(
    busy: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without our setting pg_dump writes empty tables and reports success: the count of the copy tells."""
    monkeypatch.setattr(programs, "EVERY_ROW", "-c application_name=backup")
    answer = flask(busy, "backup", "create", tmp_path / "one")
    assert answer.exit_code == 1
    assert "数据表 stored_file 清单记载 5 行，副本中有 0 行" in answer.output
    assert not (tmp_path / "one").exists()


def test_without_row_security_on_pg_dump_itself_refuses(
    busy: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Why the option is there: FORCE ROW LEVEL SECURITY binds the owner."""
    real = programs.run

    def run(name: str, arguments: list[str], *rest: object) -> None:
        real(name, [one for one in arguments if one != "--enable-row-security"], *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(programs, "run", run)
    answer = flask(busy, "backup", "create", tmp_path / "one")
    assert answer.exit_code == 1
    assert "row-level security" in answer.output


def test_rows_are_counted_whatever_is_in_them(busy: Flask, tmp_path: Path) -> None:
    """Line ends, and text that looks like the end of the data or the beginning of a table's."""
    with db.engine.connect().execution_options(**AS_OWNER) as connection, connection.begin():
        connection.execute(text("CREATE TABLE odd (id integer, said text)"))
        for number, said in enumerate(
            ["a\nb", "\\.", "COPY public.office (id) FROM stdin;", "\\.\n", "", None]
        ):
            connection.execute(text("INSERT INTO odd VALUES (:n, :said)"), {"n": number, "said": said})
    made = making.create(tmp_path / "one", Progress(print))
    assert made.manifest.holdings.rows["odd"] == 6


def test_somebody_at_his_upload_for_too_long_is_not_waited_for(
    busy: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "PATIENCE", "300ms")
    with db.engine.connect().execution_options(**AS_OWNER) as connection, connection.begin():
        connection.execute(text("LOCK TABLE stored_file IN ROW EXCLUSIVE MODE"))
        answer = flask(busy, "backup", "create", tmp_path / "one")
        assert answer.exit_code == 1
        assert "稍后再试" in answer.output
    make_backup(busy, tmp_path / "one")


def test_another_name_of_the_restricted_role_is_said(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.foundation.backup.manifest import Holdings, Manifest

    found = Manifest("", "", "postgresql", "other_role", Holdings("", {}, 0, ""), {}, {})
    with pytest.raises(BackupRefused, match="BIANBAN_DB_ROLE=other_role"):
        postgresql.PostgreSQLStore(db.engine).ready(found)


def test_a_restricted_role_that_is_not_there_is_asked_for(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.foundation.backup.manifest import Holdings, Manifest

    monkeypatch.setitem(app.config, "DATABASE_ROLE", "nobody_made_it")
    found = Manifest("", "", "postgresql", "nobody_made_it", Holdings("", {}, 0, ""), {}, {})
    with pytest.raises(BackupRefused, match="CREATE ROLE nobody_made_it NOLOGIN"):
        postgresql.PostgreSQLStore(db.engine).ready(found)


def test_a_database_in_memory_has_nothing_to_back_up() -> None:
    from sqlalchemy import create_engine

    with pytest.raises(BackupRefused, match="内存"):
        sqlite.SQLiteStore(create_engine("sqlite://"))
