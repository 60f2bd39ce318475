"""Campaigns issued online, their numbered changes, extended dates, urging and receipts.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

FACTS = ("review_path", "filing_path", "province_id", "city_id", "county_id")
PATH = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")
# name and the object it is guarded as
NEW = (
    ("campaign_change", "campaign"),
    ("campaign_draft", "drafting"),
    ("campaign_receipt", "drafting"),
    ("campaign_urge", "drafting"),
)
# Scoped tables before this revision: an audit entry is read by whoever sees the row it is about.
SCOPED = (
    "ab_user", "announcement", "announcement_reading", "application", "application_clock", "application_decision",
    "application_item", "application_receipt", "badge", "badge_host", "batch", "batch_item", "campaign",
    "campaign_step", "delivery", "domain_record", "invitation", "job", "jurisdiction_grant", "notice_template", "post",
    "revocation", "sign_in_record", "sign_in_session", "site", "stored_file", "survey_sheet", "survey_site", "unit",
    "import_batch", "import_file", "import_line", "aggregate_snapshot", "aggregate_version",  # taken by the revisions between
)
KINDS_BEFORE = ("survey", "return", "filing", "finish")
KINDS = ("survey", "return", "filing", "review", "paper", "hanging", "finish")


def facts(table: str) -> tuple[Any, ...]:
    """The jurisdiction columns of an office's own table, with their keys."""
    levels = ("province_id", "city_id", "county_id")
    return (
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("review_path", PATH, nullable=False),
        sa.Column("filing_path", PATH, nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in levels),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f(f"fk_{table}_office_id_office")),
        *(sa.ForeignKeyConstraint([name], ["office.id"], name=op.f(f"fk_{table}_{name}_office")) for name in levels),
    )


def stamps() -> tuple[Any, ...]:
    return (
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    )


def key(table: str, column: str, to: str) -> Any:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))


def condition(obj: str, mode: str) -> str:
    def part(name: str, kind: str = "text") -> str:
        return f"((SELECT bianban_reach('{mode}', '{obj}', '{name}'))::{kind}[])"

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
    for name, obj in NEW:
        see, write = (condition(obj, mode) for mode in ("see", "write"))
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY bianban_see ON {name} FOR SELECT USING ({see})")
        op.execute(f"CREATE POLICY bianban_add ON {name} FOR INSERT WITH CHECK ({write})")
        op.execute(f"CREATE POLICY bianban_change ON {name} FOR UPDATE USING ({write}) WITH CHECK ({write})")
        op.execute(f"CREATE POLICY bianban_remove ON {name} FOR DELETE USING ({write})")


def audit(tables: tuple[str, ...]) -> None:
    op.execute("DROP POLICY bianban_see ON audit_entry")
    op.execute(f"CREATE POLICY bianban_see ON audit_entry FOR SELECT USING ({audit_condition(tables)})")


def listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{one}'" for one in values)


def upgrade() -> None:
    with op.batch_alter_table("campaign") as table:
        table.add_column(sa.Column("text", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("carries_out", sa.String(length=60), nullable=False, server_default=""))
    with op.batch_alter_table("campaign") as table:
        table.alter_column("text", server_default=None)
        table.alter_column("carries_out", server_default=None)
    with op.batch_alter_table("campaign_step") as table:
        table.add_column(sa.Column("first_due", sa.Date(), nullable=True))
        table.add_column(sa.Column("extended_because", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("campaign_step") as table:
        table.alter_column("extended_because", server_default=None)
        table.drop_constraint(op.f("ck_campaign_step_kind"), type_="check")
        table.create_check_constraint(op.f("ck_campaign_step_kind"), f"kind IN ({listed(KINDS)})")
        table.drop_constraint(op.f("ck_campaign_step_exception_has_reason"), type_="check")
        table.create_check_constraint(
            op.f("ck_campaign_step_exception_has_reason"), "NOT exception OR reason <> ''"
        )
        table.create_check_constraint(
            op.f("ck_campaign_step_extended_why"), "(first_due IS NULL) = (extended_because = '')"
        )
    op.create_table(
        "campaign_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        *facts("campaign_change"),
        *stamps(),
        sa.CheckConstraint("number > 0", name=op.f("ck_campaign_change_numbered")),
        key("campaign_change", "campaign_id", "campaign"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_change")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_campaign_change_campaign_id_number")),
    )
    op.create_table(
        "campaign_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("amends_id", sa.Integer(), nullable=True),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("document", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("short_title", sa.String(length=80), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("carries_out", sa.String(length=60), nullable=False),
        sa.Column("seal_source", sa.String(length=80), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("annexes", sa.JSON(), nullable=False),
        sa.Column("groups", sa.JSON(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        *facts("campaign_draft"),
        sa.Column("version", sa.Integer(), nullable=False),
        *stamps(),
        sa.CheckConstraint("state IN ('draft', 'issued', 'withdrawn')", name=op.f("ck_campaign_draft_state")),
        sa.CheckConstraint("(state = 'issued') = (campaign_id IS NOT NULL)", name=op.f("ck_campaign_draft_issued_as")),
        key("campaign_draft", "amends_id", "campaign"),
        key("campaign_draft", "campaign_id", "campaign"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_draft")),
    )
    op.create_table(
        "campaign_urge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("step_id", sa.Integer(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.String(length=80), nullable=False),
        *facts("campaign_urge"),
        *stamps(),
        key("campaign_urge", "campaign_id", "campaign"),
        key("campaign_urge", "step_id", "campaign_step"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_urge")),
    )
    op.create_table(
        "campaign_receipt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("urge_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("reader_id", sa.Integer(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_by", sa.String(length=80), nullable=False),
        *facts("campaign_receipt"),
        *stamps(),
        sa.CheckConstraint("(unit_id IS NULL) <> (reader_id IS NULL)", name=op.f("ck_campaign_receipt_of_one")),
        sa.CheckConstraint("(read_at IS NULL) = (read_by = '')", name=op.f("ck_campaign_receipt_read_by_whom")),
        key("campaign_receipt", "campaign_id", "campaign"),
        key("campaign_receipt", "urge_id", "campaign_urge"),
        key("campaign_receipt", "unit_id", "unit"),
        key("campaign_receipt", "reader_id", "office"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_receipt")),
    )
    for table, _obj in NEW:
        op.create_index(f"ix_{table}_office_id", table, ["office_id"])
        for fact in FACTS:
            op.create_index(f"ix_{table}_{fact}", table, [fact, "id"], postgresql_include=[])
    for table, column in (
        ("campaign_draft", "amends_id"),
        ("campaign_draft", "campaign_id"),
        ("campaign_urge", "campaign_id"),
        ("campaign_receipt", "urge_id"),
        ("campaign_receipt", "unit_id"),
        ("campaign_receipt", "reader_id"),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column])
    op.create_index("ix_campaign_receipt_campaign", "campaign_receipt", ["campaign_id", "change", "urge_id"])
    if op.get_context().dialect.name == "postgresql":
        guard()
        audit(tuple(sorted((*SCOPED, *(name for name, _obj in NEW)))))


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        audit(SCOPED)
    for name in ("campaign_receipt", "campaign_urge", "campaign_draft", "campaign_change"):
        op.drop_table(name)
    # What the older program has no word for goes: steps of the new kinds, and exceptions that are no local dates.
    op.execute(f"DELETE FROM campaign_step WHERE kind NOT IN ({listed(KINDS_BEFORE)})")
    op.execute("UPDATE campaign_step SET exception = false, reason = '' WHERE exception AND sets_id IS NULL")
    with op.batch_alter_table("campaign_step") as table:
        table.drop_constraint(op.f("ck_campaign_step_extended_why"), type_="check")
        table.drop_constraint(op.f("ck_campaign_step_exception_has_reason"), type_="check")
        table.create_check_constraint(
            op.f("ck_campaign_step_exception_has_reason"),
            "NOT exception OR (sets_id IS NOT NULL AND reason <> '')",
        )
        table.drop_constraint(op.f("ck_campaign_step_kind"), type_="check")
        table.create_check_constraint(op.f("ck_campaign_step_kind"), f"kind IN ({listed(KINDS_BEFORE)})")
        table.drop_column("extended_because")
        table.drop_column("first_due")
    with op.batch_alter_table("campaign") as table:
        table.drop_column("carries_out")
        table.drop_column("text")
