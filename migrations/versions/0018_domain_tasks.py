"""Domains to be registered, renewed or repaired before their websites can be applied for.

Revision ID: 0018
Revises: 0013
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0013"
branch_labels = None
depends_on = None

FACTS = ("review_path", "filing_path", "province_id", "city_id", "county_id")
PATH = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")
TABLE, OBJ = "domain_task", "application"
OPEN = "closed_at IS NULL"


def facts(table: str) -> tuple[Any, ...]:
    """The jurisdiction columns of a scoped table, with their keys."""
    levels = ("province_id", "city_id", "county_id")
    return (
        sa.Column("review_path", PATH, nullable=False),
        sa.Column("filing_path", PATH, nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in levels),
        *(
            sa.ForeignKeyConstraint([name], ["office.id"], name=op.f(f"fk_{table}_{name}_office"))
            for name in levels
        ),
    )


def condition(mode: str) -> str:
    def part(name: str, kind: str = "text") -> str:
        return f"((SELECT bianban_reach('{mode}', '{OBJ}', '{name}'))::{kind}[])"

    return (
        f"CASE WHEN review_path LIKE ANY {part('paths')} THEN true"
        f" WHEN unit_id = ANY {part('units', 'integer')} THEN true"
        f" ELSE coalesce(filing_path LIKE ANY {part('desks')}, false) END"
    )


def scoped() -> list[str]:
    """The scoped tables there are: those with a policy of ours, the record itself left out."""
    found = op.get_bind().scalars(
        sa.text(
            "SELECT relname FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid "
            "WHERE relnamespace = current_schema()::regnamespace AND polname = 'bianban_see' "
            "AND relname <> 'audit_entry'"
        )
    )
    return sorted(found)


def audit_condition(tables: list[str]) -> str:
    seen = " ".join(
        f"WHEN '{name}' THEN EXISTS (SELECT 1 FROM {name} WHERE {name}.id = object_id)" for name in tables
    )
    return (
        "CASE WHEN coalesce(review_path, '0.') LIKE ANY ((SELECT bianban_reach('see', 'log', 'paths'))::text[])"
        f" THEN true ELSE CASE obj {seen} ELSE false END END"
    )


def guard() -> None:
    see, write = condition("see"), condition("write")
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY bianban_see ON {TABLE} FOR SELECT USING ({see})")
    op.execute(f"CREATE POLICY bianban_add ON {TABLE} FOR INSERT WITH CHECK ({write})")
    op.execute(f"CREATE POLICY bianban_change ON {TABLE} FOR UPDATE USING ({write}) WITH CHECK ({write})")
    op.execute(f"CREATE POLICY bianban_remove ON {TABLE} FOR DELETE USING ({write})")


def audit(tables: list[str]) -> None:
    """Who reads the record: an entry is read by whoever sees the row it is about."""
    op.execute("DROP POLICY bianban_see ON audit_entry")
    op.execute(f"CREATE POLICY bianban_see ON audit_entry FOR SELECT USING ({audit_condition(tables)})")


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("domain", sa.String(length=255), nullable=False),
        sa.Column("ascii", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_by", sa.String(length=80), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended", sa.String(length=16), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        *facts(TABLE),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (ended IS NULL)", name=op.f("ck_domain_task_ended_when_closed")
        ),
        sa.CheckConstraint(
            "ended IS NULL OR ended <> 'dropped' OR reason <> ''", name=op.f("ck_domain_task_dropped_why")
        ),
        sa.CheckConstraint(
            "ended IS NULL OR ended IN ('valid', 'dropped')", name=op.f("ck_domain_task_ended")
        ),
        sa.CheckConstraint("kind IN ('register', 'renew', 'repair')", name=op.f("ck_domain_task_kind")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_domain_task_site_id_site")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_domain_task_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_domain_task")),
    )
    op.create_index("ix_domain_task_ascii", TABLE, ["ascii"])
    op.create_index("ix_domain_task_site_id", TABLE, ["site_id"])
    op.create_index("ix_domain_task_unit_id", TABLE, ["unit_id"])
    op.create_index(
        "uq_domain_task_open",
        TABLE,
        ["unit_id", "ascii"],
        unique=True,
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )
    counted = ["review_path", "filing_path", "unit_id"]
    for fact in FACTS:
        also = [name for name in counted if name != fact]
        op.create_index(f"ix_{TABLE}_{fact}", TABLE, [fact, "id"], postgresql_include=also)
    if op.get_context().dialect.name == "postgresql":
        guard()
        audit(scoped())


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        audit([name for name in scoped() if name != TABLE])
    op.drop_table(TABLE)
