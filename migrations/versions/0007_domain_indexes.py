"""Find who else has filled in or registered a domain by index: asked while a sheet is typed.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = ("survey_site", "site")
COLUMNS = ("chinese_domain", "english_domain")


def upgrade() -> None:
    for table in TABLES:
        for column in COLUMNS:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    for table in TABLES:
        for column in COLUMNS:
            op.drop_index(op.f(f"ix_{table}_{column}"), table)
