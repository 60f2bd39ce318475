"""One line of migrations for SQLite and PostgreSQL; run by ``flask db``.

On SQLite a changed table is copied and the old one dropped: with foreign keys on, that cascades and deletes
every child row. They are therefore switched off before the transaction begins (inside one SQLite ignores the
switch), and every key is checked before it is committed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from alembic import context
from flask import current_app
from sqlalchemy.engine import Connection, Engine

from app.foundation import upgrades
from app.foundation.database import Encrypted, PathType, UTCDateTime

# A migration must run for ever: it names SQLAlchemy's own types, never this program's.
PLAIN_TYPES: dict[type, str] = {
    PathType: "sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql')",
    UTCDateTime: "sa.DateTime(timezone=True)",
    Encrypted: "sa.Text()",
}


def render_item(kind: str, item: Any, _autogenerate: Any) -> str | bool:
    """How autogenerate writes our own column types."""
    return PLAIN_TYPES.get(type(item), False) if kind == "type" else False


def skip_empty(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """No revision file when nothing changed."""
    options = context.config.cmd_opts
    if (
        options is not None
        and getattr(options, "autogenerate", False)
        and directives[0].upgrade_ops.is_empty()
    ):
        directives[:] = []
        click.echo("表结构没有变化。")


def say(*, step: Any, **_rest: Any) -> None:
    """One line for each step."""
    direction = "升级" if step.is_upgrade else "降级"
    click.echo(f"{direction} {step.source_revision_ids} → {step.destination_revision_ids}", err=True)


def options() -> dict[str, Any]:
    """What both ways of running share."""
    return {
        "target_metadata": current_app.extensions["migrate"].db.metadata,
        "render_as_batch": True,
        "render_item": render_item,
        "compare_type": True,
        "compare_server_default": True,
        "process_revision_directives": skip_empty,
        "on_version_apply": say,
        "database_role": current_app.config["DATABASE_ROLE"],
    }


@contextmanager
def keys_unenforced(connection: Connection) -> Iterator[None]:
    """Foreign keys off on this SQLite connection, whose transaction has not begun."""
    driver: Any = connection.connection.dbapi_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def check_keys(connection: Connection) -> None:
    """Stop (and so undo everything) when a row points to nothing."""
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if orphans:
        shown = "; ".join(f"{table}#{row} → {parent}" for table, row, parent, _key in orphans[:10])
        raise RuntimeError(f"the migration leaves {len(orphans)} rows pointing to nothing: {shown}")


def run_offline(engine: Engine) -> None:
    """``flask db upgrade --sql``: print the statements."""
    context.configure(url=engine.url, literal_binds=True, **options())
    with context.begin_transaction():
        context.run_migrations()


def run_online(engine: Engine) -> None:
    """Run all steps in one transaction, either the whole way or not at all; whoever comes second finds them done."""
    with upgrades.alone(engine), engine.connect() as plain:
        connection = plain.execution_options(immediate=True, as_owner=True)
        # Alembic takes SQLite for a database that cannot undo DDL; with our own BEGIN it can.
        context.configure(connection=connection, transactional_ddl=True, **options())
        if engine.dialect.name != "sqlite":
            with context.begin_transaction():
                context.run_migrations()
            return
        with keys_unenforced(connection), context.begin_transaction():
            context.run_migrations()
            check_keys(connection)


_engine: Engine = current_app.extensions["migrate"].db.engine
if context.is_offline_mode():
    run_offline(_engine)
else:
    run_online(_engine)
