"""Exceptions that are let pass, an office's own guidance, evidence of reviewers, and opinions of consulted desks.

Revision ID: 0014
Revises: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.row_security import every_row, fact_indexes, facts, guard, key, open_record, stamps

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# name, the object it is guarded as, the column of its unit
NEW = (
    ("application_exception", "application", "unit_id"),
    ("checkpoint", "checkpoint", ""),
    ("consultation", "opinion", "unit_id"),
)
OPEN = sa.text("answered_at IS NULL AND withdrawn_at IS NULL")


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
        fact_indexes(table)
    guarded_as("'survey', 'material', 'evidence'")
    for table, obj, unit in NEW:
        guard(table, obj, unit)
    open_record()


def downgrade() -> None:
    open_record(without=[name for name, *_rest in NEW])
    with every_row():
        op.execute("DELETE FROM stored_file WHERE obj = 'evidence'")
    guarded_as("'survey', 'material'")
    for name, *_rest in reversed(NEW):
        op.drop_table(name)
