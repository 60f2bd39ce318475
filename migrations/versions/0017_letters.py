"""Official letters: what was set, sealed, and what its bytes are.

Revision ID: 0017
Revises: 0016
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

FACTS = ("review_path", "filing_path", "province_id", "city_id", "county_id")
PATH = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")
KINDS = ("request", "form", "correction", "refusal", "opinion", "badge", "stop_conac", "stop_cnnic", "passed")
SUBJECTS = ("application", "badge", "order", "office")
TABLES = {"application": "application", "badge": "badge", "order": "stop_order", "office": "office"}


def key(column: str, to: str, **rest: Any) -> Any:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_letter_{column}_{to}"), **rest)


def check(name: str, condition: str) -> Any:
    return sa.CheckConstraint(condition, name=op.f(f"ck_letter_{name}"))


def condition(mode: str) -> str:
    def part(name: str, kind: str = "text") -> str:
        return f"((SELECT bianban_reach('{mode}', 'letter', '{name}'))::{kind}[])"

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


def audit(tables: list[str]) -> None:
    """Who reads the record: an entry is read by whoever sees the row it is about."""
    op.execute("DROP POLICY bianban_see ON audit_entry")
    op.execute(f"CREATE POLICY bianban_see ON audit_entry FOR SELECT USING ({audit_condition(tables)})")


def guard() -> None:
    see, write = (condition(mode) for mode in ("see", "write"))
    op.execute("ALTER TABLE letter ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE letter FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY bianban_see ON letter FOR SELECT USING ({see})")
    op.execute(f"CREATE POLICY bianban_add ON letter FOR INSERT WITH CHECK ({write})")
    op.execute(f"CREATE POLICY bianban_change ON letter FOR UPDATE USING ({write}) WITH CHECK ({write})")
    op.execute(f"CREATE POLICY bianban_remove ON letter FOR DELETE USING ({write})")


def upgrade() -> None:
    levels = ("province_id", "city_id", "county_id")
    listed = ", ".join(f"'{one}'" for one in KINDS)
    one_subject = " + ".join(f"(CASE WHEN {name}_id IS NULL THEN 0 ELSE 1 END)" for name in SUBJECTS) + " = 1"
    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("number", sa.String(length=48), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("about", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        *(sa.Column(f"{name}_id", sa.Integer(), nullable=True) for name in SUBJECTS),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("edition", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by_id", sa.Integer(), nullable=True),
        sa.Column("issued_by", sa.String(length=80), nullable=False),
        sa.Column("review_path", PATH, nullable=False),
        sa.Column("filing_path", PATH, nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in levels),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        *(key(name, "office") for name in levels),
        key("unit_id", "unit"),
        *(key(f"{name}_id", table) for name, table in TABLES.items()),
        key("issued_by_id", "ab_user", ondelete="SET NULL"),
        check("kind", f"kind IN ({listed})"),
        check("one_subject", one_subject),
        check("content_length", "length(content) = 64"),
        check("edition_length", "length(edition) = 64"),
        check("sha256_length", "sha256 IS NULL OR length(sha256) = 64"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("number", name=op.f("uq_letter_number")),
        sa.UniqueConstraint("token", name=op.f("uq_letter_token")),
    )
    asked = ("review_path", "filing_path", "unit_id")
    for fact in FACTS:
        op.create_index(
            f"ix_letter_{fact}", "letter", [fact, "id"], postgresql_include=[one for one in asked if one != fact]
        )
    op.create_index("ix_letter_unit_id", "letter", ["unit_id"])
    op.create_index("ix_letter_application_id", "letter", ["application_id", "kind"])
    for name in ("badge", "order", "office"):
        op.create_index(f"ix_letter_{name}_id", "letter", [f"{name}_id"])
    if op.get_context().dialect.name == "postgresql":
        guard()
        audit(scoped())


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        audit([name for name in scoped() if name != "letter"])
    op.drop_table("letter")
