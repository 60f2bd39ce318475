"""A second connection to the database under test, past the application and past row-level security."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import psycopg

from tests.services.postgres import PostgresServer


class Side:
    """Raw statements on one database, each its own transaction; literals only."""

    def __init__(self, file: Path | None, server: PostgresServer | None, name: str = "shared") -> None:
        self._file, self._server, self._name = file, server, name
        self._open: Any = None

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file."""
        return self._file is not None

    def _connection(self) -> Any:
        if self._open is None:
            if self._file is not None:
                self._open = sqlite3.connect(self._file, isolation_level=None)
                self._open.execute("PRAGMA foreign_keys=OFF")
            else:
                assert self._server is not None
                self._open = psycopg.connect(
                    host="127.0.0.1", port=self._server.port, user="postgres", password=self._server.password,
                    dbname=self._name, autocommit=True, connect_timeout=5,
                    options="-c bianban.all=on",  # the trigger on offices and contacts binds the superuser too
                )  # fmt: skip
        return self._open

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """All rows of a SELECT."""
        return [tuple(row) for row in self._connection().execute(statement).fetchall()]

    def run(self, statement: str, *parameters: Any) -> None:
        """One statement for its effect (``%s`` marks parameters on PostgreSQL)."""
        self._connection().execute(statement, parameters or None) if parameters else (
            self._connection().execute(statement)
        )

    def become(self, file: Path) -> None:
        """Make the SQLite database an exact copy of another, page by page, under whoever is connected."""
        source = sqlite3.connect(file)
        source.backup(self._connection())
        source.close()

    def close(self) -> None:
        """Let go of the database."""
        if self._open is not None:
            self._open.close()
            self._open = None
