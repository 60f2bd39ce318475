"""One process migrates at a time, and no program works on a database that a newer one has upgraded."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from app.foundation import health
from app.foundation.database import AS_OWNER, db

ADVISORY = 0x6269616E  # the number of our lock among a database's advisory locks
SUFFIX = "-upgrade.lock"
WAITING = "另一个进程正在升级或者恢复数据库，等它结束 …  waiting for another process at this database"

_held: ContextVar[frozenset[str]] = ContextVar("bianban_upgrades_held", default=frozenset())


class NewerDatabase(click.ClickException):
    """A newer program has upgraded the database; the start stops and says what to do."""

    def __init__(self, current: tuple[str, ...], expected: tuple[str, ...]) -> None:
        there, here = ("、".join(one) for one in (current, expected))
        super().__init__(
            f"数据库结构版本（{there}）比程序（{here}）新：它已由新版程序升级。请部署与库相配的新版程序；确需退回旧程序的，"
            "把升级前的备份恢复到空库（flask backup restore），不要对此库运行 flask db upgrade。\n"
            f"The database is at revision {there}, which this program ({here}) does not know: a newer program has "
            "upgraded it. Deploy that program, or restore a backup made before the upgrade into an empty database."
        )


def ensure_not_newer(app: Flask) -> None:
    """Refuse a database whose revision this program's line of migrations does not have.

    A database that is not there yet, or does not answer, passes: it is somebody else's business.

    Raises:
        NewerDatabase: with both revisions.
    """
    with app.app_context():
        file = database_file(db.engine)
        if file is not None and not file.exists():
            return  # to ask would be to make it
        try:
            current = health.current_revision()
        except SQLAlchemyError as error:
            app.logger.warning("the database does not answer yet: %s", getattr(error, "orig", error))
            return
        finally:
            db.engine.dispose()
        if health.unknown(current):
            raise NewerDatabase(current, health.expected_revision())


def database_file(engine: Engine) -> Path | None:
    """The file of an SQLite database; None for PostgreSQL and for one in memory."""
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or name == ":memory:":
        return None
    return Path(name)


def _say(line: str) -> None:
    click.echo(line, err=True)


@contextmanager
def alone(engine: Engine, *, say: Callable[[str], None] = _say) -> Iterator[None]:
    """Nobody else migrates, restores or prepares this database inside; waits, saying so, for whoever does.

    Whoever holds it may take it again. It ends with the process, however that ends.
    """
    mark = str(engine.url)
    if mark in _held.get():
        yield
        return
    with _advisory(engine, say) if engine.dialect.name == "postgresql" else _beside(engine, say):
        token = _held.set(_held.get() | {mark})
        try:
            yield
        finally:
            _held.reset(token)


@contextmanager
def _advisory(engine: Engine, say: Callable[[str], None]) -> Iterator[None]:
    """A lock of the transaction's, so that it holds behind a pooler of connections too."""
    key = {"key": ADVISORY}
    with engine.connect().execution_options(**AS_OWNER) as connection, connection.begin():
        taken = connection.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), key).scalar_one()
        if not taken:
            say(WAITING)
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), key)
        yield


@contextmanager
def _beside(engine: Engine, say: Callable[[str], None]) -> Iterator[None]:
    """A lock on a file beside the SQLite database; the file stays, for whoever waits has it open."""
    file = database_file(engine)
    if file is None or not file.parent.is_dir():
        yield
        return
    lock = os.open(file.with_name(file.name + SUFFIX), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(WAITING)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
