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
from app.plugins.scale.readers import readers
from tests.services.instance import SignIn

UNITS = 12_000  # 3,600 applications: few enough to make, many enough for planners to prefer an index
LISTS = ("/api/v1/applications/", "/applications/list/")


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
    """On PostgreSQL with sorting made dear: what is left of it could not be had from an index."""
    connection = db.session.connection()
    if kind == "postgres":
        connection.exec_driver_sql("SET LOCAL enable_sort = off")
    opening = "EXPLAIN QUERY PLAN " if kind == "sqlite" else "EXPLAIN "
    return "\n".join(str(row[-1]) for row in connection.exec_driver_sql(opening + statement, parameters))


def _faults(plan: str, *, everything: bool) -> list[str]:
    """Steps that sort, or that read the table from end to end; whoever sees everything may walk it by index."""
    walks = ("SCAN application",) if not everything else ()
    return [
        line
        for line in plan.splitlines()
        if "TEMP B-TREE" in line
        or "Sort" in line
        or ("Seq Scan" in line and not everything)
        or any(walk in line for walk in walks)
    ]


@pytest.mark.parametrize("database_kind", ["sqlite", "postgres"])
def test_a_list_reads_by_index_and_neither_scans_nor_sorts(
    app: Flask, database_kind: str, sign_in: SignIn
) -> None:
    national.generate(UNITS, 1, lambda _title, _length: lambda _done: None)
    people = readers()
    assert [one.level for one in people] == ["county", "city", "province", "central"]
    for one in people:
        client, actor = sign_in(one.username), access.actor_for(one.username)
        for address in LISTS:
            with _statements() as found:
                assert client.get(address).status_code == 200
            assert found
            for statement, parameters in found:
                with access.acting_as(actor):
                    plan = _plan(database_kind, statement, parameters)
                assert _faults(plan, everything=one.level == "central") == [], (one, address, plan)
                assert "INDEX" in plan.upper() or one.level == "central", (one, address, plan)
