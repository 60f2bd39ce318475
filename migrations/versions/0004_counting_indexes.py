"""Let PostgreSQL count the rows of a list by index alone: its indexes carry what row-level security asks.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = {
    "application": "unit_id",
    "badge": "unit_id",
    "site": "unit_id",
    "survey_sheet": "unit_id",
    "unit": "",
}
FACTS = ("review_path", "filing_path", "province_id", "city_id", "county_id")


def _rebuild(*, carrying: bool) -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, unit in TABLES.items():
        for fact in FACTS:
            asked = [one for one in ("review_path", "filing_path", unit) if one and one != fact]
            op.drop_index(f"ix_{table}_{fact}", table)
            op.create_index(
                f"ix_{table}_{fact}", table, [fact, "id"], postgresql_include=asked if carrying else None
            )


def upgrade() -> None:
    _rebuild(carrying=True)


def downgrade() -> None:
    _rebuild(carrying=False)
