"""Changes of a badged website, which follow the case that has the badge, and changes of the handler.

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.row_security import every_row

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

LIVE = sa.text("state NOT IN ('badged', 'refused', 'ineligible', 'withdrawn')")
NOTED = ("people_changed", "materials_changed")
NAMES = ("chinese_domain", "english_domain")


def upgrade() -> None:
    with op.batch_alter_table("application") as table:
        table.add_column(sa.Column("former_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("handler_changed_at", sa.DateTime(timezone=True), nullable=True))
        for name in NOTED:
            table.add_column(sa.Column(name, sa.JSON(), nullable=False, server_default="{}"))
        table.drop_constraint(op.f("ck_application_kind"), type_="check")
        table.create_check_constraint(
            op.f("ck_application_kind"), "kind IN ('opening', 'requalification', 'change')"
        )
        table.create_check_constraint(
            op.f("ck_application_change_follows"), "(kind = 'change') = (former_id IS NOT NULL)"
        )
        table.create_foreign_key(
            op.f("fk_application_former_id_application"), "application", ["former_id"], ["id"]
        )
    with op.batch_alter_table("application") as table:
        for name in NOTED:
            table.alter_column(name, server_default=None)
    op.create_index("ix_application_former_id", "application", ["former_id"])
    op.create_index(
        "uq_application_live_former",
        "application",
        ["former_id"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )
    for name in NAMES:
        op.create_index(f"ix_application_{name}", "application", [name])


def downgrade() -> None:
    for name in NAMES:
        op.drop_index(f"ix_application_{name}", "application")
    op.drop_index("uq_application_live_former", "application")
    op.drop_index("ix_application_former_id", "application")
    with op.batch_alter_table("application") as table:
        table.drop_constraint(op.f("fk_application_former_id_application"), type_="foreignkey")
        table.drop_constraint(op.f("ck_application_change_follows"), type_="check")
        table.drop_constraint(op.f("ck_application_kind"), type_="check")
    # The older program has no word for a change; its course is the same as that of a requalification.
    with every_row():
        op.execute("UPDATE application SET kind = 'requalification' WHERE kind = 'change'")
    with op.batch_alter_table("application") as table:
        table.create_check_constraint(op.f("ck_application_kind"), "kind IN ('opening', 'requalification')")
        for name in NOTED:
            table.drop_column(name)
        table.drop_column("handler_changed_at")
        table.drop_column("former_id")
