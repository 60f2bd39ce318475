"""How the databases find a list's rows: by an index in the order of the list, at every level, all locks on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from app.foundation import access
from app.foundation.database import db
from app.plugins.scale import national
from tests.services.instance import SignIn

UNITS = 12_000  # 3,600 applications: few enough to make, many enough for planners to prefer an index
PEOPLE = ("430700.head", "430000.head", "000000.head", "430702.head")
LISTS = ("/api/v1/applications/", "/applications/list/", "/api/v1/applications/?q=(order_column:due)")


@contextmanager
def _statements() -> Iterator[list[tuple[str, Any]]]:
    """Every SELECT from applications, with what was bound."""
    found: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if "FROM application" in statement:
            found.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def _plan(kind: str, statement: str, parameters: Any) -> str:
    opening = "EXPLAIN QUERY PLAN " if kind == "sqlite" else "EXPLAIN "
    rows = db.session.connection().exec_driver_sql(opening + statement, parameters)
    return "\n".join(str(row[-1]) for row in rows)


@pytest.mark.parametrize("database_kind", ["sqlite", "postgres"])
def test_a_list_reads_by_index_and_neither_scans_nor_sorts(
    app: Flask, database_kind: str, sign_in: SignIn
) -> None:
    national.generate(UNITS, 1, lambda _title, _length: lambda _done: None)
    for username in PEOPLE:
        client, reader = sign_in(username), access.actor_for(username)
        for address in LISTS[:2]:
            with _statements() as found:
                assert client.get(address).status_code == 200
            assert found
            for statement, parameters in found:
                with access.acting_as(reader):
                    plan = _plan(database_kind, statement, parameters)
                lines = plan.splitlines()
                assert "TEMP B-TREE" not in plan, (username, address, plan)
                assert not any("Sort" in line for line in lines), (username, address, plan)
                if username == "000000.head" and "count(" in statement:
                    continue  # everybody's rows are counted in whatever order they lie, no further than the bound
                scans = [line for line in lines if "Seq Scan" in line or ("SCAN application" in line and "INDEX" not in line)]
                whole = [line for line in scans if "SCAN application" not in line or username != "000000.head"]
                assert whole == [], (username, address, plan)
