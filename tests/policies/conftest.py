"""One small country for the whole folder; nothing here writes after it is built."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.foundation.database import db
from tests.policies.world import World, build


def running(folder: Path) -> Iterator[Flask]:
    """The real application without plugins, on an empty SQLite file."""
    app = create_app(
        {
            "INSTANCE_DIR": str(folder),
            "UPLOADS_DIR": str(folder / "uploads"),
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'test.sqlite3'}",
            "RATELIMIT_ENABLED": False,
            "PLUGINS": (),
        }
    )
    with app.app_context():
        db.create_all()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="module")
def policy_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    yield from running(tmp_path_factory.mktemp("policies"))


@pytest.fixture(scope="module")
def world(policy_app: Flask) -> World:
    return build()
