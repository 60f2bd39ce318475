"""In force before any statement reaches PostgreSQL, whoever wrote it: the app role, and the scope of who acts now.

Both are set for the transaction only, by one statement when they change. Statements of the foundation may be
``unguarded`` (everything, still as the app role); migrations and DDL run ``as_owner``. What fails here is closed:
without settings every policy is FALSE.

A transaction that only read ends by COMMIT: on ROLLBACK psycopg forgets every statement it has prepared.
"""

from __future__ import annotations

import json
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

from flask import Flask
from psycopg import Error
from psycopg.pq import TransactionStatus
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.sql.elements import RollbackToSavepointClause

from app.foundation.access.actors import current_actor
from app.foundation.database import db, end_reading
from app.foundation.rows import reach, tables

_APPLIED = "bianban.rows"
_ONLY_READ = "bianban.only_read"
_SET = "SELECT count(set_config(key, value, true)) FROM json_each_text(%s)"
_PREPARE_AFTER = 5  # times on one connection; psycopg's own default, there for every statement
_ALL = json.dumps({reach.EVERYTHING: "on"})
_finding_out: ContextVar[bool] = ContextVar("bianban_finding_out", default=False)


class UnsafeRole(RuntimeError):
    """The database account is above row-level security; the start stops and says what to do."""


class Lock:
    """The hooks of one engine."""

    def __init__(self, role: str) -> None:
        self.role = role

    def attach(self, engine: Engine) -> None:
        """Watch every connection of the engine."""
        event.listen(engine, "connect", self._on_connect)
        event.listen(engine, "before_cursor_execute", self._before_statement)
        event.listen(engine, "begin", self._on_begin)
        event.listen(engine, "commit", self._forget)
        event.listen(engine, "rollback", self._on_rollback)

    def _on_connect(self, driver: Any, _record: Any) -> None:
        with driver.cursor() as cursor:
            cursor.execute(
                "SELECT rolname FROM pg_roles WHERE (rolsuper OR rolbypassrls) AND rolname IN (session_user, %s)",
                (self.role,),
            )
            above = [name for (name,) in cursor.fetchall()]
        driver.rollback()
        if above:
            raise UnsafeRole(
                f"DATABASE_URL: the role {' and '.join(above)} is a superuser or has BYPASSRLS and would see every "
                "office's rows; connect as the owner of the database with an ordinary role "
                "(ALTER ROLE … NOSUPERUSER NOBYPASSRLS)"
            )

    @staticmethod
    def _forget(connection: Connection, *_rest: Any) -> None:
        connection.info.pop(_APPLIED, None)
        connection.info.pop(_ONLY_READ, None)

    def _on_begin(self, connection: Connection) -> None:
        self._forget(connection)
        connection.info[_ONLY_READ] = True

    def _on_rollback(self, connection: Connection) -> None:
        only_read = connection.info.get(_ONLY_READ, False)
        self._forget(connection)
        driver: Any = connection.connection.dbapi_connection
        if only_read and driver.info.transaction_status == TransactionStatus.INTRANS:
            with suppress(Error):  # the rollback that follows says what is wrong with the connection
                end_reading(driver)

    def _before_statement(
        self, connection: Connection, _cursor: Any, statement: str, _params: Any, context: Any, _many: bool
    ) -> None:
        if context is not None and isinstance(context.invoked_statement, RollbackToSavepointClause):
            return self._forget(connection)  # whatever was set since the savepoint is undone with it
        wanted = self._wanted(connection, context)  # may itself run statements: what follows is this one's
        if not _reads(context, statement):
            connection.info[_ONLY_READ] = False
        driver: Any = connection.connection.dbapi_connection
        prepared = context is not None and context.execution_options.get("prepared", False)
        driver.prepare_threshold = _PREPARE_AFTER if prepared else None
        if connection.info.get(_APPLIED) == wanted:
            return
        if driver.info.transaction_status == TransactionStatus.INERROR:
            return  # nothing but ROLLBACK can follow
        role, scope = wanted
        try:
            with driver.cursor() as cursor:
                cursor.execute(_SET, (f'{{"role": {json.dumps(role)}, {scope[1:]}',), prepare=True)
        except Error as error:
            raise OperationalError(f"{_SET} (role {role})", None, error) from error
        connection.info[_APPLIED] = wanted

    def _wanted(self, connection: Connection, context: Any) -> tuple[str, str]:
        options = context.execution_options if context is not None else connection.get_execution_options()
        if options.get("as_owner") or (context is not None and context.isddl):
            return "none", _ALL
        if options.get("unguarded") or _finding_out.get():
            return self.role, _ALL
        token = _finding_out.set(True)  # the posts of whoever acts are read before his scope is known
        try:
            actor = current_actor()
        finally:
            _finding_out.reset(token)
        return self.role, reach.compiled(actor)


def _reads(context: Any, statement: str) -> bool:
    """Whether a statement is a plain SELECT: composed (so it is one statement), and no CTE that could write."""
    return (
        context is not None
        and context.compiled is not None
        and getattr(context.invoked_statement, "is_select", False)
        and statement.startswith("SELECT")
    )


def init_app(app: Flask) -> None:
    """Put the lock on the app's engine and refuse an account that it would not hold.

    Raises:
        UnsafeRole: the account of DATABASE_URL (or the app role) is a superuser or has BYPASSRLS.
    """
    tables.install()
    with app.app_context():
        if db.engine.dialect.name != "postgresql":
            return
        Lock(app.config["DATABASE_ROLE"]).attach(db.engine)
        try:
            with db.engine.connect():
                pass
        except OperationalError as error:
            app.logger.warning("the database does not answer yet: %s", error.orig)
        finally:
            db.engine.dispose()
