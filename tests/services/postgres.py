"""A PostgreSQL server of the session's own: random port, random password, gone afterwards."""

from __future__ import annotations

import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.services import needs

OWNER = "bianban_test"
APP_ROLE = "bianban_app"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "max_connections": "60",
}


def binaries() -> Path | None:
    """The folder of the newest server here, Debian's or one on PATH."""
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda found: float(found.parent.parent.name)
    )
    if debian:
        return debian[-1].parent
    on_path = shutil.which("postgres")
    return Path(on_path).resolve().parent if on_path else None


def _account() -> dict[str, Any]:
    """How to run the server, which refuses root: as Debian's own account, or as whoever runs the tests."""
    if os.getuid() != 0:
        return {}
    entry = pwd.getpwnam("postgres")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _locale(binaries: Path) -> list[str]:
    """A linguistic collation where the server can: path columns must hold their own "C" against it."""
    answer = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"\b(\d+)\.", answer.stdout)
    modern = found is not None and int(found[1]) >= 15
    return ["--locale-provider=icu", "--icu-locale=zh-CN"] if modern else []


class PostgresServer:
    """A running server; databases are made on it and belong to a role without special rights, which may act
    as the app role."""

    def __init__(self, binaries: Path, folder: Path, **settings: str) -> None:
        self.password = secrets.token_urlsafe(18)
        self.port = needs.free_port()
        self._settings = {**SETTINGS, **settings}
        self._binaries = binaries
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Make the cluster and wait until it answers.

        Raises:
            RuntimeError: it ended or stayed silent; the message carries the server's log.
        """
        account = _account()
        key = self._folder / "password"
        key.write_text(self.password)
        if account:
            os.chown(self._folder, account["user"], account["group"])
            os.chown(key, account["user"], account["group"])
        data = self._folder / "data"
        subprocess.run(
            [
                *(self._binaries / "initdb", "-D", data, "-U", "postgres", "--auth=scram-sha-256"),
                *(f"--pwfile={key}", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"),
                *_locale(self._binaries),
            ],
            cwd=self._folder, check=True, capture_output=True, **account,
        )  # fmt: skip
        self._serve()
        with self._connect() as connection:
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER PASSWORD {}").format(
                    sql.Identifier(OWNER), sql.Literal(self.password)
                )
            )
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(APP_ROLE)))
            connection.execute(
                sql.SQL("GRANT {} TO {}").format(sql.Identifier(APP_ROLE), sql.Identifier(OWNER))
            )

    def _serve(self) -> None:
        account = _account()
        settings = [f"--{name.replace('_', '-')}={value}" for name, value in self._settings.items()]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._binaries / "postgres", "-D", self._folder / "data", "-p", str(self.port), *settings],
                cwd=self._folder, stdout=log, stderr=log, **account,
                preexec_fn=lambda: needs.end_with_parent(signal.SIGQUIT),
            )  # fmt: skip
        self._await()

    def restart(self) -> None:
        """Stop the server as an operator would, cutting every connection, and start it again on the same data."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        self._process.wait(timeout=60)
        self._serve()

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user="postgres", password=self.password, dbname="postgres",
            autocommit=True, connect_timeout=5,
        )  # fmt: skip

    def _await(self) -> None:
        assert self._process is not None
        until = time.monotonic() + 30
        while time.monotonic() < until:
            if self._process.poll() is not None:
                break
            try:
                self._connect().close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError("PostgreSQL did not start:\n" + (self._folder / "log").read_text(errors="replace"))

    def create(self, *, name: str = "", template: str = "template0") -> str:
        """Make a database (a copy of ``template``) and return its name."""
        name = name or f"t_{secrets.token_hex(6)}"
        statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
        with self._connect() as connection:
            connection.execute(
                statement.format(sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template))
            )
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        with self._connect() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

    def url(self, name: str, *, owner: bool = True) -> str:
        """What to put into DATABASE_URL for the database ``name``; without ``owner`` the superuser's, for looking past the locks."""
        role = OWNER if owner else "postgres"
        return f"postgresql+psycopg://{role}:{self.password}@127.0.0.1:{self.port}/{name}"

    def stop(self) -> None:
        """End the server at once; nothing in it is worth keeping."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(timeout=30)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The session's PostgreSQL server; skips, saying so, where none is installed."""
    found = binaries()
    if found is None:
        needs.missing("PostgreSQL", "postgresql")
    folder = Path(tempfile.mkdtemp(prefix="bianban-pg-"))  # not below pytest's own, which only root may enter
    server = PostgresServer(found, folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """DATABASE_URL of an empty database for one test."""
    name = postgres.create()
    try:
        yield postgres.url(name)
    finally:
        postgres.drop(name)
