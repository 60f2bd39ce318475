"""Plans PostgreSQL keeps on a connection: they serve whoever acts next with his own rows, and cost nobody a rollback."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from app.foundation import access
from app.foundation.database import PREPARED, db
from app.foundation.tenancy.models import Unit
from tests.services.instance import SignIn

EVERYTHING = access.system("tests", over=access.EVERYWHERE)
TIMES = 15  # psycopg prepares after 5, PostgreSQL may keep one plan for all values after 5 more
UNITS: Any = Unit.__table__
COUNT = select(func.count()).select_from(UNITS).where(UNITS.c.id > 0)


@pytest.fixture
def seed() -> str:
    return "demo"


@pytest.fixture
def database_kind() -> str:
    return "postgres"


def prepared(connection: Connection) -> list[str]:
    """The statements that PostgreSQL holds for this connection."""
    driver: Any = connection.connection.dbapi_connection
    return [name for (name,) in driver.execute("SELECT statement FROM pg_prepared_statements").fetchall()]


def test_a_kept_plan_gives_everybody_his_own_rows(app: Flask) -> None:
    people = [access.actor_for(name) for name in ("wuling.reviewer", "changde.reviewer")]
    actors = [EVERYTHING, *people, access.NOBODY]
    wanted: dict[str, Any] = {}
    for actor in actors:
        with access.acting_as(actor), db.engine.connect() as connection:
            wanted[actor.name] = connection.scalar(text("SELECT count(*) FROM unit"))
    assert len(set(wanted.values())) == len(actors)
    db.session.remove()
    for first in actors:  # whoever it was that the plan was made for
        db.engine.dispose()
        for actor in [first] * TIMES + actors * 2:
            with access.acting_as(actor), db.engine.connect() as connection:
                assert connection.scalar(COUNT, execution_options=PREPARED) == wanted[actor.name]
        with db.engine.connect() as connection:
            assert any("FROM unit" in one for one in prepared(connection))


def test_only_marked_statements_are_kept_and_reading_keeps_them(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("wuling.reviewer")
    db.session.remove()
    for _ in range(TIMES):
        assert client.get("/api/v1/applications/").status_code == 200
        assert client.get("/applications/list/").status_code == 200
        narrowed = "/api/v1/applications/?q=(filters:!((col:id,opr:gt,value:1)))"
        assert client.get(narrowed).status_code == 200
    with db.engine.connect() as connection:
        tables = {name for name in ("sign_in_session", "post", "application", "set_config")
                  if any(name in one for one in prepared(connection))}  # fmt: skip
        assert tables == {"sign_in_session", "post", "application", "set_config"}
        assert len(prepared(connection)) == 4
        (kept,) = (one for one in prepared(connection) if "FROM application" in one)
    assert "$" not in kept, "one plan for a county of two applications and one of two thousand suits neither"


def _core(connection: Connection) -> None:
    connection.execute(update(UNITS).values(name="改"))


def _text(connection: Connection) -> None:
    connection.execute(text("UPDATE unit SET name = '改'"))


def _cte(connection: Connection) -> None:
    changed = update(UNITS).values(name="改").returning(UNITS.c.id).cte("changed")
    connection.execute(select(func.count()).select_from(changed))


def _two(connection: Connection) -> None:
    connection.exec_driver_sql("SELECT 1; UPDATE unit SET name = '改'")


def _savepoint(connection: Connection) -> None:
    with connection.begin_nested():
        connection.execute(update(UNITS).values(name="改"))


@pytest.mark.parametrize("write", [_core, _text, _cte, _two, _savepoint])
def test_what_was_written_outside_a_transaction_is_undone(
    app: Flask, write: Callable[[Connection], None]
) -> None:
    changed = select(func.count()).select_from(UNITS).where(UNITS.c.name == "改")
    with access.acting_as(EVERYTHING):
        with db.engine.connect() as connection:
            assert connection.scalar(changed) == 0
            write(connection)
            assert connection.scalar(changed)
        with db.engine.connect() as connection:
            assert connection.scalar(changed) == 0


def test_after_a_failure_the_connection_serves_on(app: Flask) -> None:
    with access.acting_as(EVERYTHING):
        for _ in range(2):
            with db.engine.connect() as connection, pytest.raises(DBAPIError):
                connection.execute(select(1 / func.nullif(0, 0), func.div(1, 0)))
        with db.engine.connect() as connection:
            assert connection.scalar(COUNT, execution_options=PREPARED)
