"""A change of a badged website is an application that follows an earlier one (S32).

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

BEFORE = "'opening', 'requalification'"


def _kinds(listed: str) -> None:
    with op.batch_alter_table("application") as table:
        table.drop_constraint(op.f("ck_application_kind"), type_="check")
        table.create_check_constraint(op.f("ck_application_kind"), f"kind IN ({listed})")


def upgrade() -> None:
    with op.batch_alter_table("application") as table:
        table.add_column(sa.Column("former_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_application_former_id_application"), "application", ["former_id"], ["id"]
        )
        table.create_index(op.f("ix_application_former_id"), ["former_id"])
    _kinds(f"{BEFORE}, 'change'")


def downgrade() -> None:
    _kinds(BEFORE)
    with op.batch_alter_table("application") as table:
        table.drop_index(op.f("ix_application_former_id"))
        table.drop_constraint(op.f("fk_application_former_id_application"), type_="foreignkey")
        table.drop_column("former_id")
