"""Websites that were not filed for, applications filed late, and the holiday arrangements that were pasted.

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

FACTS = ("review_path", "filing_path", "province_id", "city_id", "county_id")
PATH = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")
# Scoped tables before this revision: an audit entry is read by whoever sees the row it is about.
SCOPED = (
    "ab_user", "announcement", "announcement_reading", "application", "application_clock", "application_decision",
    "application_item", "application_receipt", "badge", "badge_host", "batch", "batch_item", "campaign", "campaign_step",
    "delivery", "domain_record", "invitation", "job", "jurisdiction_grant", "notice_template", "post", "revocation",
    "sign_in_record", "sign_in_session", "site", "stored_file", "survey_sheet", "survey_site", "unit",
    "import_batch", "import_file", "import_line", "aggregate_snapshot", "aggregate_version", "campaign_change", "campaign_draft", "campaign_receipt", "campaign_urge",  # taken by the revisions between
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


def condition(obj: str, mode: str) -> str:
    def part(name: str, kind: str = "text") -> str:
        return f"((SELECT bianban_reach('{mode}', '{obj}', '{name}'))::{kind}[])"

    return (
        f"CASE WHEN review_path LIKE ANY {part('paths')} THEN true"
        f" WHEN unit_id = ANY {part('units', 'integer')} THEN true"
        f" ELSE coalesce(filing_path LIKE ANY {part('desks')}, false) END"
    )


def audit(tables: tuple[str, ...]) -> None:
    seen = " ".join(
        f"WHEN '{name}' THEN EXISTS (SELECT 1 FROM {name} WHERE {name}.id = object_id)" for name in tables
    )
    using = (
        "CASE WHEN coalesce(review_path, '0.') LIKE ANY ((SELECT bianban_reach('see', 'log', 'paths'))::text[])"
        f" THEN true ELSE CASE obj {seen} ELSE false END END"
    )
    op.execute("DROP POLICY bianban_see ON audit_entry")
    op.execute(f"CREATE POLICY bianban_see ON audit_entry FOR SELECT USING ({using})")


def guard() -> None:
    see, write = (condition("lapse", mode) for mode in ("see", "write"))
    op.execute("ALTER TABLE lapse ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE lapse FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY bianban_see ON lapse FOR SELECT USING ({see})")
    op.execute(f"CREATE POLICY bianban_add ON lapse FOR INSERT WITH CHECK ({write})")
    op.execute(f"CREATE POLICY bianban_change ON lapse FOR UPDATE USING ({write}) WITH CHECK ({write})")
    op.execute(f"CREATE POLICY bianban_remove ON lapse FOR DELETE USING ({write})")
    op.execute(
        "CREATE TRIGGER bianban_kept BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON holiday_arrangement "
        "FOR EACH STATEMENT EXECUTE FUNCTION bianban_kept()"
    )


def upgrade() -> None:
    op.create_table(
        "lapse",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("organ_name", sa.String(length=120), nullable=False),
        sa.Column("site_name", sa.String(length=60), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=160), nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        *facts("lapse"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('candidate', 'confirmed', 'dismissed', 'filed', 'lifted')", name=op.f("ck_lapse_state")),
        sa.CheckConstraint("(state IN ('confirmed', 'dismissed')) = (decided_at IS NOT NULL)", name=op.f("ck_lapse_decided_when")),
        sa.CheckConstraint("decided_at IS NULL OR reason <> ''", name=op.f("ck_lapse_decided_why")),
        sa.CheckConstraint("(state = 'filed') = (application_id IS NOT NULL)", name=op.f("ck_lapse_filed_by_application")),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_lapse_application_id_application")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_lapse_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["ab_user.id"], name=op.f("fk_lapse_decided_by_id_ab_user"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_lapse_site_id_site")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_lapse_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lapse")),
        sa.UniqueConstraint("site_id", "campaign_id", name=op.f("uq_lapse_site_id_campaign_id")),
    )
    asked = ("review_path", "filing_path", "unit_id")
    for fact in FACTS:
        op.create_index(
            f"ix_lapse_{fact}", "lapse", [fact, "id"], postgresql_include=[one for one in asked if one != fact]
        )
    op.create_index("ix_lapse_unit_id", "lapse", ["unit_id"])
    op.create_index("ix_lapse_campaign_id", "lapse", ["campaign_id"])
    op.create_index("ix_lapse_review_path_state", "lapse", ["review_path", "state"])
    op.create_table(
        "holiday_arrangement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.String(length=80), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("state IN ('proposed', 'confirmed', 'cancelled')", name=op.f("ck_holiday_arrangement_state")),
        sa.CheckConstraint("(state = 'confirmed') = (confirmed_at IS NOT NULL)", name=op.f("ck_holiday_arrangement_confirmed_when")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holiday_arrangement")),
    )
    op.create_index("ix_holiday_arrangement_confirmed_at", "holiday_arrangement", ["confirmed_at"])
    op.add_column("application", sa.Column("late_after", sa.Date(), nullable=True))
    op.add_column("application", sa.Column("late_source", sa.String(length=160), nullable=True))
    if op.get_context().dialect.name == "postgresql":
        guard()
        audit(tuple(sorted((*SCOPED, "lapse"))))


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        audit(SCOPED)
    op.drop_column("application", "late_source")
    op.drop_column("application", "late_after")
    op.drop_table("holiday_arrangement")
    op.drop_table("lapse")
