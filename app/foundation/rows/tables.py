"""The policies themselves: what ``create_all`` puts on every scoped table of PostgreSQL; migrations spell the same out.

Each row is compared with arrays that are sub-selects without correlation, so that PostgreSQL works them out once a
statement, and inside CASE, whose estimate (half of the rows) leaves the planner to the query's own conditions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import current_app, has_app_context
from flask_appbuilder.models.sqla import Model
from sqlalchemy import DDL, MetaData, Table, event, text
from sqlalchemy.engine import Connection

from app.foundation.jurisdiction import FactColumns, PlatformKept, Sealed

DEFAULT_ROLE = "bianban_app"
AUDIT = "audit_entry"
HEAD = "audit_head"
LOG = "log"
POLICIES = ("bianban_see", "bianban_add", "bianban_change", "bianban_remove")
AUDIT_POLICIES = ("bianban_see", "bianban_add")
SEALED_POLICIES = ("bianban_all",)
TRIGGER = "bianban_kept"

# Per object, because reading one small JSON text is a few µs where one of all objects is twenty.
FUNCTION = """
CREATE FUNCTION bianban_reach(mode text, obj text, part text) RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT CASE current_setting('bianban.all', true)
    WHEN 'on' THEN CASE part WHEN 'paths' THEN '{%}'::text[] END
    ELSE (nullif(current_setting('bianban.' || obj, true), '')::jsonb #>> ARRAY[mode, part])::text[]
END $$
"""
# By a trigger, because a policy of UPDATE would also hide the rows that people lock to wait for one another.
KEPT_FUNCTION = """
CREATE FUNCTION bianban_kept() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('bianban.all', true) IS DISTINCT FROM 'on' THEN
        RAISE insufficient_privilege USING MESSAGE = TG_TABLE_NAME || ' is changed by the platform only';
    END IF;
    RETURN NULL;
END $$
"""


@dataclass(frozen=True, order=True)
class Scoped:
    """A scoped table: guarded as ``obj``, or as what its column ``obj_column`` says; ``unit`` is the unit's column."""

    name: str
    obj: str
    obj_column: str = ""
    unit: str = ""


def scoped(metadata: MetaData) -> list[Scoped]:
    """Every table with jurisdiction, by name."""
    found = []
    for mapper in Model.registry.mappers:
        cls = mapper.class_
        table = mapper.local_table
        if issubclass(cls, FactColumns) and isinstance(table, Table) and table.metadata is metadata:
            column = cls.__obj_column__
            unit = cls.__scope_unit__ or ""
            found.append(Scoped(table.name, "" if column else cls.__obj__, column or "", unit))
    return sorted(found)


def _of_kind(metadata: MetaData, kind: type) -> list[str]:
    tables = (mapper.local_table for mapper in Model.registry.mappers if issubclass(mapper.class_, kind))
    return sorted(one.name for one in tables if isinstance(one, Table) and one.metadata is metadata)


def kept(metadata: MetaData) -> list[str]:
    """Every table that only the platform changes, by name."""
    return _of_kind(metadata, PlatformKept)


def sealed(metadata: MetaData) -> list[str]:
    """Every table that only the platform reads, by name."""
    return _of_kind(metadata, Sealed)


def condition(table: Scoped, mode: str) -> str:
    """The rows of a table within a reach (``see`` or ``write``)."""

    def part(name: str, kind: str = "text") -> str:
        if table.obj_column:
            return f"(bianban_reach('{mode}', {table.obj_column}, '{name}')::{kind}[])"
        return f"((SELECT bianban_reach('{mode}', '{table.obj}', '{name}'))::{kind}[])"

    unit = f" WHEN {table.unit} = ANY {part('units', 'integer')} THEN true" if table.unit else ""
    return (
        f"CASE WHEN review_path LIKE ANY {part('paths')} THEN true{unit}"
        f" ELSE coalesce(filing_path LIKE ANY {part('desks')}, false) END"
    )


def audit_condition(tables: Iterable[Scoped]) -> str:
    """An audit entry is read by whoever may read the log of its place, or sees the row it is about."""
    seen = " ".join(
        f"WHEN '{table.name}' THEN EXISTS (SELECT 1 FROM {table.name} WHERE {table.name}.id = object_id)"  # noqa: S608 - our names  # nosec B608
        for table in tables
    )
    return (
        f"CASE WHEN coalesce(review_path, '0.') LIKE ANY ((SELECT bianban_reach('see', '{LOG}', 'paths'))::text[])"
        f" THEN true ELSE CASE obj {seen} ELSE false END END"
    )


def _force(name: str) -> Iterator[str]:
    yield f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY"


def statements(table: Scoped) -> Iterator[str]:
    """What puts a table under row-level security."""
    see, write = condition(table, "see"), condition(table, "write")
    yield from _force(table.name)
    yield f"CREATE POLICY bianban_see ON {table.name} FOR SELECT USING ({see})"
    yield f"CREATE POLICY bianban_add ON {table.name} FOR INSERT WITH CHECK ({write})"
    yield f"CREATE POLICY bianban_change ON {table.name} FOR UPDATE USING ({write}) WITH CHECK ({write})"
    yield f"CREATE POLICY bianban_remove ON {table.name} FOR DELETE USING ({write})"


def audit_statements(tables: Iterable[Scoped]) -> Iterator[str]:
    """Anybody's act is recorded; nobody changes a record."""
    yield from _force(AUDIT)
    yield f"CREATE POLICY bianban_see ON {AUDIT} FOR SELECT USING ({audit_condition(tables)})"
    yield f"CREATE POLICY bianban_add ON {AUDIT} FOR INSERT WITH CHECK (true)"


def kept_statements(name: str) -> Iterator[str]:
    """Everybody reads it, and may lock its rows; whatever changes it asks for the scope of everything."""
    yield (
        f"CREATE TRIGGER {TRIGGER} BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {name} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION bianban_kept()"
    )


def sealed_statements(name: str) -> Iterator[str]:
    """Read and written within the scope of everything only."""
    yield from _force(name)
    yield f"CREATE POLICY bianban_all ON {name} USING (current_setting('bianban.all', true) = 'on')"


def grants(role: str, schema: str) -> Iterator[str]:
    """What the app role may do at all; ``role`` and ``schema`` are quoted names."""
    rows = "SELECT, INSERT, UPDATE, DELETE"
    yield f"GRANT {rows} ON ALL TABLES IN SCHEMA {schema} TO {role}"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}"
    yield f"REVOKE UPDATE, DELETE ON {AUDIT} FROM {role}"
    yield f"REVOKE DELETE ON {HEAD} FROM {role}"


def standing_grants(role: str, schema: str, *, give: bool = True) -> Iterator[str]:
    """What the app role may do with tables that are yet to be made; ``role`` and ``schema`` are quoted names."""
    act, to = ("GRANT", "TO") if give else ("REVOKE", "FROM")
    for rights, what in (("SELECT, INSERT, UPDATE, DELETE", "TABLES"), ("USAGE, SELECT", "SEQUENCES")):
        yield f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} {act} {rights} ON {what} {to} {role}"


def unguarded_tables(connection: Connection, metadata: MetaData) -> list[str]:
    """Tables of this schema that row-level security or its trigger does not hold as it should; none on SQLite."""
    if connection.dialect.name != "postgresql":
        return []
    wanted: dict[str, tuple[str, ...]] = {table.name: POLICIES for table in scoped(metadata)}
    wanted |= dict.fromkeys(sealed(metadata), SEALED_POLICIES) | {AUDIT: AUDIT_POLICIES}
    policies, fired = _held(connection)
    loose = {name for name, names in wanted.items() if not set(names) <= policies.get(name, set())}
    return sorted(loose | (set(kept(metadata)) - fired))


def _held(connection: Connection) -> tuple[dict[str, set[str]], set[str]]:
    """Policies of the tables under forced row-level security, and the tables whose trigger is in force."""
    policies = connection.execute(
        text(
            "SELECT relname, array_agg(polname::text) FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid "
            "WHERE relnamespace = current_schema()::regnamespace AND relrowsecurity AND relforcerowsecurity "
            "GROUP BY relname"
        )
    )
    fired = connection.scalars(
        text(
            "SELECT relname FROM pg_class JOIN pg_trigger ON tgrelid = pg_class.oid "
            "WHERE relnamespace = current_schema()::regnamespace AND tgname = :name AND tgenabled = 'O'"
        ),
        {"name": TRIGGER},
    )
    return {name: set(names) for name, names in policies}, set(fired)


def _role() -> str:
    return str(current_app.config["DATABASE_ROLE"]) if has_app_context() else DEFAULT_ROLE


def _run(connection: Connection, statements: Iterable[str]) -> None:
    for statement in statements:
        ddl = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
        connection.execute(ddl)


def _before_create(_target: MetaData, connection: Connection, tables: Any = (), **_rest: Any) -> None:
    if connection.dialect.name == "postgresql" and tables:
        made = (
            one.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION") for one in (FUNCTION, KEPT_FUNCTION)
        )
        _run(connection, made)


def _after_create(target: MetaData, connection: Connection, tables: Any = (), **_rest: Any) -> None:
    if connection.dialect.name != "postgresql" or not tables:
        return
    made = {table.name for table in tables}
    known = scoped(target)
    for table in known:
        if table.name in made:
            _run(connection, statements(table))
    for names, hold in ((kept(target), kept_statements), (sealed(target), sealed_statements)):
        for name in names:
            if name in made:
                _run(connection, hold(name))
    if AUDIT in made:
        _run(connection, audit_statements(known))
        schema = connection.execute(text("SELECT quote_ident(current_schema())")).scalar_one()
        _run(connection, grants(connection.dialect.identifier_preparer.quote(_role()), schema))


def install() -> None:
    """Let ``create_all`` make policies with the tables (idempotent)."""
    if not event.contains(Model.metadata, "before_create", _before_create):
        event.listen(Model.metadata, "before_create", _before_create)
        event.listen(Model.metadata, "after_create", _after_create)
