"""The country, built once; each test works on its own copy of the instance."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from app import create_app
from app.foundation.database import db
from tests.plugins.applications.country import Country, found
from tests.services.instance import signed_in


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Flask, Path, Country]:
    """The app, its prepared instance beside it, and the country."""
    folder = tmp_path_factory.mktemp("applications")
    app = create_app(
        {
            "TESTING": True,
            "WTF_CSRF_ENABLED": False,
            "RATELIMIT_ENABLED": False,
            "INSTANCE_DIR": str(folder / "live"),
            "UPLOADS_DIR": str(folder / "live" / "uploads"),
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'live' / 'test.sqlite3'}",
        }
    )
    (folder / "live").mkdir()
    with app.app_context():
        db.create_all()
        country = found(app)
        db.session.remove()
        db.engine.dispose()
    shutil.copytree(folder / "live", folder / "kept")
    return app, folder, country


@pytest.fixture
def app(built: tuple[Flask, Path, Country]) -> Iterator[Flask]:
    app, folder, _country = built
    shutil.rmtree(folder / "live")
    shutil.copytree(folder / "kept", folder / "live")
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def country(app: Flask, built: tuple[Flask, Path, Country]) -> Country:
    return built[2]


class Browser(FlaskClient):
    """A client whose every request has a context of its own: an open one would carry the last person over."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        with self.application.app_context():
            return super().open(*args, **kwargs)


@pytest.fixture
def browse(app: Flask, country: Country) -> Callable[[str], FlaskClient]:
    """The browser of somebody in the country, signed in."""

    return lambda who: signed_in(app, country.actor(who).username, Browser(app, app.response_class))


@contextmanager
def counting() -> Iterator[list[str]]:
    """The statements that run inside the block."""
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
