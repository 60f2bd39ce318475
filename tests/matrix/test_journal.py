"""The journal sees what is written, whoever writes; undoing leaves what stood before."""

from __future__ import annotations

import pytest
from flask import Flask

from app.foundation.database import db
from tests.matrix.conftest import MakeWalk
from tests.matrix.journal import NOT_BUSINESS, UNSCOPED_WRITES, tables
from tests.matrix.routes import routes


@pytest.fixture(params=["sqlite", "postgres"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Both."""
    return str(request.param)


def test_a_changed_an_added_and_a_deleted_row_are_seen_and_undone(walk: MakeWalk) -> None:
    journal = walk("changde.clerk").journal
    before = journal.checksum()
    assert journal.read() == []
    journal.side.run("UPDATE unit SET address = 'x' WHERE id = 1")
    journal.side.run("DELETE FROM badge_host WHERE id = 1")
    journal.side.run(
        "INSERT INTO contact (id, office_id, topic, section, phone) VALUES (9999, 1, 'hanging', 'x', '1')"
    )
    changes = journal.read()
    assert [(one.op, one.table) for one in changes] == [
        ("UPDATE", "unit"), ("DELETE", "badge_host"), ("INSERT", "contact"),
    ]  # fmt: skip
    assert changes[0].old is not None and changes[0].old["review_path"] == changes[0].new["review_path"]  # type: ignore[index]
    assert journal.checksum() != before
    journal.undo(changes)
    assert journal.read() == []
    assert journal.checksum() == before


def test_what_the_application_commits_is_seen(walk: MakeWalk, app: Flask) -> None:
    one = walk("changde.clerk")
    answer = one.client.get("/units/list/")
    assert answer.status_code == 200
    assert one.journal.read() == []
    row = one.register.rows[next(m for m in one.register.rows if m.__tablename__ == "unit")][0]
    edit = next(route for route in routes(app) if route.writes and route.rule.rule == "/units/edit/<pk>")
    form = one.cases.bodies.plain(edit, row, None)
    answer = one.client.post(f"/units/edit/{row.id}", data=form | {"address": "新址一号"})
    assert answer.status_code == 302, answer.text
    changes = one.journal.read()
    assert [(change.op, change.table) for change in changes] == [("UPDATE", "unit")]
    db.session.remove()
    one.restore(changes)
    assert one.journal.read() == []


def test_the_exceptions_are_tables(app: Flask) -> None:
    names = {table.name for table in tables()}
    assert set(NOT_BUSINESS) <= names
    assert set(UNSCOPED_WRITES) <= names
