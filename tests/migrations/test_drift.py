"""``flask db-drift`` notices what Alembic's own comparison overlooks."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from sqlalchemy import text

from app.foundation import drift
from app.foundation.database import AS_OWNER, db
from tests.migrations.test_migrations import DATABASES


@pytest.fixture(params=DATABASES)
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


CHANGES = {
    "a column more": ["ALTER TABLE office ADD COLUMN extra INTEGER"],
    "an index less": ["DROP INDEX ix_office_parent_id"],
    "an index of another condition": [
        "DROP INDEX ix_office_parent_id",
        "CREATE INDEX ix_office_parent_id ON office (parent_id) WHERE parent_id > 5",
    ],
    "a table more": ["CREATE TABLE stray (id INTEGER PRIMARY KEY)"],
}
OVERLOOKED = {
    "postgres": {
        "a check less": ["ALTER TABLE office DROP CONSTRAINT ck_office_kind"],
        "a looser check": [
            "ALTER TABLE office DROP CONSTRAINT ck_office_kind",
            "ALTER TABLE office ADD CONSTRAINT ck_office_kind CHECK (kind <> '')",
        ],
        "another collation": ['ALTER TABLE office ALTER COLUMN path TYPE varchar(64) COLLATE "default"'],
        "a trigger less": ["DROP TRIGGER audit_entry_append_only ON audit_entry"],
        "a trigger that lets pass": [
            "CREATE OR REPLACE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RETURN NULL; END $$"
        ],
        "an office changed by anybody": ["DROP TRIGGER bianban_kept ON office"],
        "an office's trigger switched off": ["ALTER TABLE office DISABLE TRIGGER bianban_kept"],
        "a kept table whose trigger lets pass": [
            "CREATE OR REPLACE FUNCTION bianban_kept() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RETURN NULL; END $$"
        ],
        "a secret read by anybody": ["ALTER POLICY bianban_all ON second_factor USING (true)"],
        "a secret without its policy": ["DROP POLICY bianban_all ON recovery_code"],
        "a head that may be deleted": ["GRANT DELETE ON audit_head TO bianban_app"],
        "a policy less": ["DROP POLICY bianban_see ON audit_entry"],
        "a looser policy": ["ALTER POLICY bianban_see ON audit_entry USING (true)"],
        "one more policy": ["CREATE POLICY spare ON audit_entry FOR SELECT USING (true)"],
        "an owner above the policies": ["ALTER TABLE audit_entry NO FORCE ROW LEVEL SECURITY"],
        "a table without row security": ["ALTER TABLE audit_entry DISABLE ROW LEVEL SECURITY"],
        "a right more": ["GRANT DELETE ON audit_entry TO bianban_app"],
        "a right less": ["REVOKE SELECT ON office FROM bianban_app"],
        "a function that gives everything": [
            "CREATE OR REPLACE FUNCTION bianban_reach(mode text, obj text, part text) RETURNS text[] "
            "LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT '{%}'::text[] $$"
        ],
    },
    "sqlite": {
        "a looser check": [
            "PRAGMA writable_schema=ON",
            "UPDATE sqlite_master SET sql = replace(sql, '''registry''', '''other''') WHERE name = 'office'",
            "PRAGMA writable_schema=RESET",
        ],
        "a trigger less": ["DROP TRIGGER audit_entry_no_delete"],
    },
}


def alter(statements: list[str]) -> None:
    with db.engine.connect().execution_options(**AS_OWNER) as connection, connection.begin():
        for statement in statements:
            connection.execute(text(statement))


def test_a_migrated_database_has_none(app: Flask) -> None:
    assert drift.differences(db.engine, db.metadata) == []
    result = app.test_cli_runner().invoke(args=["db-drift"])
    assert (result.exit_code, result.output) == (0, "数据库结构与模型一致。\n")


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_named(app: Flask, change: str) -> None:
    alter(CHANGES[change])
    assert drift.differences(db.engine, db.metadata)
    result = app.test_cli_runner().invoke(args=["db-drift"])
    assert result.exit_code == 1
    assert result.output


@pytest.mark.parametrize(
    ("database_kind", "change"),
    [
        pytest.param(kind, change, marks=pytest.mark.postgres if kind == "postgres" else ())
        for kind, changes in OVERLOOKED.items()
        for change in changes
    ],
)
def test_a_change_alembic_overlooks_is_named(app: Flask, database_kind: str, change: str) -> None:
    alter(OVERLOOKED[database_kind][change])
    with db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), db.metadata) == []
    found = drift.differences(db.engine, db.metadata)
    words = ("office", "audit_entry", "audit_head", "bianban_reach", "bianban_kept", "bianban_all")
    assert any(word in line for line in found for word in words), found


def test_looking_leaves_no_trace(app: Flask, database_kind: str) -> None:
    drift.differences(db.engine, db.metadata)
    if database_kind == "postgres":
        with db.engine.connect() as connection:
            schemas = connection.execute(text("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'drift%'"))
            assert schemas.all() == []
    assert drift.differences(db.engine, db.metadata) == []


MADE = "CHECK (((state)::text = ANY ((ARRAY['a'::character varying, 'b''s'::character varying])::text[])))"
RESTORED = (
    "CHECK (((state)::text = ANY (ARRAY[('a'::character varying)::text, ('b''s'::character varying)::text])))"
)


def test_the_spelling_of_a_restored_database_is_no_difference() -> None:
    """PostgreSQL writes a list of words differently once it has been dumped and restored."""
    assert drift._plain(MADE) == drift._plain(RESTORED)


@pytest.mark.parametrize(
    "other", ["'c'::character varying", "'a'::text", "'a'::character varying, 'c'::character varying"]
)
def test_other_words_are_one(other: str) -> None:
    assert drift._plain(MADE.replace("'a'::character varying", other)) != drift._plain(RESTORED)
    assert drift._plain(RESTORED.replace("'a'::character varying", other)) != drift._plain(MADE)
