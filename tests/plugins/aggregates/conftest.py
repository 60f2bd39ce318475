"""Changde with its sheets, on a copy of its own for each test: versions are written here."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from tests.plugins.surveys.collated import TODAY, build
from tests.plugins.surveys.ground import Browser
from tests.services.instance import signed_in

PLUGINS = tuple(
    f"app.plugins.{name}.plugin:{name.capitalize()}Plugin"
    for name in (
        "operations", "establishment", "names", "campaigns", "surveys", "applications", "aggregates",
    )
)  # fmt: skip

As = Callable[[str], AbstractContextManager[Actor]]
Browse = Callable[[str], Browser]


def make(folder: Path) -> Flask:
    """The plugins under test on an instance of their own."""
    return create_app(
        {
            "TESTING": True,
            "WTF_CSRF_ENABLED": False,
            "RATELIMIT_ENABLED": False,
            "INSTANCE_DIR": str(folder),
            "UPLOADS_DIR": str(folder / "uploads"),
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'versions.sqlite3'}",
            "PLUGINS": PLUGINS,
        }
    )


@pytest.fixture(scope="session")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The instance all tests of this folder begin from."""
    folder = tmp_path_factory.mktemp("versions-ground")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.foundation.tenancy.people.hash_password", lambda password: "unusable")
        app = make(folder)
        build(app)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    return folder


@pytest.fixture(scope="session")
def shared_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return make(tmp_path_factory.mktemp("versions"))


@pytest.fixture
def app(collected: Path, shared_app: Flask) -> Iterator[Flask]:
    """The application on a fresh copy, at 2014-11-24 09:00 in Beijing."""
    folder = Path(shared_app.config["INSTANCE_DIR"])
    shutil.rmtree(folder)
    shutil.copytree(collected, folder)
    with shared_app.app_context(), clock.at(TODAY):
        yield shared_app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def acting(app: Flask) -> As:
    """``with acting("changde.clerk") as actor:``, inside a transaction."""

    @contextmanager
    def enter(username: str) -> Iterator[Actor]:
        db.session.expunge_all()
        with access.acting_as(access.actor_for(username)) as actor, transaction():
            yield actor
        db.session.expunge_all()

    return enter


@pytest.fixture
def browse(app: Flask) -> Browse:
    """The browser of an account, signed in."""

    def enter(username: str) -> Browser:
        client = Browser(app, app.response_class)
        signed_in(app, username, client)
        return client

    return enter
