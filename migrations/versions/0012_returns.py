"""Returns of offices with their people and copies, files of offices, bylaws, and responsible persons.

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

FACTS = ("review_path", "filing_path", "province_id", "city_id", "county_id")
PATH = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")
# name, the object it is guarded as, the column that says so where it depends on the row, the column of its unit
NEW = (
    ("bylaw", "", "obj", ""),
    ("liaison", "liaison", "", "unit_id"),
    ("office_file", "", "obj", ""),
    ("office_return", "return", "", ""),
    ("return_copy", "notice", "", ""),
    ("return_staff", "return", "", ""),
)


def facts(table: str) -> tuple[Any, ...]:
    """The jurisdiction columns of a scoped table, with their keys."""
    levels = ("province_id", "city_id", "county_id")
    return (
        sa.Column("review_path", PATH, nullable=False),
        sa.Column("filing_path", PATH, nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in levels),
        *(
            sa.ForeignKeyConstraint([name], ["office.id"], name=op.f(f"fk_{table}_{name}_office"))
            for name in levels
        ),
    )


def condition(obj: str, column: str, unit: str, mode: str) -> str:
    def part(name: str, kind: str = "text") -> str:
        if column:
            return f"(bianban_reach('{mode}', {column}, '{name}')::{kind}[])"
        return f"((SELECT bianban_reach('{mode}', '{obj}', '{name}'))::{kind}[])"

    own = f" WHEN {unit} = ANY {part('units', 'integer')} THEN true" if unit else ""
    return (
        f"CASE WHEN review_path LIKE ANY {part('paths')} THEN true{own}"
        f" ELSE coalesce(filing_path LIKE ANY {part('desks')}, false) END"
    )


def scoped() -> list[str]:
    """The scoped tables there are: those with a policy of ours, the record itself left out."""
    found = op.get_bind().scalars(
        sa.text(
            "SELECT relname FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid "
            "WHERE relnamespace = current_schema()::regnamespace AND polname = 'bianban_see' "
            "AND relname <> 'audit_entry'"
        )
    )
    return sorted(found)


def audit_condition(tables: list[str]) -> str:
    seen = " ".join(
        f"WHEN '{name}' THEN EXISTS (SELECT 1 FROM {name} WHERE {name}.id = object_id)" for name in tables
    )
    return (
        "CASE WHEN coalesce(review_path, '0.') LIKE ANY ((SELECT bianban_reach('see', 'log', 'paths'))::text[])"
        f" THEN true ELSE CASE obj {seen} ELSE false END END"
    )


def guard() -> None:
    for name, obj, column, unit in NEW:
        see, write = (condition(obj, column, unit, mode) for mode in ("see", "write"))
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY bianban_see ON {name} FOR SELECT USING ({see})")
        op.execute(f"CREATE POLICY bianban_add ON {name} FOR INSERT WITH CHECK ({write})")
        op.execute(f"CREATE POLICY bianban_change ON {name} FOR UPDATE USING ({write}) WITH CHECK ({write})")
        op.execute(f"CREATE POLICY bianban_remove ON {name} FOR DELETE USING ({write})")


def audit(tables: list[str]) -> None:
    """Who reads the record: an entry is read by whoever sees the row it is about."""
    op.execute("DROP POLICY bianban_see ON audit_entry")
    op.execute(f"CREATE POLICY bianban_see ON audit_entry FOR SELECT USING ({audit_condition(tables)})")


def upgrade() -> None:
    op.create_table(
        "office_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("obj", sa.String(length=40), nullable=False),
        sa.Column("parent_table", sa.String(length=63), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("content_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_name", sa.String(length=64), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=True),
        sa.Column("office_id", sa.Integer(), nullable=False),
        *facts("office_file"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "content_type IN ('application/pdf', 'image/jpeg', 'image/png', 'application/ofd')",
            name=op.f("ck_office_file_content_type"),
        ),
        sa.CheckConstraint(
            "obj IN ('return', 'notice', 'bylaw', 'draft_bylaw')", name=op.f("ck_office_file_obj")
        ),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_office_file_sha256_length")),
        sa.CheckConstraint("size > 0", name=op.f("ck_office_file_not_empty")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_office_file_office_id_office")),
        sa.ForeignKeyConstraint(
            ["uploaded_by"], ["ab_user.id"], name=op.f("fk_office_file_uploaded_by_ab_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_file")),
        sa.UniqueConstraint("stored_name", name=op.f("uq_office_file_stored_name")),
    )
    op.create_index("ix_office_file_office_id", "office_file", ["office_id"])
    op.create_index("ix_office_file_parent", "office_file", ["parent_table", "parent_id"])
    op.create_index("ix_office_file_uploaded_by", "office_file", ["uploaded_by"])
    op.create_table(
        "office_return",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("step_id", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("leader", sa.String(length=40), nullable=False),
        sa.Column("leader_post", sa.String(length=60), nullable=False),
        sa.Column("leader_phone", sa.Text(), nullable=False),
        sa.Column("section", sa.String(length=80), nullable=False),
        sa.Column("section_phone", sa.String(length=40), nullable=False),
        sa.Column("training", sa.Text(), nullable=False),
        sa.Column("funding", sa.Text(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by", sa.String(length=80), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_by", sa.String(length=80), nullable=False),
        sa.Column("return_reason", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        *facts("office_return"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state IN ('received', 'replaced')) = (received_at IS NOT NULL)",
            name=op.f("ck_office_return_received_when"),
        ),
        sa.CheckConstraint(
            "state <> 'returned' OR return_reason <> ''", name=op.f("ck_office_return_returned_why")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'returned', 'received', 'replaced')",
            name=op.f("ck_office_return_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('submitted', 'received', 'replaced') OR submitted_at IS NOT NULL",
            name=op.f("ck_office_return_submitted_when"),
        ),
        sa.CheckConstraint("edition >= 1", name=op.f("ck_office_return_edition")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_office_return_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_office_return_office_id_office")),
        sa.ForeignKeyConstraint(
            ["step_id"], ["campaign_step.id"], name=op.f("fk_office_return_step_id_campaign_step")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_return")),
        sa.UniqueConstraint(
            "step_id", "office_id", "edition", name=op.f("uq_office_return_step_id_office_id_edition")
        ),
    )
    op.create_index("ix_office_return_campaign_id", "office_return", ["campaign_id"])
    op.create_index("ix_office_return_office_id", "office_return", ["office_id"])
    op.create_table(
        "return_staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("post", sa.String(length=60), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        *facts("return_staff"),
        sa.ForeignKeyConstraint(
            ["return_id"],
            ["office_return.id"],
            name=op.f("fk_return_staff_return_id_office_return"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_staff")),
        sa.UniqueConstraint("return_id", "number", name=op.f("uq_return_staff_return_id_number")),
    )

    op.create_table(
        "return_copy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("desk_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("sender", sa.String(length=60), nullable=False),
        sa.Column("document", sa.String(length=60), nullable=False),
        sa.Column("addressed", sa.String(length=80), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by", sa.String(length=80), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        *facts("return_copy"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state <> 'signed' OR signed_at IS NOT NULL", name=op.f("ck_return_copy_signed_when")
        ),
        sa.CheckConstraint("state IN ('sent', 'signed', 'recalled')", name=op.f("ck_return_copy_state")),
        sa.ForeignKeyConstraint(["desk_id"], ["office.id"], name=op.f("fk_return_copy_desk_id_office")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_return_copy_office_id_office")),
        sa.ForeignKeyConstraint(
            ["return_id"], ["office_return.id"], name=op.f("fk_return_copy_return_id_office_return")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_copy")),
    )
    op.create_index("ix_return_copy_office_id", "return_copy", ["office_id"])
    op.create_index("ix_return_copy_desk_id", "return_copy", ["desk_id"])
    op.create_index("ix_return_copy_return", "return_copy", ["return_id"])
    op.create_table(
        "bylaw",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("obj", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("document", sa.String(length=60), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.String(length=80), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_because", sa.String(length=500), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        *facts("bylaw"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'draft') = (obj = 'draft_bylaw')", name=op.f("ck_bylaw_draft_is_guarded")
        ),
        sa.CheckConstraint(
            "(state = 'draft') = (published_at IS NULL)", name=op.f("ck_bylaw_published_when")
        ),
        sa.CheckConstraint(
            "state <> 'withdrawn' OR withdrawn_because <> ''", name=op.f("ck_bylaw_withdrawn_why")
        ),
        sa.CheckConstraint(
            "state = 'draft' OR (document <> '' AND effective_on IS NOT NULL)",
            name=op.f("ck_bylaw_published_whole"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'published', 'replaced', 'withdrawn')", name=op.f("ck_bylaw_state")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_bylaw_office_id_office")),
        sa.ForeignKeyConstraint(["replaces_id"], ["bylaw.id"], name=op.f("fk_bylaw_replaces_id_bylaw")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bylaw")),
    )
    op.create_index("ix_bylaw_office_id", "bylaw", ["office_id"])
    op.create_index("ix_bylaw_replaces_id", "bylaw", ["replaces_id"])
    op.create_table(
        "liaison",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("section", sa.String(length=80), nullable=False),
        sa.Column("post", sa.String(length=60), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("mobile", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("named_by", sa.String(length=80), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        *facts("liaison"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("until IS NULL OR until >= since", name=op.f("ck_liaison_days_in_order")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["ab_user.id"], name=op.f("fk_liaison_person_id_ab_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_liaison_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_liaison")),
    )
    op.create_index("ix_liaison_person_id", "liaison", ["person_id"])
    op.create_index("ix_liaison_unit_id", "liaison", ["unit_id"])
    op.create_index(
        "uq_liaison_current",
        "liaison",
        ["unit_id"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    for table, *_rest in NEW:
        for fact in FACTS:
            op.create_index(f"ix_{table}_{fact}", table, [fact, "id"], postgresql_include=[])
    if op.get_context().dialect.name == "postgresql":
        guard()
        audit(scoped())


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        gone = {name for name, *_rest in NEW}
        audit([name for name in scoped() if name not in gone])
    for name in ("liaison", "bylaw", "return_copy", "return_staff", "office_return", "office_file"):
        op.drop_table(name)
