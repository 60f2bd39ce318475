"""The application under test, on a fresh copy of a prepared instance for each test.

``app`` is one application a worker with every plugin; before each test its database, uploads and audit head are
replaced by a copy. Two fixtures say of what, and may be overridden in a module or folder:

- ``seed``: ``"schema"`` (tables only, the default), ``"tenants"`` (the national tree), ``"eve"`` (the demo on
  the day the city issues its notice, nothing begun yet) or ``"demo"`` (everything);
- ``database_kind``: ``"sqlite"`` (the default) or ``"postgres"``; parametrise it to run a test on both.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
from flask import Flask, has_app_context
from flask.globals import _cv_app
from flask.testing import FlaskClient
from sqlalchemy import select

from app import create_app
from app.foundation import access
from app.foundation.access import actors
from app.foundation.database import db, transaction
from app.foundation.signing import entry, factors, sessions
from app.foundation.tenancy.models import Person
from tests.services.afresh import read_afresh
from tests.services.postgres import PostgresServer

SEEDS = ("schema", "tenants", "eve", "demo")
TEST_CONFIG = {"TESTING": True, "WTF_CSRF_ENABLED": False, "RATELIMIT_ENABLED": False}

MakeApp = Callable[..., Flask]
SignIn = Callable[[str], FlaskClient]


def settings_for(folder: Path, url: str | None = None) -> dict[str, Any]:
    """The settings that tie an app to one instance folder and one database."""
    return {
        **TEST_CONFIG,
        "INSTANCE_DIR": str(folder),
        "UPLOADS_DIR": str(folder / "uploads"),
        "SQLALCHEMY_DATABASE_URI": url or f"sqlite:///{folder / 'bianban.sqlite3'}",
    }


def command(app: Flask, *arguments: str) -> str:
    """Run a ``flask`` command and return what it printed; it must succeed."""
    result = app.test_cli_runner().invoke(args=list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def close(app: Flask) -> None:
    """Let go of every connection of an app."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def build(folder: Path, seed: str, url: str | None = None) -> None:
    """Make an instance by the very commands an operator runs."""
    folder.mkdir(parents=True, exist_ok=True)
    app = create_app(settings_for(folder, url))
    with app.app_context():
        flask_migrate.upgrade()
    if seed != "schema":
        command(app, "tenants", "sync")
    if seed in {"eve", "demo"}:
        command(app, "demo", "load", *(["--eve"] if seed == "eve" else []))
    close(app)


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Only one worker at a time."""
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


class Templates:
    """Prepared instances: SQLite folders shared by all workers, PostgreSQL databases of this worker's server."""

    def __init__(self, shared: Path) -> None:
        self.shared = shared
        self._databases: dict[str, str] = {}

    def folder(self, seed: str) -> Path:
        """The instance folder for ``seed``, built once for all workers."""
        ready = self.shared / f"instance-{seed}"
        with alone(self.shared / f"instance-{seed}.lock"):
            if not ready.exists():
                building = self.shared / f"instance-{seed}.building"
                shutil.rmtree(building, ignore_errors=True)
                build(building, seed)
                building.rename(ready)
        return ready

    def database(self, seed: str, server: PostgresServer, folder: Path) -> tuple[str, Path]:
        """The template database for ``seed`` and the instance folder that goes with it."""
        beside = folder / f"postgres-{seed}"
        if seed not in self._databases:
            name = server.create()
            build(beside, seed, server.url(name))
            self._databases[seed] = name
        return self._databases[seed], beside


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    base = tmp_path_factory.getbasetemp()
    in_worker = "PYTEST_XDIST_WORKER" in os.environ
    return Templates(base.parent if in_worker else base)


def fill(folder: Path, template: Path) -> None:
    """Make an instance folder an exact copy of a template's."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(template, folder)


class Browser(FlaskClient):
    """A client whose requests do not run inside the test's open app context: they would share its ``g``, and
    with it whoever signed in before."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        def request() -> Any:
            _cv_app.set(None)  # type: ignore[arg-type]
            return super(Browser, self).open(*args, **kwargs)

        return copy_context().run(request)


class Shared:
    """The worker's one application of a database kind, and the folder it lives in."""

    def __init__(self, folder: Path, url: str | None) -> None:
        self.folder = folder
        self.app = create_app(settings_for(folder, url))
        self.app.test_client_class = Browser


@pytest.fixture(scope="session")
def _shared_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    shared = Shared(tmp_path_factory.mktemp("worker") / "instance", None)
    yield shared
    close(shared.app)


@pytest.fixture(scope="session")
def _shared_postgres(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    shared = Shared(tmp_path_factory.mktemp("worker") / "instance", postgres.url("shared"))
    yield shared
    close(shared.app)


@pytest.fixture
def seed() -> str:
    """What the database holds before the test; override it where more than tables is needed."""
    return "schema"


@pytest.fixture
def database_kind() -> str:
    """Which database the test runs on; override or parametrise it."""
    return "sqlite"


@pytest.fixture
def _fresh(seed: str, database_kind: str, templates: Templates, request: pytest.FixtureRequest) -> Shared:
    shared: Shared = request.getfixturevalue(f"_shared_{database_kind}")
    close(shared.app)
    if database_kind == "sqlite":
        fill(shared.folder, templates.folder(seed))
        return shared
    server: PostgresServer = request.getfixturevalue("postgres")
    name, beside = templates.database(seed, server, shared.folder.parent)
    fill(shared.folder, beside)
    server.drop("shared")
    server.create(name="shared", template=name)
    return shared


@pytest.fixture
def app(_fresh: Shared) -> Iterator[Flask]:
    """The application with every plugin on a fresh copy of the seed; an app context is open, nobody acts.

    Forms need no CSRF token and signing in is not limited: ``make_app`` where that is the matter.
    """
    with _fresh.app.app_context():
        yield _fresh.app
        db.session.remove()
    with _fresh.app.app_context():
        db.engine.dispose()


@pytest.fixture
def make_app(tmp_path: Path, templates: Templates, seed: str) -> Iterator[MakeApp]:
    """Builds further applications with settings of their own, each on its own copy of the seed."""
    made: list[Flask] = []

    def make(**config: Any) -> Flask:
        folder = tmp_path / f"instance-{len(made)}"
        fill(folder, templates.folder(seed))
        made.append(create_app({**settings_for(folder), **config}))
        return made[-1]

    yield make
    for app in made:
        close(app)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A stranger's browser."""
    return app.test_client()


def signed_in(app: Flask, username: str, client: FlaskClient | None = None) -> FlaskClient:
    """A browser (a new one, or ``client``) in which the named account is signed in, with a session record."""
    client = client or app.test_client()
    with app.app_context(), access.acting_as(access.system("tests", over="0.")), transaction():
        person = db.session.scalars(select(Person).where(Person.username == username)).one()
        token, _row = sessions.begin(person, posts=factors.office_posts(actors.load(person)))
        key = str(person.id)
    if has_app_context():
        read_afresh()  # an open test context must not go on reading from before
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"], session[entry.TOKEN] = key, True, token
    return client


@pytest.fixture
def sign_in(app: Flask) -> SignIn:
    """The browser of a named account, signed in without going through the form: with a session record of its own."""

    return lambda username: signed_in(app, username)
