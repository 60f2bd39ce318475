"""SQLite: copied page by page inside one reading transaction, while writers write."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError

from app.foundation.backup.errors import BackupRefused
from app.foundation.backup.manifest import Manifest
from app.foundation.backup.progress import Progress
from app.foundation.upgrades import database_file

KIND = "sqlite"
MEMBER = "database.sqlite3"
PAGES = 4096


class SQLiteStore:
    """The database file of an engine."""

    kind = KIND
    member = MEMBER
    role = ""

    def __init__(self, engine: Engine) -> None:
        file = database_file(engine)
        if file is None:
            raise BackupRefused("内存中的数据库不能备份。")
        self._file = file
        self._engine = engine

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody commits inside: for moments only.

        Raises:
            BackupRefused: somebody was writing for too long.
        """
        with self._engine.connect().execution_options(immediate=True) as connection, ExitStack() as writing:
            try:
                writing.enter_context(connection.begin())
            except OperationalError as error:
                raise BackupRefused("数据库一直有人在写，备份没有开始，请稍后再试。") from error
            yield

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Everything read through it is of one moment: that of the first read."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    def dump(self, snapshot: Connection, path: Path, progress: Progress) -> None:
        """Copy what the snapshot sees; the write-ahead log is in it."""
        driver: Any = snapshot.connection.dbapi_connection

        def report(_status: int, remaining: int, total: int) -> None:
            progress.note("复制数据库（页）", total - remaining, total)

        with closing(sqlite3.connect(path, isolation_level=None)) as copy:
            driver.backup(copy, pages=PAGES, progress=report)
            copy.execute("PRAGMA journal_mode=DELETE")

    def occupied(self) -> bool:
        """Whether there is any table."""
        if not self._file.exists():
            return False
        with closing(sqlite3.connect(self._file)) as connection:
            return bool(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])

    def ready(self, manifest: Manifest) -> None:
        """Nothing has to be there before."""

    def load(self, path: Path, progress: Progress) -> None:
        """Fill the empty database, in one transaction."""
        self._engine.dispose()
        self._file.parent.mkdir(parents=True, exist_ok=True)

        def report(_status: int, remaining: int, total: int) -> None:
            progress.note("写入数据库（页）", total - remaining, total)

        with (
            closing(sqlite3.connect(path)) as copy,
            closing(sqlite3.connect(self._file, isolation_level=None)) as target,
        ):
            copy.backup(target, pages=PAGES, progress=report)

    def wipe(self) -> None:
        """Take away what ``load`` has made."""
        self._engine.dispose()
        for suffix in ("", "-wal", "-shm", "-journal"):
            self._file.with_name(self._file.name + suffix).unlink(missing_ok=True)


def faults(path: Path, manifest: Manifest, progress: Progress) -> Iterator[str]:
    """What is wrong with a copy, found without touching the present database."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as copy:
            copy.set_progress_handler(_Ticking(progress), 1_000_000)
            said = [row[0] for row in copy.execute("PRAGMA integrity_check(10)")]
            if said != ["ok"]:
                yield f"数据库副本已损坏：{'；'.join(said)}。请换用另一份备份。"
                return
            for name, promised in manifest.holdings.rows.items():
                quoted = name.replace('"', '""')
                found = copy.execute(
                    f'SELECT count(*) FROM "{quoted}"'  # noqa: S608  # a table's name, quoted  # nosec B608
                ).fetchone()[0]
                if found != promised:
                    yield f"数据表 {name} 清单记载 {promised} 行，副本中有 {found} 行。"
            for child, _row, parent, _key in copy.execute("PRAGMA foreign_key_check").fetchmany(10):
                yield f"数据表 {child} 有一行指向 {parent} 中不存在的行。"
    except sqlite3.Error as error:
        yield f"数据库副本不能打开（{error}）。请换用另一份备份。"


class _Ticking:
    """Called by SQLite every so many of its steps."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._ticks = 0

    def __call__(self) -> int:
        self._ticks += 1
        self._progress.note("检查数据库副本（百万步）", self._ticks)
        return 0
