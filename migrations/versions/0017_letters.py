"""Official letters: what was set, sealed, and what its bytes are.

Revision ID: 0017
Revises: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.row_security import check, fact_indexes, facts, guard, key, open_record, stamps

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KINDS = ("request", "form", "correction", "refusal", "opinion", "badge", "stop_conac", "stop_cnnic", "passed")
SUBJECTS = ("application", "badge", "order", "office")
TABLES = {"application": "application", "badge": "badge", "order": "stop_order", "office": "office"}


def upgrade() -> None:
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
        *facts("letter"),
        *stamps(),
        key("letter", "unit_id", "unit"),
        *(key("letter", f"{name}_id", table) for name, table in TABLES.items()),
        key("letter", "issued_by_id", "ab_user", ondelete="SET NULL"),
        check("letter", "kind", f"kind IN ({listed})"),
        check("letter", "one_subject", one_subject),
        check("letter", "content_length", "length(content) = 64"),
        check("letter", "edition_length", "length(edition) = 64"),
        check("letter", "sha256_length", "sha256 IS NULL OR length(sha256) = 64"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("number", name=op.f("uq_letter_number")),
        sa.UniqueConstraint("token", name=op.f("uq_letter_token")),
    )
    fact_indexes("letter", ("review_path", "filing_path", "unit_id"))
    op.create_index("ix_letter_unit_id", "letter", ["unit_id"])
    op.create_index("ix_letter_application_id", "letter", ["application_id", "kind"])
    for name in ("badge", "order", "office"):
        op.create_index(f"ix_letter_{name}_id", "letter", [f"{name}_id"])
    guard("letter", "letter")
    open_record()


def downgrade() -> None:
    open_record(without=["letter"])
    op.drop_table("letter")
