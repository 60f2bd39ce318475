"""PostgreSQL: pg_dump on a snapshot of ours, as the owner, who by our own setting sees every row."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import current_app
from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError

from app.foundation.backup import programs
from app.foundation.backup.errors import BackupRefused
from app.foundation.backup.manifest import Manifest
from app.foundation.backup.progress import Progress
from app.foundation.database import AS_OWNER
from app.foundation.rows import tables as row_security

KIND = "postgresql"
MEMBER = "database.dump"
PATIENCE = "30s"
MEGABYTE = 1024 * 1024
_COPY = re.compile(rb'COPY (?:[\w"]+\.)?"?(\w+)"? \(.*\) FROM stdin;\n\Z')
# Entries of a dump that are the server's or the owner's, not ours: made anew or there already.
_NOT_OURS = re.compile(
    r"\A\d+; \d+ \d+ (?:SCHEMA|EXTENSION|DEFAULT ACL|ACL - SCHEMA|COMMENT - (?:SCHEMA|EXTENSION)) "
)


class PostgreSQLStore:
    """The database of an engine."""

    kind = KIND
    member = MEMBER

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.role = str(current_app.config["DATABASE_ROLE"])

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody commits an upload or its removal inside; whoever is at it, is waited for.

        Raises:
            BackupRefused: somebody was at it for too long.
        """
        with self._engine.connect().execution_options(**AS_OWNER) as connection, connection.begin():
            connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}'"))
            try:
                connection.execute(text("LOCK TABLE stored_file, office_file IN SHARE MODE"))
            except OperationalError as error:
                raise BackupRefused(
                    f"有材料在 {PATIENCE} 内一直没有办完上传，备份没有开始，请稍后再试。"
                ) from error
            yield

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Everything read through it is of one moment."""
        options = {**AS_OWNER, "isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self._engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    def dump(self, snapshot: Connection, path: Path, progress: Progress) -> None:
        """Have pg_dump write what the snapshot sees.

        With row security off, pg_dump stops at the first table that hides rows; with it on, it writes what the
        policies show: every row, because of ``programs.EVERY_ROW``. The rows are counted afterwards.
        """
        moment = snapshot.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        schema = snapshot.execute(text("SELECT current_schema()")).scalar_one()

        def tick() -> None:
            progress.note("导出数据库（MB）", path.stat().st_size // MEGABYTE if path.exists() else 0)

        programs.run(
            "pg_dump",
            [
                *("--format=custom", "--no-password", "--enable-row-security", "--no-owner"),
                *(f"--snapshot={moment}", f"--schema={schema}", f"--file={path}"),
            ],
            self._engine.url,
            path.with_suffix(".log"),
            tick,
        )

    def occupied(self) -> bool:
        """Whether there is any table."""
        with self._engine.connect().execution_options(**AS_OWNER) as connection:
            return bool(inspect(connection).get_table_names())

    def ready(self, manifest: Manifest) -> None:
        """The restricted role must be there, under the name it had: the rights of every table are given to it.

        Raises:
            BackupRefused: it has another name, or is not there and cannot be made.
        """
        if manifest.role != self.role:
            raise BackupRefused(
                f"备份中的受限角色是 {manifest.role}，现在设置的是 {self.role}：请设置 BIANBAN_DB_ROLE={manifest.role} 后再恢复。"
            )
        with self._engine.connect().execution_options(**AS_OWNER) as connection, connection.begin():
            quoted = connection.dialect.identifier_preparer.quote(self.role)
            known, may = connection.execute(
                text(
                    "SELECT (SELECT count(*) FROM pg_roles WHERE rolname = :role), "
                    "(SELECT rolcreaterole FROM pg_roles WHERE rolname = current_user)"
                ),
                {"role": self.role},
            ).one()
            if not known and may:
                connection.execute(text(f"CREATE ROLE {quoted} NOLOGIN"))
                connection.execute(text(f"GRANT {quoted} TO CURRENT_USER"))
            member = (known or may) and connection.execute(
                text("SELECT pg_has_role(:role, 'MEMBER')"), {"role": self.role}
            ).scalar_one()
            if not member:
                raise BackupRefused(
                    f"行级安全需要角色 {self.role}，请数据库管理员先执行：CREATE ROLE {quoted} NOLOGIN; "
                    f"GRANT {quoted} TO <DATABASE_URL 的账号>;"
                )

    def load(self, path: Path, progress: Progress) -> None:
        """Have pg_restore fill the empty database, in one transaction."""
        log = path.with_suffix(".log")
        wanted = path.with_suffix(".list")
        listed = programs.lines("pg_restore", ["--list", str(path)], log)
        entries = (line.decode("utf-8", errors="replace") for line in listed)
        wanted.write_text("".join(line for line in entries if not _NOT_OURS.match(line)), "utf-8")
        began = time.monotonic()

        def tick() -> None:
            progress.note("写入数据库（已用秒数）", round(time.monotonic() - began))

        programs.run(
            "pg_restore",
            [
                *("--single-transaction", "--exit-on-error", "--no-password", "--no-owner"),
                *(f"--use-list={wanted}", str(path)),
            ],
            self._engine.url,
            log,
            tick,
        )
        with self._engine.connect().execution_options(**AS_OWNER) as connection, connection.begin():
            schema = connection.execute(text("SELECT quote_ident(current_schema())")).scalar_one()
            role = connection.dialect.identifier_preparer.quote(self.role)
            _all(connection, row_security.standing_grants(role, schema))
            _all(connection, ["ANALYZE"])

    def wipe(self) -> None:
        """Take away what ``load`` has made: the database was empty before."""
        self._engine.dispose()
        with self._engine.connect().execution_options(**AS_OWNER) as connection, connection.begin():
            quote = connection.dialect.identifier_preparer.quote
            names = inspect(connection).get_table_names()
            _all(connection, (f"DROP TABLE IF EXISTS {quote(name)} CASCADE" for name in names))
            made = connection.execute(
                text(
                    "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = current_schema()::regnamespace "
                    "AND pg_has_role(proowner, 'MEMBER') AND NOT EXISTS "
                    "(SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')"
                )
            ).scalars()
            _all(connection, [f"DROP FUNCTION {signature} CASCADE" for signature in made])
            schema = connection.execute(text("SELECT quote_ident(current_schema())")).scalar_one()
            _all(connection, row_security.standing_grants(quote(self.role), schema, give=False))


def _all(connection: Connection, statements: Iterable[str]) -> None:
    for statement in statements:
        connection.execute(text(statement))


def counts(path: Path, progress: Progress) -> dict[str, int]:
    """The rows that a dump holds for each table, counted without a server.

    Raises:
        BackupRefused: pg_restore cannot read it.
    """
    found: dict[str, int] = {}
    now = ""
    arguments = ["--data-only", "--file=-", str(path)]
    for number, line in enumerate(programs.lines("pg_restore", arguments, path.with_suffix(".log"))):
        if now:
            if line == b"\\.\n":
                now = ""
            else:
                found[now] += 1
                progress.note("清点副本（行）", number)
        elif started := _COPY.match(line):
            now = started[1].decode()
            found[now] = 0
    return found


def faults(path: Path, manifest: Manifest, progress: Progress) -> Iterator[str]:
    """What is wrong with a dump, found without a server."""
    try:
        found = counts(path, progress)
    except BackupRefused as refused:
        yield " ".join(refused.lines)
        return
    for name, promised in manifest.holdings.rows.items():
        if found.get(name) != promised:
            yield f"数据表 {name} 清单记载 {promised} 行，副本中有 {found.get(name, '无')} 行。"
