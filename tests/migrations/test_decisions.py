"""What was reported before approved facts were kept is frozen from what was reported, on both databases."""

from __future__ import annotations

import flask_migrate
import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import text

from app.foundation.database import db
from app.foundation.host import MIGRATIONS
from app.plugins.badges.models import Badge
from app.plugins.registry import queries
from app.plugins.registry import service as registry
from app.plugins.registry.models import ApprovedFacts, BatchItem
from tests.plugins.registry.line import REGISTRAR, Line, made

BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture
def line(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Line:
    """Nobody here signs in with a password: none is hashed."""
    monkeypatch.setattr("app.foundation.tenancy.people.hash_password", lambda password: "unusable")
    return made()


@pytest.mark.parametrize("database_kind", BOTH)
def test_reported_sites_are_frozen_from_what_was_reported(line: Line) -> None:
    waiting, issued = line.reported(), line.row(Badge, line.issued())
    revoked = line.row(Badge, line.revoked())
    again = line.reported()
    with line.acting(REGISTRAR) as actor:
        registry.return_item(queries.item(again), reason="核对", actor=actor)
    newest = line.items(line.send(line.row(BatchItem, again).application_id))[0]
    approved = line.approved()
    before = ScriptDirectory(str(MIGRATIONS)).get_revision("0016").down_revision
    db.session.remove()
    flask_migrate.downgrade(revision=str(before))
    flask_migrate.upgrade()
    for key in (waiting, issued.item_id, revoked.item_id, newest):
        item = line.row(BatchItem, key)
        facts = line.row(ApprovedFacts, item.facts_id)
        assert (facts.application_id, facts.sha256) == (item.application_id, item.sha256)
        assert facts.snapshot == item.snapshot
        assert (facts.round, facts.kind, facts.approved_by) == (1, "requalification", "审核负责人")
        assert (facts.review_path, facts.unit_id) == (item.review_path, item.unit_id)
        assert facts.end_cause == ("revoked" if key == revoked.item_id else None)
    assert line.row(BatchItem, again).facts_id == line.row(BatchItem, newest).facts_id
    # What was approved and not reported yet is frozen when it is.
    item = line.row(BatchItem, line.items(line.send(approved))[0])
    assert line.row(ApprovedFacts, item.facts_id).application_id == approved


@pytest.mark.parametrize("database_kind", BOTH)
def test_the_triggers_are_there_again(line: Line) -> None:
    line.approved()
    before = ScriptDirectory(str(MIGRATIONS)).get_revision("0016").down_revision
    db.session.remove()
    flask_migrate.downgrade(revision=str(before))
    flask_migrate.upgrade()
    line.reported()
    with (
        pytest.raises(Exception, match="approved facts do not change"),
        db.engine.connect().execution_options(as_owner=True) as connection,
    ):
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT set_config('bianban.all', 'on', true)"))
        connection.execute(text("DELETE FROM approved_facts"))
