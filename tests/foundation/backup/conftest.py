"""An instance with people's work and uploads in it, archives of it, and fresh places to restore into."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from app import create_app
from app.foundation import access, files
from app.foundation.backup import contents
from app.foundation.backup.manifest import Holdings
from app.foundation.backup.progress import Progress
from app.foundation.database import AS_OWNER, db, transaction
from app.foundation.files import StoredFile
from app.foundation.tenancy.models import Site
from tests.foundation.files.conftest import PDF
from tests.policies.world import build
from tests.services.instance import close, settings_for

SYSTEM = access.system("tests", over=access.EVERYWHERE)
Fresh = Callable[..., Flask]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def hand_in(number: int, size: int = 0) -> int:
    """One upload that does not pack, in a transaction of its own."""
    with access.acting_as(SYSTEM), transaction() as session:
        parent = session.scalars(select(Site).order_by(Site.id)).first()
        assert parent is not None
        content = PDF + f"{number}".encode() + os.urandom(size)
        return files.store(BytesIO(content), f"材料{number}.pdf", obj="survey", parent=parent, kind="scan").id


def throw_away(pk: int) -> None:
    """Put an upload away, in a transaction of its own."""
    with access.acting_as(SYSTEM), transaction() as session:
        row = session.scalars(select(StoredFile).where(StoredFile.id == pk)).one()
        files.discard(row, reason="test")


@pytest.fixture
def busy(app: Flask) -> Flask:
    """The app with a small country and five uploads."""
    if not Path(app.config["INSTANCE_DIR"], "audit.head").exists():
        build()
    for number in range(5):
        hand_in(number)
    return app


@pytest.fixture
def fresh(tmp_path: Path, database_kind: str, request: pytest.FixtureRequest) -> Iterator[Fresh]:
    """Makes applications on an empty database and empty folders of their own."""
    with ExitStack() as undo:
        made: list[Flask] = []

        def make(**config: object) -> Flask:
            url = None
            if database_kind == "postgres":
                server = request.getfixturevalue("postgres")
                name = server.create()
                undo.callback(server.drop, name)
                url = server.url(name)
            folder = tmp_path / f"fresh-{len(made)}"
            folder.mkdir()
            app = create_app({**settings_for(folder, url), **config})
            undo.callback(close, app)
            made.append(app)
            return app

        yield make


def flask(app: Flask, *arguments: object) -> Result:
    """Run a command as an operator does, of this app whatever app's context is open; whatever it prints."""
    with app.app_context():
        return app.test_cli_runner().invoke(args=[str(one) for one in arguments], catch_exceptions=False)


def make_backup(app: Flask, target: Path) -> Path:
    """A backup that must succeed."""
    answer = flask(app, "backup", "create", target)
    assert answer.exit_code == 0, answer.output
    return target


def held(app: Flask) -> Holdings:
    """What an app's database holds now."""
    with app.app_context(), db.engine.connect().execution_options(**AS_OWNER) as connection:
        return contents.holdings(connection, Progress(print))


def bytes_of(app: Flask) -> dict[str, bytes]:
    """Every upload by its stored name, as the database knows them."""
    folder = Path(app.config["UPLOADS_DIR"])
    with app.app_context(), db.engine.connect().execution_options(**AS_OWNER) as connection:
        known = contents.uploads(connection)
    return {one.stored_name: (folder / one.stored_name[:2] / one.stored_name).read_bytes() for one in known}


def nothing_there(app: Flask) -> bool:
    """Whether the place is as empty as before: no table, no upload, no head, no folder of work."""
    instance, uploads = Path(app.config["INSTANCE_DIR"]), Path(app.config["UPLOADS_DIR"])
    with app.app_context(), db.engine.connect().execution_options(**AS_OWNER) as connection:
        if contents.tables(connection):
            return False
    close(app)
    left = {path.name for path in instance.iterdir()} - {
        "uploads", "bianban.sqlite3", "bianban.sqlite3-wal", "bianban.sqlite3-shm", "bianban.sqlite3-upgrade.lock",
    }  # fmt: skip
    return not left and not (uploads.exists() and list(uploads.iterdir()))
