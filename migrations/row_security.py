"""What revisions from 0013 on write alike: the columns of jurisdiction, row-level security, who reads the record.

Revisions that have run rely on these words: what is to be otherwise is written anew in the revision that wants it so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op

FACTS = ("review_path", "filing_path", "province_id", "city_id", "county_id")
LEVELS = FACTS[2:]
PATH = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")


def key(table: str, column: str, to: str, **rest: Any) -> Any:
    """A foreign key under the name the models give it."""
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"), **rest)


def check(table: str, name: str, condition: str) -> Any:
    """A condition under the name the models give it."""
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def facts(table: str) -> tuple[Any, ...]:
    """The columns of jurisdiction of a scoped table, with their keys."""
    return (
        sa.Column("review_path", PATH, nullable=False),
        sa.Column("filing_path", PATH, nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in LEVELS),
        *(key(table, name, "office") for name in LEVELS),
    )


def stamps() -> tuple[Any, ...]:
    """When a row was made and last changed."""
    return tuple(
        sa.Column(name, sa.DateTime(timezone=True), nullable=False) for name in ("created_at", "updated_at")
    )


def fact_indexes(table: str, counted: Collection[str] = ()) -> None:
    """An index for each column of jurisdiction; ``counted`` are carried along, so that counts need no row."""
    for fact in FACTS:
        also = [name for name in counted if name != fact]
        op.create_index(f"ix_{table}_{fact}", table, [fact, "id"], postgresql_include=also)


def _reach(mode: str, obj: str, unit: str) -> str:
    def part(name: str, kind: str = "text") -> str:
        return f"((SELECT bianban_reach('{mode}', '{obj}', '{name}'))::{kind}[])"

    own = f" WHEN {unit} = ANY {part('units', 'integer')} THEN true" if unit else ""
    return (
        f"CASE WHEN review_path LIKE ANY {part('paths')} THEN true{own}"
        f" ELSE coalesce(filing_path LIKE ANY {part('desks')}, false) END"
    )


def guard(table: str, obj: str, unit: str = "unit_id") -> None:
    """Let PostgreSQL guard a table as an object; ``unit`` is the column of its unit, empty where it has none."""
    if not _postgresql():
        return
    see, write = (_reach(mode, obj, unit) for mode in ("see", "write"))
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY bianban_see ON {table} FOR SELECT USING ({see})")
    op.execute(f"CREATE POLICY bianban_add ON {table} FOR INSERT WITH CHECK ({write})")
    op.execute(f"CREATE POLICY bianban_change ON {table} FOR UPDATE USING ({write}) WITH CHECK ({write})")
    op.execute(f"CREATE POLICY bianban_remove ON {table} FOR DELETE USING ({write})")


def open_record(without: Collection[str] = ()) -> None:
    """An entry of the record is read by whoever sees the row it is about; ``without`` tables that go now."""
    if not _postgresql():
        return
    seen = " ".join(
        f"WHEN '{name}' THEN EXISTS (SELECT 1 FROM {name} WHERE {name}.id = object_id)"  # noqa: S608 - names of tables of ours
        for name in _scoped()
        if name not in without
    )
    using = (
        "CASE WHEN coalesce(review_path, '0.') LIKE ANY ((SELECT bianban_reach('see', 'log', 'paths'))::text[])"
        f" THEN true ELSE CASE obj {seen} ELSE false END END"
    )
    op.execute("DROP POLICY bianban_see ON audit_entry")
    op.execute(f"CREATE POLICY bianban_see ON audit_entry FOR SELECT USING ({using})")


@contextmanager
def every_row() -> Iterator[None]:
    """Inside, statements reach every row; without it row-level security hides them from the owner too."""
    if _postgresql():
        op.execute("SELECT set_config('bianban.all', 'on', true)")
    yield
    if _postgresql():
        op.execute("SELECT set_config('bianban.all', '', true)")


def _scoped() -> list[str]:
    """The scoped tables there are: those with a policy of ours, the record itself left out."""
    found = op.get_bind().scalars(
        sa.text(
            "SELECT relname FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid "
            "WHERE relnamespace = current_schema()::regnamespace AND polname = 'bianban_see' "
            "AND relname <> 'audit_entry'"
        )
    )
    return sorted(found)


def _postgresql() -> bool:
    return bool(op.get_context().dialect.name == "postgresql")
