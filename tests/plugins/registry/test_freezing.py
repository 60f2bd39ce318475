"""What is approved is frozen in that very act, once: it neither changes nor goes, and is what is reported."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from app.foundation import access, audit
from app.foundation.database import db
from app.kernel.errors import Refusal
from app.plugins.applications import service as applications
from app.plugins.applications.models import Application
from app.plugins.badges.models import Badge
from app.plugins.registry import freezing, queries, snapshot
from app.plugins.registry import service as registry
from app.plugins.registry.models import ApprovedFacts, BatchItem
from tests.plugins.registry.line import HEAD, PRIVATE, REGISTRAR, Line

BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


def _frozen(line: Line, application: int) -> list[ApprovedFacts]:
    query = (
        select(ApprovedFacts).where(ApprovedFacts.application_id == application).order_by(ApprovedFacts.id)
    )
    return line.read(lambda: list(db.session.scalars(query).all()))


def _under_review(line: Line, **facts: Any) -> int:
    key = line.approved(frozen=False, state="paper_review", **facts)
    with line.system():
        application = db.session.get_one(Application, key)
        application.paper_reviewer_id = application.paper_reviewed_at = None
    return key


def _approve(line: Line, key: int) -> None:
    with line.acting(HEAD) as actor:
        applications.approve(db.session.get_one(Application, key), actor=actor, words="同意。")


def test_approving_freezes_what_the_public_may_read(line: Line) -> None:
    key = _under_review(line, site_name="武陵教育网", english_domain="wljy.gov.cn")
    _approve(line, key)
    facts = _frozen(line, key)[0]
    application = line.row(Application, key)
    assert (facts.round, facts.kind, facts.site_name) == (1, "requalification", "武陵教育网")
    assert facts.sha256 == snapshot.digest(facts.snapshot)
    assert facts.snapshot["unit_account"] == application.account
    assert [host["ascii"] for host in facts.snapshot["hosts"]][-1] == "wljy.gov.cn"
    assert (facts.approved_by_id, facts.approved_at) == (
        application.paper_reviewer_id,
        application.paper_reviewed_at,
    )
    assert (facts.review_path, facts.unit_id, facts.stands) == (
        "0.43.07.02.",
        application.unit_id,
        True,
    )
    written = json.dumps(facts.snapshot, ensure_ascii=False)
    assert not [value for value in PRIVATE.values() if value in written]


def test_the_record_keeps_the_hash(line: Line) -> None:
    key = _under_review(line)
    _approve(line, key)
    with access.acting_as(access.system("tests", over="0.")):
        facts = db.session.scalars(select(ApprovedFacts).where(ApprovedFacts.application_id == key)).one()
        entry = audit.timeline(facts)[0]
        assert (entry.verb, entry.after["sha256"]) == ("facts.frozen", facts.sha256)
        assert audit.verify() == []


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"chinese_domain": "", "english_domain": ""}, "snapshot-no-host"),
        ({"site_name": "  "}, "snapshot-unnamed"),
        ({"english_domain": "not a host"}, "domain-characters"),
        ({"kind": "change"}, "change-without-badge"),
    ],
)
def test_what_cannot_be_frozen_is_not_approved(line: Line, facts: dict[str, object], code: str) -> None:
    if facts.get("kind") == "change":
        facts = {**facts, "former_id": line.approved()}
    key = _under_review(line, **facts)
    with pytest.raises(Refusal) as refused:
        _approve(line, key)
    assert refused.value.code == code
    assert line.row(Application, key).state == "paper_review"
    assert _frozen(line, key) == []


def test_a_change_names_the_badge_it_is_of(line: Line) -> None:
    badge = line.row(Badge, line.issued())
    former = line.row(BatchItem, badge.item_id).application_id
    key = _under_review(line, kind="change", former_id=former, site_name="新名网")
    _approve(line, key)
    frozen = _frozen(line, key)[0].snapshot
    assert (frozen["kind"], frozen["former_badge"]) == ("change", badge.number)


def test_a_batch_carries_exactly_what_was_frozen(line: Line) -> None:
    key = _under_review(line)
    _approve(line, key)
    with line.system():
        db.session.get_one(Application, key).organ_name = "后来改的名称"
    item = line.row(BatchItem, line.items(line.send(key))[0])
    facts = _frozen(line, key)[0]
    assert (item.facts_id, item.snapshot, item.sha256) == (facts.id, facts.snapshot, facts.sha256)
    assert item.organ_name != "后来改的名称"


def _behind_the_back(statement: str) -> None:
    with db.engine.connect().execution_options(as_owner=True) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT set_config('bianban.all', 'on', true)"))
        connection.execute(text(statement))
        connection.commit()


@pytest.mark.parametrize("database_kind", BOTH)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE approved_facts SET sha256 = '0'",
        "UPDATE approved_facts SET snapshot = '{}'",
        "UPDATE approved_facts SET site_name = 'x', approved_by = 'y'",
        "DELETE FROM approved_facts",
    ],
)
def test_the_database_itself_lets_nobody_change_them(line: Line, statement: str) -> None:
    key = line.approved()
    with pytest.raises(DatabaseError, match="approved facts do not change"):
        _behind_the_back(statement)
    assert len(_frozen(line, key)) == 1


@pytest.mark.parametrize("database_kind", BOTH)
def test_that_they_end_is_said_once(line: Line) -> None:
    key = line.approved()
    with line.system():
        freezing.end(db.session.scalars(select(ApprovedFacts)).one(), "reopened")
    first = _frozen(line, key)[0]
    assert (first.end_cause, first.stands) == ("reopened", False)
    with line.system():
        freezing.end(db.session.scalars(select(ApprovedFacts)).one(), "revoked")
    assert _frozen(line, key)[0].end_cause == "reopened"
    with pytest.raises(DatabaseError, match="approved facts do not change"):
        _behind_the_back("UPDATE approved_facts SET ended_at = NULL, end_cause = NULL")


def test_an_office_that_moves_takes_them_along(line: Line) -> None:
    """What was frozen stays; where it belongs follows (the row's own facts are not kept)."""
    key = line.approved()
    before = _frozen(line, key)[0]
    _behind_the_back("UPDATE approved_facts SET review_path = '0.43.07.09.'")
    assert _frozen(line, key)[0].sha256 == before.sha256


def test_facts_altered_in_spite_of_all_are_not_reported(line: Line) -> None:
    key = line.approved()
    _behind_the_back("DROP TRIGGER approved_facts_no_update")
    _behind_the_back('UPDATE approved_facts SET snapshot = \'{"site_name": "x"}\'')
    with pytest.raises(Refusal) as refused:
        line.send(key)
    assert refused.value.code == "facts-altered"
    assert line.row(Application, key).state == "approved"


def test_reopening_ends_them_and_the_next_approval_freezes_anew(line: Line) -> None:
    item = line.reported()
    key = line.row(BatchItem, item).application_id
    with line.acting(REGISTRAR) as actor:
        registry.return_item(queries.item(item), reason="名称有误", actor=actor)
    with line.acting(HEAD) as actor:
        applications.reopen(
            db.session.get_one(Application, key), ["name-irregular"], "名称请更正。", actor=actor
        )
    assert [one.end_cause for one in _frozen(line, key)] == ["reopened"]
    with line.system():
        application = db.session.get_one(Application, key)
        first = line.actor(("reviewer", "0.43.07.")).person_id
        application.state, application.round, application.site_name = "paper_review", 2, "更正网"
        application.first_reviewer_id = first
    _approve(line, key)
    facts = _frozen(line, key)
    assert [(one.round, one.stands) for one in facts] == [(1, False), (2, True)]
    assert line.row(BatchItem, line.items(line.send(key))[0]).site_name == "更正网"


def test_revoking_a_badge_ends_what_stands_approved(line: Line) -> None:
    line.revoked()
    assert line.read(lambda: db.session.scalars(select(ApprovedFacts.end_cause)).all()) == ["revoked"]


def test_who_sees_them(line: Line) -> None:
    line.approved()
    posts = {
        ("filer", "wuling"): 1, ("filer", "dingcheng"): 0, ("auditor", "0.43.07.02."): 1, HEAD: 1,
        ("head", "0.43.07.03."): 0, ("head", "0.43.07."): 1, REGISTRAR: 1, ("egov", "0.43.07.02.egov."): 0,
    }  # fmt: skip
    for post, expected in posts.items():
        with access.acting_as(line.actor(post)):
            seen = db.session.scalar(select(func.count()).select_from(ApprovedFacts))
        db.session.rollback()
        assert seen == expected, post
    with access.acting_as(access.ANONYMOUS):
        assert db.session.scalar(select(func.count()).select_from(ApprovedFacts)) == 1
