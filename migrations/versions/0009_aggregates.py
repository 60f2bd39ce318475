"""Versions of an office's aggregate, and what they held when they were locked.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

FACTS = ("review_path", "filing_path", "province_id", "city_id", "county_id")
PATH = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")
NEW = ("aggregate_snapshot", "aggregate_version")
# Scoped tables before this revision: an audit entry is read by whoever sees the row it is about.
SCOPED = (
    "ab_user", "announcement", "announcement_reading", "application", "application_clock", "application_decision",
    "application_item", "application_receipt", "badge", "badge_host", "batch", "batch_item", "campaign",
    "campaign_step", "delivery", "domain_record", "invitation", "job", "jurisdiction_grant", "notice_template", "post",
    "revocation", "sign_in_record", "sign_in_session", "site", "stored_file", "survey_sheet", "survey_site", "unit",
    "import_batch", "import_file", "import_line",  # taken by the revisions between
)
# What stays as it was locked, by table.
KEPT = {
    "aggregate_snapshot": "version_id, content",
    "aggregate_version": "campaign_id, number, digest, totals, locked_at, locked_by, note",
}
WHEN = {"aggregate_snapshot": "", "aggregate_version": "WHEN (OLD.state <> 'draft') "}


def facts(table: str) -> tuple[Any, ...]:
    """The jurisdiction columns of a scoped table, with their keys."""
    levels = ("province_id", "city_id", "county_id")
    return (
        sa.Column("review_path", PATH, nullable=False),
        sa.Column("filing_path", PATH, nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in levels),
        *(sa.ForeignKeyConstraint([name], ["office.id"], name=op.f(f"fk_{table}_{name}_office")) for name in levels),
    )


def condition(mode: str) -> str:
    def part(name: str) -> str:
        return f"((SELECT bianban_reach('{mode}', 'aggregate', '{name}'))::text[])"

    return (
        f"CASE WHEN review_path LIKE ANY {part('paths')} THEN true"
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
    see, write = condition("see"), condition("write")
    for name in NEW:
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY bianban_see ON {name} FOR SELECT USING ({see})")
        op.execute(f"CREATE POLICY bianban_add ON {name} FOR INSERT WITH CHECK ({write})")
        op.execute(f"CREATE POLICY bianban_change ON {name} FOR UPDATE USING ({write}) WITH CHECK ({write})")
        op.execute(f"CREATE POLICY bianban_remove ON {name} FOR DELETE USING ({write})")


def audit(tables: tuple[str, ...]) -> None:
    op.execute("DROP POLICY bianban_see ON audit_entry")
    op.execute(f"CREATE POLICY bianban_see ON audit_entry FOR SELECT USING ({audit_condition(tables)})")


def keep(dialect: str) -> None:
    """What was locked neither changes nor goes."""
    if dialect == "postgresql":
        op.execute(
            "CREATE FUNCTION aggregate_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'a locked aggregate does not change'; END $$"
        )
    for name, columns in KEPT.items():
        if dialect == "postgresql":
            does = f"FOR EACH ROW {WHEN[name]}EXECUTE FUNCTION aggregate_refuse()"
        else:
            does = f"{WHEN[name]}BEGIN SELECT RAISE(ABORT, 'a locked aggregate does not change'); END"
        op.execute(f"CREATE TRIGGER {name}_no_update BEFORE UPDATE OF {columns} ON {name} {does}")
        op.execute(f"CREATE TRIGGER {name}_no_delete BEFORE DELETE ON {name} {does}")


def upgrade() -> None:
    op.create_table(
        "aggregate_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("totals", sa.JSON(), nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("locked_by", sa.String(length=80), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_by", sa.String(length=80), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_by", sa.String(length=80), nullable=False),
        sa.Column("return_reason", sa.Text(), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shared_by", sa.String(length=80), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        *facts("aggregate_version"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'locked', 'reported', 'received', 'returned')", name=op.f("ck_aggregate_version_state")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_aggregate_version_number_from_one")),
        sa.CheckConstraint(
            "(state = 'draft') = (digest = '') AND (digest = '') = (locked_at IS NULL)",
            name=op.f("ck_aggregate_version_locked_with_digest"),
        ),
        sa.CheckConstraint("state <> 'returned' OR return_reason <> ''", name=op.f("ck_aggregate_version_returned_why")),
        sa.CheckConstraint("state <> 'reported' OR reported_at IS NOT NULL", name=op.f("ck_aggregate_version_reported_when")),
        sa.CheckConstraint("shared_at IS NULL OR state <> 'draft'", name=op.f("ck_aggregate_version_shared_is_locked")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_aggregate_version_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_aggregate_version_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aggregate_version")),
        sa.UniqueConstraint("office_id", "campaign_id", "number", name=op.f("uq_aggregate_version_office_id_campaign_id_number")),
    )
    op.create_table(
        "aggregate_snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        *facts("aggregate_snapshot"),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_aggregate_snapshot_office_id_office")),
        sa.ForeignKeyConstraint(["version_id"], ["aggregate_version.id"], name=op.f("fk_aggregate_snapshot_version_id_aggregate_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aggregate_snapshot")),
        sa.UniqueConstraint("version_id", name=op.f("uq_aggregate_snapshot_version_id")),
    )
    for table in NEW:
        for fact in FACTS:
            op.create_index(f"ix_{table}_{fact}", table, [fact, "id"], postgresql_include=[])
        op.create_index(f"ix_{table}_office_id", table, ["office_id"])
    op.create_index("ix_aggregate_version_campaign", "aggregate_version", ["campaign_id", "office_id", "number"])
    dialect = op.get_context().dialect.name
    keep(dialect)
    if dialect == "postgresql":
        guard()
        audit(tuple(sorted((*SCOPED, *NEW))))


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        audit(SCOPED)
    for name in NEW:
        op.drop_table(name)
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION aggregate_refuse()")
