"""The real application without plugins, the probe views on it, and browsers that are signed in."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from app import create_app
from app.foundation import access
from app.foundation.database import db
from app.foundation.tenancy.models import Site, Unit
from tests.foundation.admin import probes, world
from tests.services import instance


def _app(folder: Path, **settings: Any) -> Flask:
    app = create_app(
        {
            "TESTING": True,
            "PROPAGATE_EXCEPTIONS": False,
            "INSTANCE_DIR": str(folder),
            "UPLOADS_DIR": str(folder / "uploads"),
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'test.sqlite3'}",
            "RATELIMIT_ENABLED": False,
            "WTF_CSRF_ENABLED": False,
            "PLUGINS": (),
            **settings,
        }
    )
    with app.app_context():
        builder = app.extensions["appbuilder"]
        for view in probes.VIEWS:
            builder.add_view(view, view.__name__, category="探针")
        builder.add_view_no_menu(probes.PageProbe)
        builder.add_view_no_menu(probes.OpenProbe)
        builder.add_api(probes.UnitProbeApi)
    return app


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the small world in it."""
    folder = tmp_path_factory.mktemp("filled")
    app = _app(folder)
    with app.app_context():
        db.create_all()
        world.build()
        db.session.remove()
        db.engine.dispose()
    return folder / "test.sqlite3"


@pytest.fixture
def make_app(filled: Path, tmp_path: Path) -> Callable[..., Flask]:
    """A fresh copy of the world, served with other settings where wanted."""

    def make(**settings: Any) -> Flask:
        shutil.copy(filled, tmp_path / "test.sqlite3")
        return _app(tmp_path, **settings)

    return make


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Iterator[Flask]:
    made = make_app()
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def postgres_app(postgres_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The same world on PostgreSQL."""
    made = _app(tmp_path, SQLALCHEMY_DATABASE_URI=postgres_url)
    with made.app_context():
        db.create_all()
        world.build()
        db.session.remove()
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def browse(app: Flask) -> Callable[[str | None], FlaskClient]:
    """A browser, signed in as somebody or as nobody."""
    return partial(signed_in, app)


def signed_in(app: Flask, username: str | None) -> FlaskClient:
    """A browser with that person's session, or a stranger's."""
    return app.test_client() if username is None else instance.signed_in(app, username)


@pytest.fixture
def wuling(browse: Callable[..., FlaskClient]) -> FlaskClient:
    return browse("wuling.clerk")


@pytest.fixture
def ids(app: Flask) -> dict[str, int]:
    """Keys of units and sites by name."""
    with app.app_context(), access.acting_as(access.system("tests", over="0.")):
        rows = [*db.session.scalars(db.select(Unit)), *db.session.scalars(db.select(Site))]
        return {row.name: row.id for row in rows}


@pytest.fixture
def stored(app: Flask) -> Callable[[type[Any], int], Any]:
    """A row as the database has it, whoever may see it; None when it is gone."""

    def read(model: type[Any], key: int) -> Any:
        with app.app_context(), access.acting_as(access.system("tests", over="0.")):
            db.session.expire_all()
            row = db.session.get(model, key)
            if row is not None:
                db.session.expunge(row)
            return row

    return read


@pytest.fixture
def statements(app: Flask) -> Callable[..., Any]:
    """Collects every SQL statement of a block."""

    @contextmanager
    def collect() -> Iterator[list[str]]:
        found: list[str] = []

        def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            found.append(statement)

        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield found
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return collect
