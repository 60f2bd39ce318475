"""Messages, deliveries, an office's own words, what a person chose, and announcements with who has read them.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FACTS = ("review_path", "filing_path", "province_id", "city_id", "county_id")
PATH = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")
# name, the object it is guarded as, the column of its unit
NEW = (
    ("announcement", "announcement", ""),
    ("announcement_reading", "announcement", ""),
    ("delivery", "delivery", "unit_id"),
    ("notice_template", "template", ""),
)
# Scoped tables before this revision: an audit entry is read by whoever sees the row it is about.
SCOPED = (
    "ab_user", "application", "application_clock", "application_decision", "application_item", "application_receipt",
    "badge", "badge_host", "batch", "batch_item", "campaign", "campaign_step", "domain_record", "invitation", "job",
    "jurisdiction_grant", "post", "revocation", "sign_in_record", "sign_in_session", "site", "stored_file",
    "survey_sheet", "survey_site", "unit",
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


def condition(obj: str, unit: str, mode: str) -> str:
    def part(name: str, kind: str = "text") -> str:
        return f"((SELECT bianban_reach('{mode}', '{obj}', '{name}'))::{kind}[])"

    own = f" WHEN {unit} = ANY {part('units', 'integer')} THEN true" if unit else ""
    return (
        f"CASE WHEN review_path LIKE ANY {part('paths')} THEN true{own}"
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
    for name, obj, unit in NEW:
        see, write = (condition(obj, unit, mode) for mode in ("see", "write"))
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY bianban_see ON {name} FOR SELECT USING ({see})")
        op.execute(f"CREATE POLICY bianban_add ON {name} FOR INSERT WITH CHECK ({write})")
        op.execute(f"CREATE POLICY bianban_change ON {name} FOR UPDATE USING ({write}) WITH CHECK ({write})")
        op.execute(f"CREATE POLICY bianban_remove ON {name} FOR DELETE USING ({write})")


def audit(tables: tuple[str, ...]) -> None:
    op.execute("DROP POLICY bianban_see ON audit_entry")
    op.execute(f"CREATE POLICY bianban_see ON audit_entry FOR SELECT USING ({audit_condition(tables)})")


def upgrade() -> None:
    op.create_table(
        "announcement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("to_offices", sa.Boolean(), nullable=False),
        sa.Column("to_units", sa.Boolean(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(length=80), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=80), nullable=False),
        sa.Column("withdrawn_because", sa.String(length=200), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        *facts("announcement"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_because = '')", name=op.f('ck_announcement_withdrawn_why')),
        sa.CheckConstraint("to_offices OR to_units", name=op.f("ck_announcement_to_somebody")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_announcement_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
    )
    op.create_table(
        "notice_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=240), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sms", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        *facts("notice_template"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_notice_template_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_template")),
        sa.UniqueConstraint("office_id", "event", name=op.f("uq_notice_template_office_id_event")),
    )
    op.create_table(
        "announcement_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        *facts("announcement_reading"),
        sa.ForeignKeyConstraint(["announcement_id"], ["announcement.id"], name=op.f("fk_announcement_reading_announcement_id_announcement"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["ab_user.id"], name=op.f("fk_announcement_reading_person_id_ab_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement_reading")),
        sa.UniqueConstraint("announcement_id", "person_id", name=op.f("uq_announcement_reading_announcement_id_person_id")),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=240), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=300), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.Boolean(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["ab_user.id"], name=op.f("fk_message_person_id_ab_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("person_id", "key", name=op.f("uq_message_person_id_key")),
    )
    op.create_table(
        "notice_choice",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["ab_user.id"], name=op.f("fk_notice_choice_person_id_ab_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_notice_choice")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("office_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("recipient", sa.String(length=130), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("masked", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=240), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("params", sa.Text(), nullable=True),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("detail", sa.String(length=60), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("trail", sa.JSON(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        *facts("delivery"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("channel IN ('email', 'sms')", name=op.f('ck_delivery_channel')),
        sa.CheckConstraint("state IN ('queued', 'sent', 'delivered', 'bounced', 'refused', 'stored')", name=op.f('ck_delivery_state')),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_delivery_attempts")),
        sa.ForeignKeyConstraint(["by_id"], ["ab_user.id"], name=op.f("fk_delivery_by_id_ab_user"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_delivery_office_id_office")),
        sa.ForeignKeyConstraint(["person_id"], ["ab_user.id"], name=op.f("fk_delivery_person_id_ab_user"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_delivery_site_id_site")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_delivery_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("key", name=op.f("uq_delivery_key")),
    )
    for table in ("announcement", "announcement_reading", "notice_template"):
        for fact in FACTS:
            op.create_index(f"ix_{table}_{fact}", table, [fact, "id"], postgresql_include=[])
    asked = ("review_path", "filing_path", "unit_id")
    for fact in FACTS:
        op.create_index(
            f"ix_delivery_{fact}", "delivery", [fact, "id"], postgresql_include=[one for one in asked if one != fact]
        )
    op.create_index("ix_announcement_office_id", "announcement", ["office_id"])
    op.create_index("ix_announcement_reading_person_id", "announcement_reading", ["person_id"])
    op.create_index("ix_notice_template_office_id", "notice_template", ["office_id"])
    op.create_index("ix_delivery_unit_id", "delivery", ["unit_id"])
    op.create_index("ix_delivery_person_id", "delivery", ["person_id"])
    op.create_index("ix_delivery_state", "delivery", ["state", "id"])
    op.create_index("ix_message_person", "message", ["person_id", "id"])
    for name, columns, where in (
        ("ix_message_unread", ["person_id"], "read_at IS NULL"),
        ("ix_message_digest", ["person_id", "id"], "digest"),
    ):
        op.create_index(name, "message", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    if op.get_context().dialect.name == "postgresql":
        guard()
        audit(tuple(sorted((*SCOPED, *(name for name, _obj, _unit in NEW)))))


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        audit(SCOPED)
    for name in ("delivery", "notice_choice", "message", "announcement_reading", "notice_template", "announcement"):
        op.drop_table(name)
