"""One metadata, one session, one way to open a transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import Flask, current_app
from flask_appbuilder.models.sqla import Model
from sqlalchemy import CheckConstraint, DateTime, Integer, String, Text, event
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.orm import Mapped, Session, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator

# Before any table is declared (FAB's own included), so that every constraint has a name both databases share.
Model.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

from flask_appbuilder.models.sqla.base import SQLA  # noqa: E402  (the convention must stand first)

db = SQLA(model_class=Model, session_options={"expire_on_commit": False})

# For migrations, DDL and looking at the structure: as the owner of the tables, not as the app role (PostgreSQL).
AS_OWNER = {"as_owner": True}
# For the few statements that every request runs, and whose best plan is the same whatever is asked with:
# PostgreSQL plans them once a connection (planning costs more than running them).
PREPARED = {"prepared": True}
_OPEN = "bianban.transaction"
# Called with the session in each transaction just opened, before anything else runs in it.
OPENED: list[Callable[[Session], None]] = []


class PathType(TypeDecorator[str]):
    """An office path such as ``0.43.07.``; compared byte by byte on every database."""

    impl = String(64)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        collation = "C" if dialect.name == "postgresql" else None
        return dialect.type_descriptor(String(64, collation=collation))


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment in, an aware UTC moment out; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Encrypted(TypeDecorator[str]):
    """Text encrypted at rest with the first of ``DATA_KEYS``; any of them reads it (A4 note 3)."""

    impl = Text
    cache_ok = True

    @staticmethod
    def _box() -> MultiFernet:
        return MultiFernet([Fernet(key) for key in current_app.config["DATA_KEYS"]])

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else self._box().encrypt(value.encode()).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        try:
            return self._box().decrypt(value.encode()).decode()
        except InvalidToken as error:
            raise RuntimeError(
                "an encrypted field cannot be read with the configured BIANBAN_DATA_KEYS"
            ) from error


class Timestamped:
    """Wall-clock bookkeeping; the business time of an act is in the audit record."""

    @declared_attr
    def created_at(cls) -> Mapped[datetime]:
        return mapped_column(UTCDateTime, default=lambda: datetime.now(UTC), nullable=False)

    @declared_attr
    def updated_at(cls) -> Mapped[datetime]:
        return mapped_column(
            UTCDateTime, default=lambda: datetime.now(UTC), onupdate=lambda: datetime.now(UTC), nullable=False
        )


class Versioned:
    """Optimistic locking: a stale save raises ``sqlalchemy.orm.exc.StaleDataError``."""

    @declared_attr
    def version(cls) -> Mapped[int]:
        return mapped_column(Integer, nullable=False, default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


def state_check(column: str, values: tuple[str, ...], *, optional: bool = False) -> CheckConstraint:
    """A CHECK that ``column`` holds one of ``values``."""
    listed = ", ".join(f"'{value}'" for value in values)
    text = f"{column} IN ({listed})"
    return CheckConstraint(f"{column} IS NULL OR {text}" if optional else text, name=column)


@contextmanager
def transaction(*, aside: bool = False) -> Iterator[Session]:
    """Open the one transaction of a request, job or command; commit it, or roll all of it back.

    ``aside``: book-keeping before or beside the request's own act (that a session was used), not the act itself.

    On SQLite it takes the write lock at once (BEGIN IMMEDIATE), so that two writers queue instead of failing.

    Raises:
        RuntimeError: nested, or changes were already pending outside of it.
    """
    session = db.session()
    if session.info.get(_OPEN):
        raise RuntimeError("transaction() does not nest: the edge opens it, verbs run inside")
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("changes are pending outside transaction()")
    session.rollback()
    session.info[_OPEN] = True
    try:
        session.connection(execution_options={"immediate": True})
        for opened in () if aside else OPENED:
            opened(session)
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop(_OPEN, None)


def savepoint() -> AbstractContextManager[Any]:
    """A part of the open transaction that may fail alone."""
    return db.session.begin_nested()


def end_reading(driver: Any) -> None:
    """End a transaction of the driver's in which nothing but plain SELECTs ran, keeping what it has prepared."""
    driver.commit()


def in_transaction() -> bool:
    """True inside ``transaction()``."""
    return bool(db.session().info.get(_OPEN))


def _on_connect(dbapi_connection: Any, _record: Any) -> None:
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=15000", "synchronous=NORMAL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    if connection.get_execution_options().get("immediate"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    driver: Any = connection.connection.dbapi_connection
    driver.execute("BEGIN")  # takes no lock and cannot fail; every request begins with it


def prepare_engine(engine: Engine) -> None:
    """Give an engine the session rules of its database."""
    if engine.dialect.name == "sqlite" and not event.contains(engine, "connect", _on_connect):
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)


def init_app(app: Flask) -> None:
    """Bind the session to ``app`` and prepare its engine."""
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
