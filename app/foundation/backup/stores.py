"""Which database it is, and what each kind can do for a backup."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from sqlalchemy.engine import Connection, Engine

from app.foundation.backup import postgresql, sqlite
from app.foundation.backup.manifest import Manifest
from app.foundation.backup.progress import Progress


class Store(Protocol):
    """The present database."""

    @property
    def kind(self) -> str:
        """``sqlite`` or ``postgresql``."""

    @property
    def member(self) -> str:
        """The copy's name in the archive."""

    @property
    def role(self) -> str:
        """PostgreSQL's restricted role; empty on SQLite."""

    def held(self) -> AbstractContextManager[None]:
        """Inside, nobody commits an upload or its removal."""

    def snapshot(self) -> AbstractContextManager[Connection]:
        """Inside, everything read is of one moment."""

    def dump(self, snapshot: Connection, path: Path, progress: Progress) -> None:
        """Write what the snapshot sees to a file."""

    def occupied(self) -> bool:
        """Whether there is any table."""

    def ready(self, manifest: Manifest) -> None:
        """What has to be there before ``load``."""

    def load(self, path: Path, progress: Progress) -> None:
        """Fill the empty database, wholly or not at all."""

    def wipe(self) -> None:
        """Empty it again."""


Faults = Callable[[Path, Manifest, Progress], Iterator[str]]
# By the copy's name in the archive: the archive may be of another kind than the present database.
FAULTS: dict[str, Faults] = {sqlite.MEMBER: sqlite.faults, postgresql.MEMBER: postgresql.faults}
MEMBERS = {sqlite.KIND: sqlite.MEMBER, postgresql.KIND: postgresql.MEMBER}


def of(engine: Engine) -> Store:
    """The store of an engine."""
    if engine.dialect.name == "postgresql":
        return postgresql.PostgreSQLStore(engine)
    return sqlite.SQLiteStore(engine)
