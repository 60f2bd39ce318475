"""What was approved, frozen at the approval; seal dates; badges that follow a change; results and stop orders.

What was reported before is frozen from what was reported; what was approved and not reported yet is frozen when it is.

Revision ID: 0016
Revises: 0015
"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from migrations.row_security import FACTS, check, every_row, facts, guard, key, open_record

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KINDS = "'opening', 'requalification', 'change'"
NEW = (("approved_facts", "badge"), ("result_notice", "result"), ("stop_order", "result"))
KEPT = "application_id, round, kind, organ_name, site_name, snapshot, sha256, approved_at, approved_by"
SAYS = "approved facts do not change"
ONE_SUBJECT = (
    "(decision_id IS NULL) <> (lapse_id IS NULL) AND (decision_id IS NULL) = (application_id IS NULL)"
)


def unit_facts(table: str) -> tuple[Any, ...]:
    """The jurisdiction columns of a unit's table, with their keys."""
    return (sa.Column("unit_id", sa.Integer(), nullable=False), *facts(table), key(table, "unit_id", "unit"))


def keep(dialect: str) -> None:
    """Approved facts neither change nor go; that they end is written once."""
    if dialect == "postgresql":
        op.execute(
            "CREATE FUNCTION approved_facts_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{SAYS}'; END $$"
        )
    for name, event, when in (
        ("no_update", f"UPDATE OF {KEPT}", ""),
        ("end_once", "UPDATE OF ended_at, end_cause", "WHEN (OLD.ended_at IS NOT NULL) "),
        ("no_delete", "DELETE", ""),
    ):
        does = (
            f"FOR EACH ROW {when}EXECUTE FUNCTION approved_facts_refuse()"
            if dialect == "postgresql"
            else f"{when}BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"
        )
        op.execute(f"CREATE TRIGGER approved_facts_{name} BEFORE {event} ON approved_facts {does}")


def approved_facts() -> None:
    op.create_table(
        "approved_facts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("organ_name", sa.String(length=120), nullable=False),
        sa.Column("site_name", sa.String(length=60), nullable=False),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_by", sa.String(length=80), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_cause", sa.String(length=16), nullable=True),
        *unit_facts("approved_facts"),
        check("approved_facts", "kind", f"kind IN ({KINDS})"),
        check(
            "approved_facts",
            "end_cause",
            "end_cause IS NULL OR end_cause IN ('reopened', 'replaced', 'revoked')",
        ),
        check("approved_facts", "ended_because", "(ended_at IS NULL) = (end_cause IS NULL)"),
        check("approved_facts", "sha256_length", "length(sha256) = 64"),
        check("approved_facts", "of_a_round", "round > 0"),
        key("approved_facts", "application_id", "application"),
        key("approved_facts", "approved_by_id", "ab_user", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approved_facts")),
        sa.UniqueConstraint("application_id", "round", name=op.f("uq_approved_facts_application_id_round")),
    )
    indexes("approved_facts")
    op.create_index("ix_approved_facts_organ_name", "approved_facts", ["organ_name"])
    op.create_index("ix_approved_facts_site_name", "approved_facts", ["site_name"])


def indexes(table: str) -> None:
    for fact in FACTS:
        op.create_index(f"ix_{table}_{fact}", table, [fact, "id"], postgresql_include=[])
    op.create_index(f"ix_{table}_unit_id", table, ["unit_id"])


def subject(table: str) -> tuple[Any, ...]:
    """What a notice or an order rests on, and what it copies."""
    return (
        sa.Column("application_id", sa.Integer(), nullable=True),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("lapse_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("organ_name", sa.String(length=120), nullable=False),
        sa.Column("site_name", sa.String(length=60), nullable=False),
        sa.Column("chinese_domain", sa.String(length=255), nullable=False),
        sa.Column("english_domain", sa.String(length=255), nullable=False),
        sa.Column("office_name", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        *unit_facts(table),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        check(table, "one_subject", ONE_SUBJECT),
        key(table, "application_id", "application"),
        key(table, "decision_id", "application_decision"),
        key(table, "lapse_id", "lapse"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def results() -> None:
    op.create_table(
        "result_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=8), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("exchange_number", sa.String(length=60), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("sent_by", sa.String(length=80), nullable=False),
        *subject("result_notice"),
        check("result_notice", "recipient", "recipient IN ('conac', 'cnnic')"),
        check("result_notice", "outcome", "outcome IN ('passed', 'refused', 'lapsed', 'recalled')"),
        check("result_notice", "kind", f"kind IN ({KINDS})"),
        check("result_notice", "state", "state IN ('waiting', 'sent', 'void')"),
        check("result_notice", "sent_when", "(state = 'sent') = (sent_on IS NOT NULL)"),
        check("result_notice", "sent_under_a_number", "sent_on IS NULL OR exchange_number <> ''"),
        sa.UniqueConstraint("decision_id", "recipient", name=op.f("uq_result_notice_decision_id_recipient")),
        sa.UniqueConstraint("lapse_id", "recipient", name=op.f("uq_result_notice_lapse_id_recipient")),
    )
    op.create_table(
        "stop_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=16), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("judged_by_id", sa.Integer(), nullable=True),
        sa.Column("judged_by", sa.String(length=80), nullable=False),
        sa.Column("judged_reason", sa.Text(), nullable=False),
        sa.Column("conac_number", sa.String(length=60), nullable=False),
        sa.Column("conac_sent_on", sa.Date(), nullable=True),
        sa.Column("cnnic_number", sa.String(length=60), nullable=False),
        sa.Column("cnnic_sent_on", sa.Date(), nullable=True),
        sa.Column("stopped_on", sa.Date(), nullable=True),
        sa.Column("stopped_note", sa.Text(), nullable=False),
        *subject("stop_order"),
        check("stop_order", "cause", "cause IN ('refused', 'lapse', 'opening')"),
        check("stop_order", "state", "state IN ('proposed', 'confirmed', 'sent', 'done', 'dismissed')"),
        check("stop_order", "cause_of_its_subject", "(cause = 'lapse') = (lapse_id IS NOT NULL)"),
        check("stop_order", "some_domain", "chinese_domain <> '' OR english_domain <> ''"),
        check("stop_order", "judged_when", "(state = 'proposed') = (judged_at IS NULL)"),
        check("stop_order", "dismissed_why", "state <> 'dismissed' OR judged_reason <> ''"),
        check(
            "stop_order",
            "sent_to_both",
            "state NOT IN ('sent', 'done') OR (conac_sent_on IS NOT NULL AND cnnic_sent_on IS NOT NULL)",
        ),
        check("stop_order", "conac_under_a_number", "(conac_sent_on IS NULL) = (conac_number = '')"),
        check("stop_order", "cnnic_under_a_number", "(cnnic_sent_on IS NULL) = (cnnic_number = '')"),
        check("stop_order", "done_when", "(state = 'done') = (stopped_on IS NOT NULL)"),
        key("stop_order", "judged_by_id", "ab_user", ondelete="SET NULL"),
        sa.UniqueConstraint("decision_id", name=op.f("uq_stop_order_decision_id")),
        sa.UniqueConstraint("lapse_id", name=op.f("uq_stop_order_lapse_id")),
    )
    for table in ("result_notice", "stop_order"):
        indexes(table)
        op.create_index(f"ix_{table}_application_id", table, ["application_id"])
        op.create_index(f"ix_{table}_review_path_state", table, ["review_path", "state"])


REPORTED = """
SELECT item.id, item.application_id, item.unit_id, item.review_path, item.filing_path, item.province_id, item.city_id,
       item.county_id, item.organ_name, item.site_name, item.snapshot, item.sha256, item.state,
       application.round, application.kind, application.paper_reviewed_at, application.paper_reviewer_id, batch.sent_at,
       badge.state AS badge_state, badge.state_since,
       (SELECT decided_by FROM application_decision WHERE application_decision.application_id = item.application_id
        AND outcome = 'approved' ORDER BY id DESC LIMIT 1) AS approved_by
FROM batch_item AS item JOIN application ON application.id = item.application_id JOIN batch ON batch.id = item.batch_id
LEFT JOIN badge ON badge.item_id = item.id
ORDER BY item.application_id, CASE item.state WHEN 'returned' THEN 1 ELSE 0 END, item.id DESC
"""
FREEZE = """
INSERT INTO approved_facts (application_id, round, kind, organ_name, site_name, snapshot, sha256, approved_at,
  approved_by_id, approved_by, ended_at, end_cause, unit_id, review_path, filing_path, province_id, city_id, county_id)
VALUES (:application_id, :round, :kind, :organ_name, :site_name, :snapshot, :sha256, :approved_at, :approved_by_id,
  :approved_by, :ended_at, :end_cause, :unit_id, :review_path, :filing_path, :province_id, :city_id, :county_id)
"""


def freeze_reported() -> None:
    """One row of approved facts for each application that was reported, from the item that stands, else the last."""
    connection = op.get_bind()
    frozen: set[int] = set()
    for row in connection.execute(sa.text(REPORTED)).mappings().all():
        if row["application_id"] not in frozen:
            frozen.add(row["application_id"])
            revoked = row["badge_state"] == "revoked"
            text = row["snapshot"] if isinstance(row["snapshot"], str) else json.dumps(row["snapshot"])
            values = {name: row[name] for name in (*FACTS, "unit_id", "application_id", "kind", "sha256")} | {
                "round": max(row["round"], 1),
                "organ_name": row["organ_name"],
                "site_name": row["site_name"],
                "snapshot": text,
                "approved_at": row["paper_reviewed_at"] or row["sent_at"],
                "approved_by_id": row["paper_reviewer_id"],
                "approved_by": row["approved_by"] or "",
                "ended_at": row["state_since"] if revoked else None,
                "end_cause": "revoked" if revoked else None,
            }
            connection.execute(sa.text(FREEZE), values)
    connection.execute(
        sa.text(
            "UPDATE batch_item SET facts_id = (SELECT id FROM approved_facts "
            "WHERE approved_facts.application_id = batch_item.application_id)"
        )
    )


def upgrade() -> None:
    dialect = op.get_context().dialect.name
    approved_facts()
    op.add_column("application_decision", sa.Column("sealed_on", sa.Date(), nullable=True))
    with op.batch_alter_table("badge") as table:
        table.add_column(sa.Column("former_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("amended_at", sa.DateTime(timezone=True), nullable=True))
        table.create_foreign_key(op.f("fk_badge_former_id_badge"), "badge", ["former_id"], ["id"])
        table.create_unique_constraint(op.f("uq_badge_former_id"), ["former_id"])
    op.add_column("batch_item", sa.Column("facts_id", sa.Integer(), nullable=True))
    with every_row():
        freeze_reported()
    with op.batch_alter_table("batch_item") as table:
        table.alter_column("facts_id", nullable=False)
        table.create_foreign_key(
            op.f("fk_batch_item_facts_id_approved_facts"), "approved_facts", ["facts_id"], ["id"]
        )
        table.create_index(op.f("ix_batch_item_facts_id"), ["facts_id"])
    keep(dialect)
    results()
    for table, obj in NEW:
        guard(table, obj)
    open_record()


def downgrade() -> None:
    open_record(without=[name for name, _obj in NEW])
    op.drop_table("stop_order")
    op.drop_table("result_notice")
    with op.batch_alter_table("batch_item") as table:
        table.drop_index(op.f("ix_batch_item_facts_id"))
        table.drop_constraint(op.f("fk_batch_item_facts_id_approved_facts"), type_="foreignkey")
        table.drop_column("facts_id")
    with op.batch_alter_table("badge") as table:
        table.drop_constraint(op.f("uq_badge_former_id"), type_="unique")
        table.drop_constraint(op.f("fk_badge_former_id_badge"), type_="foreignkey")
        table.drop_column("amended_at")
        table.drop_column("former_id")
    op.drop_column("application_decision", "sealed_on")
    op.drop_table("approved_facts")
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION approved_facts_refuse()")
