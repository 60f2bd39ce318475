"""Exceptions that are let pass, an office's own guidance, evidence of reviewers, and opinions of consulted desks.

Revision ID: 0014
Revises: 0013
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

FACTS = ("review_path", "filing_path", "province_id", "city_id", "county_id")
PATH = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")
# name, the object it is guarded as, the column of its unit
NEW = (
    ("application_exception", "application", "unit_id"),
    ("checkpoint", "checkpoint", ""),
    ("consultation", "opinion", "unit_id"),
)
OPEN = sa.text("answered_at IS NULL AND withdrawn_at IS NULL")


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


def stamps() -> tuple[Any, ...]:
    return (
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    )


def key(table: str, column: str, other: str) -> Any:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def condition(obj: str, unit: str, mode: str) -> str:
    def part(name: str, kind: str = "text") -> str:
        return f"((SELECT bianban_reach('{mode}', '{obj}', '{name}'))::{kind}[])"

    own = f" WHEN {unit} = ANY {part('units', 'integer')} THEN true" if unit else ""
    return (
        f"CASE WHEN review_path LIKE ANY {part('paths')} THEN true{own}"
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


def guard() -> None:
    for name, obj, unit in NEW:
        see, write = (condition(obj, unit, mode) for mode in ("see", "write"))
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY bianban_see ON {name} FOR SELECT USING ({see})")
        op.execute(f"CREATE POLICY bianban_add ON {name} FOR INSERT WITH CHECK ({write})")
        op.execute(f"CREATE POLICY bianban_change ON {name} FOR UPDATE USING ({write}) WITH CHECK ({write})")
        op.execute(f"CREATE POLICY bianban_remove ON {name} FOR DELETE USING ({write})")


def audit(tables: list[str]) -> None:
    """Who reads the record: an entry is read by whoever sees the row it is about."""
    seen = " ".join(
        f"WHEN '{name}' THEN EXISTS (SELECT 1 FROM {name} WHERE {name}.id = object_id)" for name in tables
    )
    using = (
        "CASE WHEN coalesce(review_path, '0.') LIKE ANY ((SELECT bianban_reach('see', 'log', 'paths'))::text[])"
        f" THEN true ELSE CASE obj {seen} ELSE false END END"
    )
    op.execute("DROP POLICY bianban_see ON audit_entry")
    op.execute(f"CREATE POLICY bianban_see ON audit_entry FOR SELECT USING ({using})")


def guarded_as(allowed: str) -> None:
    """What a stored file may be guarded as."""
    with op.batch_alter_table("stored_file") as batch:
        batch.drop_constraint(op.f("ck_stored_file_obj"), type_="check")
        batch.create_check_constraint(op.f("ck_stored_file_obj"), f"obj IN ({allowed})")


def upgrade() -> None:
    op.create_table(
        "application_exception",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("allowed_by_id", sa.Integer(), nullable=True),
        sa.Column("allowed_by", sa.String(length=80), nullable=False),
        sa.Column("allowed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        *facts("application_exception"),
        *stamps(),
        sa.CheckConstraint(
            "code IN ('no-administration', 'use-upper-site')", name=op.f("ck_application_exception_code")
        ),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_application_exception_says_why")),
        key("application_exception", "application_id", "application"),
        key("application_exception", "allowed_by_id", "ab_user"),
        key("application_exception", "unit_id", "unit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_exception")),
        sa.UniqueConstraint(
            "application_id", "round", "code", name=op.f("uq_application_exception_application_id_round_code")
        ),
    )
    op.create_index("ix_application_exception_unit_id", "application_exception", ["unit_id"])
    op.create_table(
        "checkpoint",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("former", sa.Text(), nullable=False),
        sa.Column("written_by", sa.String(length=80), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        *facts("checkpoint"),
        sa.Column("version", sa.Integer(), nullable=False),
        *stamps(),
        sa.CheckConstraint("number BETWEEN 1 AND 5", name=op.f("ck_checkpoint_five_items")),
        key("checkpoint", "office_id", "office"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkpoint")),
        sa.UniqueConstraint("office_id", "number", name=op.f("uq_checkpoint_office_id_number")),
    )
    op.create_index("ix_checkpoint_office_id", "checkpoint", ["office_id"])
    op.create_table(
        "consultation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("desk_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("counted_in", sa.String(length=8), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("firm", sa.Boolean(), nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.String(length=8), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_by", sa.String(length=80), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=80), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_because", sa.String(length=500), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        *facts("consultation"),
        sa.Column("version", sa.Integer(), nullable=False),
        *stamps(),
        sa.CheckConstraint(
            "answer IS NULL OR answer IN ('agree', 'object', 'none')", name=op.f("ck_consultation_answer")
        ),
        sa.CheckConstraint(
            "(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_consultation_answered_when")
        ),
        sa.CheckConstraint(
            "answer IS NULL OR answer <> 'object' OR length(words) > 0",
            name=op.f("ck_consultation_objection_says_why"),
        ),
        sa.CheckConstraint(
            "answered_at IS NULL OR withdrawn_at IS NULL", name=op.f("ck_consultation_answered_or_withdrawn")
        ),
        sa.CheckConstraint("length(question) > 0", name=op.f("ck_consultation_asks_something")),
        sa.CheckConstraint("due >= asked_on", name=op.f("ck_consultation_due_after_asked")),
        key("consultation", "application_id", "application"),
        key("consultation", "desk_id", "office"),
        key("consultation", "asked_by_id", "ab_user"),
        key("consultation", "answered_by_id", "ab_user"),
        key("consultation", "unit_id", "unit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation")),
    )
    op.create_index("ix_consultation_application_id", "consultation", ["application_id"])
    op.create_index("ix_consultation_desk_id", "consultation", ["desk_id", "id"])
    op.create_index("ix_consultation_unit_id", "consultation", ["unit_id"])
    op.create_index(
        "uq_consultation_open", "consultation", ["application_id", "desk_id"], unique=True,
        sqlite_where=OPEN, postgresql_where=OPEN,
    )  # fmt: skip
    for table, *_rest in NEW:
        for fact in FACTS:
            op.create_index(f"ix_{table}_{fact}", table, [fact, "id"], postgresql_include=[])
    guarded_as("'survey', 'material', 'evidence'")
    if op.get_context().dialect.name == "postgresql":
        guard()
        audit(scoped())


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        gone = {name for name, *_rest in NEW}
        audit([name for name in scoped() if name not in gone])
    op.execute("DELETE FROM stored_file WHERE obj = 'evidence'")
    guarded_as("'survey', 'material'")
    for name, *_rest in reversed(NEW):
        op.drop_table(name)
