"""Batches of workbooks, their files, and a line for each sheet in them.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

FACTS = ("review_path", "filing_path", "province_id", "city_id", "county_id")
PATH = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")
# name, the object it is guarded as, the column of its unit
NEW = tuple((name, "import", "") for name in ("import_batch", "import_file", "import_line"))
# Scoped tables before this revision: an audit entry is read by whoever sees the row it is about.
SCOPED = (
    "ab_user", "announcement", "announcement_reading", "application", "application_clock", "application_decision", "application_item", "application_receipt",
    "badge", "badge_host", "batch", "batch_item", "campaign", "campaign_step", "delivery", "domain_record", "invitation", "job",
    "jurisdiction_grant", "notice_template", "post", "revocation", "sign_in_record", "sign_in_session", "site", "stored_file",
    "survey_sheet", "survey_site", "unit",
)


def facts(table: str) -> tuple[Any, ...]:
    """The jurisdiction columns of a scoped table, with their keys."""
    levels = ("province_id", "city_id", "county_id")
    return (
        sa.Column("review_path", PATH, nullable=False),
        sa.Column("filing_path", PATH, nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in levels),
        *(sa.ForeignKeyConstraint([name], ["office.id"], name=op.f(f"fk_{table}_{name}_office")) for name in levels),
    )


def office(table: str) -> tuple[Any, ...]:
    """The office a row belongs to, and its facts."""
    return (
        sa.Column("office_id", sa.Integer(), nullable=False),
        *facts(table),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f(f"fk_{table}_office_id_office")),
    )


def condition(obj: str, unit: str, mode: str) -> str:
    def part(name: str, kind: str = "text") -> str:
        return f"((SELECT bianban_reach('{mode}', '{obj}', '{name}'))::{kind}[])"

    own = f" WHEN {unit} = ANY {part('units', 'integer')} THEN true" if unit else ""
    return (
        f"CASE WHEN review_path LIKE ANY {part('paths')} THEN true{own}"
        f" ELSE coalesce(filing_path LIKE ANY {part('desks')}, false) END"
    )


def audit_condition(tables: tuple[str, ...]) -> str:
    seen = " ".join(
        f"WHEN '{name}' THEN EXISTS (SELECT 1 FROM {name} WHERE {name}.id = object_id)" for name in tables
    )
    return (
        "CASE WHEN coalesce(review_path, '0.') LIKE ANY ((SELECT bianban_reach('see', 'log', 'paths'))::text[])"
        f" THEN true ELSE CASE obj {seen} ELSE false END END"
    )


def guard() -> None:
    for name, obj, unit in NEW:
        see, write = (condition(obj, unit, mode) for mode in ("see", "write"))
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY bianban_see ON {name} FOR SELECT USING ({see})")
        op.execute(f"CREATE POLICY bianban_add ON {name} FOR INSERT WITH CHECK ({write})")
        op.execute(f"CREATE POLICY bianban_change ON {name} FOR UPDATE USING ({write}) WITH CHECK ({write})")
        op.execute(f"CREATE POLICY bianban_remove ON {name} FOR DELETE USING ({write})")


def audit(tables: tuple[str, ...]) -> None:
    op.execute("DROP POLICY bianban_see ON audit_entry")
    op.execute(f"CREATE POLICY bianban_see ON audit_entry FOR SELECT USING ({audit_condition(tables)})")


def upgrade() -> None:
    op.create_table(
        "import_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("hand_in", sa.Boolean(), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=True),
        sa.Column("uploader", sa.String(length=80), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("sites", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        *office("import_batch"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('uploaded', 'read', 'applied', 'cancelled', 'refused')", name=op.f("ck_import_batch_state")),
        sa.CheckConstraint("(state = 'refused') = (reason <> '')", name=op.f("ck_import_batch_refused_why")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["ab_user.id"], name=op.f("fk_import_batch_uploaded_by_ab_user"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_table(
        "import_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("linked", sa.Boolean(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        *office("import_file"),
        sa.CheckConstraint("size > 0", name=op.f("ck_import_file_not_empty")),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=op.f("fk_import_file_batch_id_import_batch"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_file")),
        sa.UniqueConstraint("batch_id", "number", name=op.f("uq_import_file_batch_id_number")),
    )
    op.create_table(
        "import_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("tab", sa.String(length=120), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=8), nullable=False),
        sa.Column("unit_name", sa.String(length=120), nullable=False),
        sa.Column("sites", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("unsealed", sa.Boolean(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("sheet_version", sa.Integer(), nullable=True),
        sa.Column("findings", sa.JSON(), nullable=False),
        *office("import_line"),
        sa.CheckConstraint("act IN ('create', 'change', 'same', 'refuse')", name=op.f("ck_import_line_act")),
        sa.CheckConstraint("outcome IS NULL OR outcome IN ('applied', 'refused')", name=op.f("ck_import_line_outcome")),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=op.f("fk_import_line_batch_id_import_batch"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["file_id"], ["import_file.id"], name=op.f("fk_import_line_file_id_import_file"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_line")),
        sa.UniqueConstraint("batch_id", "number", name=op.f("uq_import_line_batch_id_number")),
    )
    for table, _obj, _unit in NEW:
        for fact in FACTS:
            op.create_index(f"ix_{table}_{fact}", table, [fact, "id"], postgresql_include=[])
        op.create_index(f"ix_{table}_office_id", table, ["office_id"])
    op.create_index("ix_import_line_act", "import_line", ["batch_id", "act", "number"])
    if op.get_context().dialect.name == "postgresql":
        guard()
        audit(tuple(sorted((*SCOPED, *(name for name, _obj, _unit in NEW)))))


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        audit(SCOPED)
    for name in ("import_line", "import_file", "import_batch"):
        op.drop_table(name)
