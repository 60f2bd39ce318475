"""The surveys' ground with the importing on it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.database import db
from tests.plugins.surveys import ground as surveys
from tests.plugins.surveys.ground import As, Browser, SignIn
from tests.services.instance import signed_in


def make_app(folder: Path) -> Flask:
    """The application with the plugins under test on an instance of its own."""
    return create_app(
        {
            "TESTING": True,
            "WTF_CSRF_ENABLED": False,
            "RATELIMIT_ENABLED": False,
            "JOBS_THREADS": False,
            "INSTANCE_DIR": str(folder),
            "UPLOADS_DIR": str(folder / "uploads"),
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'test.sqlite3'}",
            "PLUGINS": (*surveys.PLUGINS, "app.plugins.imports.plugin:ImportsPlugin"),
        }
    )


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance built once; each test works on a copy."""
    folder = tmp_path_factory.mktemp("imports-ground")
    app = make_app(folder)
    surveys.build(app)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    return folder


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return make_app(tmp_path_factory.mktemp("imports-shared"))


@pytest.fixture
def app(built: Path, running: Flask) -> Iterator[Flask]:
    """The application on a fresh copy of the ground, at 2014-11-18 09:00 in Beijing."""
    folder = Path(running.config["INSTANCE_DIR"])
    shutil.rmtree(folder)
    shutil.copytree(built, folder)
    with running.app_context(), clock.at(surveys.OPENING):
        yield running
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def acting(app: Flask) -> As:
    """``with acting("changde.clerk") as actor:``"""

    @contextmanager
    def enter(username: str) -> Iterator[Actor]:
        db.session.expunge_all()
        with access.acting_as(access.actor_for(username)) as actor:
            yield actor
        db.session.expunge_all()

    return enter


@pytest.fixture
def sign_in(app: Flask) -> SignIn:
    """The browser of an account, signed in."""

    def enter(username: str) -> Browser:
        client = Browser(app, app.response_class)
        signed_in(app, username, client)
        return client

    return enter
