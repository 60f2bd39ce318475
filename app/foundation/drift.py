"""``flask db-drift``: where a database differs from the models.

Alembic's own comparison sees tables, columns, indexes and foreign keys, but no CHECK constraint, trigger, function,
collation, index condition, row-level security policy or grant. Those are compared as the database's own catalogue spells them, against a
throw-away set of the same tables made from the models.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from typing import Any

import click
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from sqlalchemy import MetaData, create_engine, inspect, text
from sqlalchemy.engine import Connection, Engine

from app.foundation.database import AS_OWNER, db, prepare_engine

Catalogue = dict[tuple[str, str], str]
VERSION_TABLE = "alembic_version"

_POSTGRESQL = {
    "constraint": """
        SELECT conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = current_schema()::regnamespace AND conrelid <> 0""",
    "index": """
        SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
        JOIN pg_class ON pg_class.oid = indexrelid WHERE relnamespace = current_schema()::regnamespace""",
    "trigger": """
        SELECT tgrelid::regclass || '.' || tgname, pg_get_triggerdef(pg_trigger.oid) || ' enabled ' || tgenabled::text
        FROM pg_trigger
        JOIN pg_class ON pg_class.oid = tgrelid
        WHERE relnamespace = current_schema()::regnamespace AND NOT tgisinternal""",
    "function": """
        SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = current_schema()::regnamespace""",
    "column": """
        SELECT attrelid::regclass || '.' || attname,
               format_type(atttypid, atttypmod) || ' collate ' || coalesce(collname, 'none')
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        LEFT JOIN pg_collation ON pg_collation.oid = attcollation
        WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND attnum > 0
          AND NOT attisdropped""",
    "row security": """
        SELECT relname, CASE WHEN relrowsecurity THEN 'on' ELSE 'off' END ||
               CASE WHEN relforcerowsecurity THEN ', for the owner too' ELSE '' END
        FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'""",
    "policy": """
        SELECT tablename || '.' || policyname,
               concat_ws(' ', permissive, roles::text, cmd, 'using', qual, 'check', with_check)
        FROM pg_policies WHERE schemaname = current_schema()""",
    "grant": """
        SELECT relname, string_agg(privilege_type, ', ' ORDER BY privilege_type)
        FROM pg_class, aclexplode(relacl) WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
          AND grantee <> relowner GROUP BY relname""",
}


def differences(engine: Engine, metadata: MetaData) -> list[str]:
    """Every difference between the database and the models, one line each; empty when they agree."""
    with engine.connect().execution_options(**AS_OWNER) as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        found = [str(step) for step in _flat(compare_metadata(context, metadata))]
        actual = _read(connection)
    expected = _expected(engine, metadata)
    for kind, name in sorted(actual.keys() | expected.keys()):
        there, wanted = actual.get((kind, name)), expected.get((kind, name))
        if there != wanted:
            found.append(f"{kind} {name}: database {there!r}, models {wanted!r}")
    return found


def _flat(steps: Iterable[Any]) -> Iterable[Any]:
    for step in steps:
        if isinstance(step, list):
            yield from step
        else:
            yield step


def _read(connection: Connection) -> Catalogue:
    found = (
        _read_postgresql(connection) if connection.dialect.name == "postgresql" else _read_sqlite(connection)
    )
    return {key: _plain(value) for key, value in found.items() if VERSION_TABLE not in key[1]}


# PostgreSQL spells a list of words in one way when it is first made and in another once dumped and restored:
# (ARRAY['a'::character varying])::text[] becomes ARRAY[('a'::character varying)::text]. They mean the same.
_WORD = r"'(?:[^']|'')*'::character varying"
_CAST_WORD = re.compile(rf"\(({_WORD})\)::text")
_CAST_LIST = re.compile(rf"\((ARRAY\[{_WORD}(?:, {_WORD})*\])\)::text\[\]")


def _plain(definition: str) -> str:
    one_line = re.sub(r"\s+", " ", definition.replace('"', "")).strip()
    return _CAST_LIST.sub(r"\1", _CAST_WORD.sub(r"\1", one_line))


def _read_postgresql(connection: Connection) -> Catalogue:
    schema = connection.execute(text("SELECT current_schema()")).scalar_one()
    return {
        (kind, name): str(definition).replace(f"{schema}.", "")
        for kind, query in _POSTGRESQL.items()
        for name, definition in connection.execute(text(query))
    }


def _read_sqlite(connection: Connection) -> Catalogue:
    found: Catalogue = {}
    rows = connection.execute(
        text(
            "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"
        )
    )
    for kind, name, definition in rows:
        found[kind, name] = definition
    inspector = inspect(connection)
    for table in inspector.get_table_names():
        for check in inspector.get_check_constraints(table):
            found["constraint", f"{table}.{check['name'] or check['sqltext']}"] = check["sqltext"]
    return found


def _expected(engine: Engine, metadata: MetaData) -> Catalogue:
    """The same catalogue for tables made straight from the models, which are then undone."""
    if engine.dialect.name == "postgresql":
        schema = f"drift_{secrets.token_hex(4)}"
        with engine.connect().execution_options(**AS_OWNER) as connection:
            connection.execute(text(f"CREATE SCHEMA {schema}"))
            connection.execute(text(f"SET LOCAL search_path TO {schema}"))
            metadata.create_all(connection)
            found = _read(connection)
            connection.rollback()
        return found
    scratch = create_engine("sqlite://")
    prepare_engine(scratch)
    with scratch.begin() as connection:
        metadata.create_all(connection)
        return _read(connection)


@click.command("db-drift")
def db_drift() -> None:
    """Print where the database differs from the models; exit 1 when it does."""
    found = differences(db.engine, db.metadata)
    for line in found:
        click.echo(line)
    if found:
        raise SystemExit(1)
    click.echo("数据库结构与模型一致。")


def register(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(db_drift)
