"""``/healthz`` says 200 only when the database answers and is at the program's revision."""

from __future__ import annotations

from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import text

from app.foundation import health
from app.foundation.database import db
from tests.services.instance import MakeApp


def test_a_migrated_database_is_healthy(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.get_json() == {
        "status": "ok",
        "revision": health.expected_revision()[0],
        "scanner": "off",
    }
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_database_at_another_revision_is_not(client: FlaskClient) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'before'"))
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert "before" in answer.get_json()["reason"]
    assert "flask db upgrade" in answer.get_json()["reason"]


def test_a_database_without_tables_is_not(client: FlaskClient) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert health.expected_revision()[0] in answer.get_json()["reason"]


def test_a_database_that_does_not_answer_is_a_503_without_its_address(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app = make_app(SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path}/nowhere/secret-name.sqlite3")
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 503
    assert answer.get_json()["reason"]
    assert "secret-name" not in answer.get_data(as_text=True)
