"""Reporting and returning: who may, in which state, and what is frozen."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.foundation import access, audit
from app.foundation.database import db, transaction
from app.kernel.errors import AccessDenied, Invalid, WrongState
from app.plugins.applications.models import Application
from app.plugins.registry import queries, service, signals, snapshot
from app.plugins.registry.models import ApprovedFacts, Batch, BatchItem
from tests.plugins.registry.line import HEAD, PRIVATE, REGISTRAR, Line

OTHERS = {
    "owner": ("filer", "wuling"),
    "clerk": ("clerk", "0.43.07.02."),
    "reviewer": ("reviewer", "0.43.07.02."),
    "admin": ("admin", "0.43.07.02."),
    "sibling": ("head", "0.43.07.03."),
    "parent": ("head", "0.43.07."),
    "centre": ("head", "0."),
    "desk": ("egov", "0.43.07.02.egov."),
}


def _as(line: Line, who: str) -> access.Actor:
    if who == "stranger":
        return access.ANONYMOUS
    return line.actor({"head": HEAD, "registrar": REGISTRAR, **OTHERS}[who])


def test_the_head_reports_approved_sites_as_one_frozen_batch(line: Line) -> None:
    first, second = line.approved(), line.approved("wuling2")
    batch = line.send(first, second)
    kept = line.row(Batch, batch.id)
    assert (kept.number, kept.size, kept.review_path) == ("BS430070002-2014-001", 2, "0.43.07.02.")
    assert [line.row(Application, key).state for key in (first, second)] == ["reported", "reported"]
    for key in line.items(batch):
        item = line.row(BatchItem, key)
        application = line.row(Application, item.application_id)
        assert item.state == "pending"
        assert snapshot.intact(item.snapshot, item.sha256)
        assert item.snapshot["unit_account"] == application.account
        assert item.snapshot["office_path"] == item.review_path == "0.43.07.02."
        assert item.unit_id == application.unit_id


def test_a_snapshot_holds_the_public_facts_and_nothing_about_people(line: Line) -> None:
    item = line.row(BatchItem, line.reported())
    assert set(item.snapshot) == {
        "version", "unit_account", "track", "organ_name", "organ_type", "organ_address", "organ_functions", "kind",
        "site_name", "chinese_domain", "english_domain", "office_path", "office_name", "office_segment", "hosts",
        "former_badge",
    }  # fmt: skip
    written = json.dumps(item.snapshot, ensure_ascii=False)
    assert not [value for value in PRIVATE.values() if value in written]


def test_a_zone_reports_with_the_digits_of_its_own_setting(line: Line) -> None:
    batch = line.send(line.approved("liuyehu"), office="0.43.07.z2.")
    assert batch.number == "BS430079102-2014-001"
    assert line.row(BatchItem, line.items(batch)[0]).snapshot["office_segment"] == "9102"


def test_the_portal_keeps_its_own_filing_desk_on_the_item(line: Line) -> None:
    """S8: the site's desk, not the unit's."""
    key = line.approved("municipal", site=line.world.portal)
    item = line.row(BatchItem, line.items(line.send(key, office="0.43.07."))[0])
    assert item.filing_path == "0.43.07.zfwz."


def test_batches_are_numbered_by_office_and_year(line: Line) -> None:
    numbers = [line.send(line.approved()).number for _ in range(2)]
    other = line.send(line.approved("dingcheng"), office="0.43.07.03.").number
    assert numbers == ["BS430070002-2014-001", "BS430070002-2014-002"]
    assert other == "BS430070003-2014-001"


@pytest.mark.parametrize("who", [*OTHERS, "registrar", "stranger"])
def test_nobody_else_reports(line: Line, who: str) -> None:
    key = line.approved()
    with access.acting_as(access.system("tests", over="0.")):
        office, application = line.office("0.43.07.02."), db.session.get_one(Application, key)
    actor = _as(line, who)
    with pytest.raises(AccessDenied), access.acting_as(actor), transaction():
        service.send_batch(office, [application], actor=actor)
    assert line.read(lambda: db.session.scalar(select(func.count()).select_from(Batch))) == 0
    assert line.row(Application, key).state == "approved"


def test_a_head_does_not_slip_another_offices_site_into_a_batch(line: Line) -> None:
    own, foreign = line.approved(), line.approved("dingcheng")
    with access.acting_as(access.system("tests", over="0.")):
        office = line.office("0.43.07.02.")
        sites = [db.session.get_one(Application, key) for key in (own, foreign)]
    actor = line.actor(HEAD)
    with pytest.raises(AccessDenied), access.acting_as(actor), transaction():
        service.send_batch(office, sites, actor=actor)
    both = line.actor(HEAD, ("head", "0.43.07.03."))
    with pytest.raises(Invalid), access.acting_as(both), transaction():
        service.send_batch(office, sites, actor=both)
    assert line.row(Application, own).state == "approved"


@pytest.mark.parametrize("state", ["paper_review", "awaiting_paper", "refused", "reported", "badged"])
def test_only_approved_sites_are_reported(line: Line, state: str) -> None:
    key, good = line.approved(state=state), line.approved()
    with pytest.raises(WrongState):
        line.send(good, key)
    assert line.row(Application, good).state == "approved"


def test_an_empty_and_an_oversized_batch_are_refused(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Invalid) as empty:
        line.send()
    assert empty.value.findings[0].field == "applications"
    monkeypatch.setattr("app.plugins.registry.rules.BATCH_LARGEST", 1)
    with pytest.raises(Invalid):
        line.send(line.approved(), line.approved())


def test_what_was_approved_before_facts_were_kept_is_frozen_when_it_is_reported(line: Line) -> None:
    key = line.approved(frozen=False)
    item = line.row(BatchItem, line.items(line.send(key))[0])
    facts = line.row(ApprovedFacts, item.facts_id)
    assert (facts.application_id, facts.sha256, facts.approved_by) == (key, item.sha256, "审核负责人")


def test_one_of_them_whose_domain_cannot_be_used_is_not_reported(line: Line) -> None:
    key = line.approved(frozen=False, english_domain="not a host", site_name="坏域名网")
    with pytest.raises(Invalid) as refused:
        line.send(key)
    assert "坏域名网" in str(refused.value.findings[0])
    assert line.row(Application, key).state == "approved"


def test_later_changes_of_the_application_do_not_reach_the_snapshot(line: Line) -> None:
    item = line.reported()
    with line.system():
        db.session.get_one(BatchItem, item).application.english_domain = "evil.gov.cn"
    assert "evil.gov.cn" not in json.dumps(line.row(BatchItem, item).snapshot)


def test_the_registrar_returns_an_item_and_it_may_be_sent_again(line: Line) -> None:
    item = line.reported()
    with line.acting(REGISTRAR, at="2014-11-25T10:00") as actor:
        service.return_item(queries.item(item), reason=" 英文域名请核对 ", actor=actor)
    kept = line.row(BatchItem, item)
    assert (kept.state, kept.return_reason) == ("returned", "英文域名请核对")
    assert line.row(Application, kept.application_id).state == "approved"
    again = line.items(line.send(kept.application_id))
    assert again != [item] and line.row(BatchItem, again[0]).state == "pending"
    assert line.row(BatchItem, item).state == "returned"


@pytest.mark.parametrize("who", ["head", *OTHERS, "stranger"])
def test_nobody_else_returns(line: Line, who: str) -> None:
    item = line.reported()
    with access.acting_as(access.system("tests", over="0.")):
        row = db.session.get_one(BatchItem, item)
    actor = _as(line, who)
    with pytest.raises(AccessDenied), access.acting_as(actor), transaction():
        service.return_item(row, reason="理由", actor=actor)
    assert line.row(BatchItem, item).state == "pending"


@pytest.mark.parametrize("reason", ["", "  \n", "长" * 1001])
def test_a_return_says_why(line: Line, reason: str) -> None:
    item = line.reported()
    with pytest.raises(Invalid) as refused, line.acting(REGISTRAR) as actor:
        service.return_item(queries.item(item), reason=reason, actor=actor)
    assert refused.value.findings[0].field == "reason"
    assert line.row(BatchItem, item).state == "pending"


def test_what_is_decided_is_not_returned(line: Line) -> None:
    item = line.reported()
    line.issue(item)
    with pytest.raises(WrongState), line.acting(REGISTRAR) as actor:
        service.return_item(queries.item(item), reason="理由", actor=actor)
    assert line.row(BatchItem, item).state == "issued"


def test_an_application_waits_in_one_batch_only(line: Line) -> None:
    """The database refuses a second live item even where a verb would not."""
    item = line.row(BatchItem, line.reported())
    with pytest.raises(IntegrityError), line.system():
        copy = BatchItem(
            batch_id=item.batch_id, application_id=item.application_id, organ_name="x", site_name="x",
            facts_id=item.facts_id, snapshot=item.snapshot, sha256=item.sha256, state="pending", return_reason="",
        )  # fmt: skip
        db.session.add(copy)


def test_the_audit_record_keeps_each_hash_and_every_verb(line: Line) -> None:
    item = line.row(BatchItem, line.reported())
    with access.acting_as(access.system("tests", over="0.")):
        batch = db.session.get_one(Batch, item.batch_id)
        assert service.recorded_hashes(batch) == {str(item.application_id): item.sha256}
        assert [entry.verb for entry in audit.timeline(batch)] == ["batch.sent"]
        assert audit.verify() == []


@pytest.fixture
def heard() -> Iterator[list[tuple[str, str]]]:
    found: list[tuple[str, str]] = []

    def on_sent(row: Batch, actor: access.Actor) -> None:
        found.append(("sent", row.number))

    def on_returned(row: BatchItem, actor: access.Actor) -> None:
        found.append(("returned", row.return_reason))

    signals.batch_sent.connect(on_sent)
    signals.item_returned.connect(on_returned)
    yield found
    signals.batch_sent.disconnect(on_sent)
    signals.item_returned.disconnect(on_returned)


def test_both_verbs_are_told(line: Line, heard: list[tuple[str, str]]) -> None:
    item = line.reported()
    with line.acting(REGISTRAR) as actor:
        service.return_item(queries.item(item), reason="核对", actor=actor)
    assert heard == [("sent", "BS430070002-2014-001"), ("returned", "核对")]


def test_to_do_counts_reach_only_whose_they_are(line: Line) -> None:
    line.approved(), line.approved("dingcheng")
    counts = {}
    for who in ("head", "registrar", *OTHERS):
        actor = _as(line, who)
        with access.acting_as(actor):
            counts[who] = queries.count_reportable(actor)
    assert counts.pop("head") == counts.pop("sibling") == 1
    assert set(counts.values()) == {0}
