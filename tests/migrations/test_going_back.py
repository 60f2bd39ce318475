"""Going back to before there were changes and reviewers' files, with such rows there, on both databases."""

from __future__ import annotations

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import text

from app.foundation.database import db
from app.foundation.files import StoredFile
from app.foundation.jurisdiction import FACTS
from app.plugins.applications.models import Application
from app.plugins.badges.models import Badge
from app.plugins.registry.models import BatchItem
from tests.plugins.registry.line import Line, made

BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture
def line(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Line:
    """Nobody here signs in with a password: none is hashed."""
    monkeypatch.setattr("app.foundation.tenancy.people.hash_password", lambda password: "unusable")
    return made()


@pytest.mark.parametrize("database_kind", BOTH)
def test_a_change_goes_back_as_a_requalification_and_evidence_goes(line: Line) -> None:
    """The older program has no word for either; row-level security must not hide them from the migration."""
    item = line.changed(line.row(Badge, line.issued()), site_name="新名网")
    key = line.row(BatchItem, item).application_id
    with line.system():
        case = db.session.get_one(Application, key)
        assert case.kind == "change"
        db.session.add(
            StoredFile(
                obj="evidence", kind="evidence", parent_table="application_item", parent_id=1, unit_id=case.unit_id,
                name="批准文件.pdf", content_type="application/pdf", size=1, sha256="0" * 64, stored_name="0" * 32,
                **{name: getattr(case, name) for name in FACTS},
            )
        )  # fmt: skip
    db.session.remove()
    flask_migrate.downgrade(revision="0012")
    flask_migrate.upgrade()
    assert line.row(Application, key).kind == "requalification"
    assert line.read(lambda: db.session.scalar(text("SELECT count(*) FROM stored_file"))) == 0
