"""The outbox of jobs, leases and the marks of the schedules.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATES = ("waiting", "handed", "running", "done", "dead", "cancelled")
FACTS = ("review_path", "filing_path", "province_id", "city_id", "county_id")
# Scoped tables as they are from here on: an audit entry is read by whoever sees the row it is about.
SCOPED = (
    "ab_user", "application", "application_clock", "application_decision", "application_item", "application_receipt",
    "badge", "badge_host", "batch", "batch_item", "campaign", "campaign_step", "domain_record", "invitation", "job",
    "jurisdiction_grant", "post", "revocation", "sign_in_record", "sign_in_session", "site", "stored_file",
    "survey_sheet", "survey_site", "unit",
)  # fmt: skip
PATH = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")


def condition(mode: str) -> str:
    def part(name: str) -> str:
        return f"((SELECT bianban_reach('{mode}', 'job', '{name}'))::text[])"

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


def _guard() -> None:
    see, write = condition("see"), condition("write")
    op.execute("ALTER TABLE job ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE job FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY bianban_see ON job FOR SELECT USING ({see})")
    op.execute(f"CREATE POLICY bianban_add ON job FOR INSERT WITH CHECK ({write})")
    op.execute(f"CREATE POLICY bianban_change ON job FOR UPDATE USING ({write}) WITH CHECK ({write})")
    op.execute(f"CREATE POLICY bianban_remove ON job FOR DELETE USING ({write})")


def _audit(tables: tuple[str, ...]) -> None:
    op.execute("DROP POLICY bianban_see ON audit_entry")
    op.execute(f"CREATE POLICY bianban_see ON audit_entry FOR SELECT USING ({audit_condition(tables)})")


def upgrade() -> None:
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=96), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "schedule_mark",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_schedule_mark")),
    )
    listed = ", ".join(f"'{state}'" for state in STATES)
    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("queue", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=300), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("done_count", sa.Integer(), nullable=False),
        sa.Column("total_count", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("cancel_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result_name", sa.String(length=160), nullable=False),
        sa.Column("result_file", sa.String(length=64), nullable=False),
        sa.Column("result_type", sa.String(length=100), nullable=False),
        sa.Column("result_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("review_path", PATH, nullable=False),
        sa.Column("filing_path", PATH, nullable=True),
        sa.Column("province_id", sa.Integer(), nullable=True),
        sa.Column("city_id", sa.Integer(), nullable=True),
        sa.Column("county_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(f"state IN ({listed})", name=op.f("ck_job_state")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_job_attempts")),
        sa.ForeignKeyConstraint(["city_id"], ["office.id"], name=op.f("fk_job_city_id_office")),
        sa.ForeignKeyConstraint(["county_id"], ["office.id"], name=op.f("fk_job_county_id_office")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_job_office_id_office")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["ab_user.id"], name=op.f("fk_job_person_id_ab_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["province_id"], ["office.id"], name=op.f("fk_job_province_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index("uq_job_kind_key", "job", ["kind", "key"], unique=True)
    op.create_index("ix_job_turn", "job", ["state", "queue", "office_id", "due_at", "id"])
    op.create_index("ix_job_person", "job", ["person_id", "id"])
    op.create_index("ix_job_done", "job", ["state", "done_at"])
    op.create_index("ix_job_office_id", "job", ["office_id"])
    for fact in FACTS:
        op.create_index(f"ix_job_{fact}", "job", [fact, "id"])
    if op.get_context().dialect.name == "postgresql":
        _guard()
        _audit(SCOPED)


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        _audit(tuple(name for name in SCOPED if name != "job"))
    op.drop_table("job")
    op.drop_table("schedule_mark")
    op.drop_table("lease")
