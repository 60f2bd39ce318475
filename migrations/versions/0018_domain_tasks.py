"""Domains to be registered, renewed or repaired before their websites can be applied for.

Revision ID: 0018
Revises: 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.row_security import fact_indexes, facts, guard, open_record

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TABLE, OBJ = "domain_task", "application"
OPEN = "closed_at IS NULL"


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
    fact_indexes(TABLE, ("review_path", "filing_path", "unit_id"))
    guard(TABLE, OBJ)
    open_record()


def downgrade() -> None:
    open_record(without=[TABLE])
    op.drop_table(TABLE)
