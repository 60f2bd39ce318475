"""The register of sealed paper, urging and guidance from above, and the filters people work with.

Revision ID: 0015
Revises: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.row_security import fact_indexes, facts, guard, open_record

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# name, the object it is guarded as, the column of its unit
NEW = (
    ("exchange_entry", "exchange", ""),
    ("exchange_line", "exchange", "unit_id"),
    ("guidance", "guidance", "unit_id"),
)


def upgrade() -> None:
    op.create_table(
        "exchange_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("means", sa.String(length=16), nullable=False),
        sa.Column("counterpart", sa.String(length=120), nullable=False),
        sa.Column("slip", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        *facts("exchange_entry"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("counterpart <> ''", name=op.f("ck_exchange_entry_counterpart")),
        sa.CheckConstraint("direction IN ('in', 'out')", name=op.f("ck_exchange_entry_direction")),
        sa.CheckConstraint("means IN ('exchange', 'hand', 'post')", name=op.f("ck_exchange_entry_means")),
        sa.CheckConstraint("serial > 0", name=op.f("ck_exchange_entry_serial")),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_exchange_entry_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by_id"],
            ["ab_user.id"],
            name=op.f("fk_exchange_entry_entered_by_id_ab_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_entry")),
        sa.UniqueConstraint(
            "office_id",
            "direction",
            "year",
            "serial",
            name=op.f("uq_exchange_entry_office_id_direction_year_serial"),
        ),
    )
    op.create_index("ix_exchange_entry_office_id", "exchange_entry", ["office_id"])
    op.create_table(
        "exchange_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("receipt_id", sa.Integer(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("organ_name", sa.String(length=120), nullable=False),
        sa.Column("site_name", sa.String(length=60), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("mismatch", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        *facts("exchange_line"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("copies > 0", name=op.f("ck_exchange_line_some_copies")),
        sa.CheckConstraint(
            "what IN ('letter', 'form', 'proof', 'identity', 'other', 'refusal', 'badge_notice', 'stop')",
            name=op.f("ck_exchange_line_what"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_exchange_line_application_id_application"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["exchange_entry.id"], name=op.f("fk_exchange_line_entry_id_exchange_entry")
        ),
        sa.ForeignKeyConstraint(
            ["receipt_id"],
            ["application_receipt.id"],
            name=op.f("fk_exchange_line_receipt_id_application_receipt"),
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_exchange_line_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_line")),
        sa.UniqueConstraint(
            "entry_id", "application_id", "what", name=op.f("uq_exchange_line_entry_id_application_id_what")
        ),
        sa.UniqueConstraint("receipt_id", name=op.f("uq_exchange_line_receipt_id")),
    )
    op.create_index("ix_exchange_line_unit_id", "exchange_line", ["unit_id"])
    op.create_index("ix_exchange_line_application_id", "exchange_line", ["application_id", "what"])
    op.create_table(
        "guidance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("office_name", sa.String(length=120), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=True),
        sa.Column("given_by", sa.String(length=80), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_by_id", sa.Integer(), nullable=True),
        sa.Column("read_by", sa.String(length=80), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        *facts("guidance"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind = 'urge' OR words <> ''", name=op.f("ck_guidance_guidance_says")),
        sa.CheckConstraint("(read_at IS NULL) = (read_by = '')", name=op.f("ck_guidance_read_by_somebody")),
        sa.CheckConstraint("kind IN ('urge', 'guide')", name=op.f("ck_guidance_kind")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_guidance_application_id_application")
        ),
        sa.ForeignKeyConstraint(
            ["given_by_id"],
            ["ab_user.id"],
            name=op.f("fk_guidance_given_by_id_ab_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["read_by_id"],
            ["ab_user.id"],
            name=op.f("fk_guidance_read_by_id_ab_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_guidance_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guidance")),
    )
    op.create_index("ix_guidance_unit_id", "guidance", ["unit_id"])
    op.create_index("ix_guidance_application_id", "guidance", ["application_id", "id"])
    op.create_table(
        "work_filter",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("query", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["ab_user.id"],
            name=op.f("fk_work_filter_person_id_ab_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_work_filter")),
    )
    for table, obj, unit in NEW:
        fact_indexes(table)
        guard(table, obj, unit)
    open_record()


def downgrade() -> None:
    open_record(without=[name for name, *_rest in NEW])
    for name in ("work_filter", "guidance", "exchange_line", "exchange_entry"):
        op.drop_table(name)
