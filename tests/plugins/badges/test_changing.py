"""A change that was approved: the badge replaced where the name changes, else amended; until then nothing changes (S32)."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.foundation import access, audit
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.kernel.errors import AccessDenied, Refusal, WrongState
from app.plugins.applications.models import Application
from app.plugins.badges import queries, service, signals
from app.plugins.badges.models import Badge, BadgeHost, Revocation
from app.plugins.registry.models import ApprovedFacts, BatchItem
from tests.plugins.registry.line import REGISTRAR, Line

BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture
def old(line: Line) -> Badge:
    """A badge in force."""
    return line.row(Badge, line.issued(host="wljy.gov.cn", site_name="武陵教育网"))


def _count(line: Line, model: type[object], *where: Any) -> int:
    return line.read(lambda: db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0)


def _live(line: Line) -> dict[str, int]:
    rows = line.read(
        lambda: db.session.execute(select(BadgeHost.ascii, BadgeHost.badge_id).where(BadgeHost.live)).all()
    )
    return {host: badge for host, badge in rows}


def _facts(line: Line, item: int) -> ApprovedFacts:
    return line.row(ApprovedFacts, line.row(BatchItem, item).facts_id)


def test_until_the_change_is_issued_the_old_badge_and_the_old_data_stand(
    line: Line, old: Badge, client: FlaskClient
) -> None:
    line.changed(old, site_name="武陵区教育局网", organ_name="武陵区教育和体育局")
    said: Any = client.get(f"/badge/{old.number}.json").json
    assert (said["state"], said["site_name"], said["organ_name"]) == ("issued", "武陵教育网", old.organ_name)
    assert _facts(line, old.item_id).stands


@pytest.mark.parametrize("database_kind", BOTH)
def test_another_name_replaces_the_badge_in_one_act(line: Line, old: Badge) -> None:
    item = line.changed(old, site_name="武陵区教育局网")
    made = line.issue(item)
    new, before = line.row(Badge, made.id), line.row(Badge, old.id)
    assert (before.state, new.state) == ("revoked", "issued")
    assert new.number != old.number and (new.name, new.former_id) == ("武陵区教育局网", old.id)
    assert new.hung_at is None and new.hang_by > new.issued_at.date()
    decided = line.read(
        lambda: db.session.scalars(select(Revocation).where(Revocation.badge_id == old.id)).one()
    )
    facts = _facts(line, item)
    assert decided.ground == 2 and "武陵区教育局网" in decided.reason
    assert (decided.decided_by, decided.decided_by_id) == (facts.approved_by, facts.approved_by_id)
    assert decided.decided_at == facts.approved_at
    assert decided.executed_by is not None and decided.executed_at == new.issued_at
    assert set(_live(line).values()) == {new.id}
    assert _facts(line, old.item_id).end_cause == "replaced" and facts.stands
    assert line.row(Application, line.row(BatchItem, item).application_id).state == "badged"


@pytest.mark.parametrize("database_kind", BOTH)
def test_the_same_name_keeps_the_number_and_takes_the_new_facts(line: Line, old: Badge) -> None:
    item = line.changed(
        old, organ_name="武陵区教育和体育局", address="武陵大道2号", english_domain="wljt.gov.cn"
    )
    line.issue(item)
    badge, sent = line.row(Badge, old.id), line.row(BatchItem, item)
    assert _count(line, Badge) == 1 and _count(line, Revocation) == 0
    assert (badge.number, badge.state, badge.item_id) == (old.number, "issued", item)
    assert (badge.organ_name, badge.organ_address) == ("武陵区教育和体育局", "武陵大道2号")
    assert badge.sha256 == sent.sha256 and badge.amended_at is not None
    assert (badge.issued_at, badge.hang_by) == (old.issued_at, old.hang_by)
    assert (sent.state, sent.badge_number) == ("issued", old.number)
    assert set(_live(line)) == {host["ascii"] for host in badge.hosts} and "wljt.gov.cn" in _live(line)
    assert _facts(line, old.item_id).end_cause == "replaced" and _facts(line, item).stands


def test_a_host_that_is_given_up_is_free_again(line: Line, old: Badge) -> None:
    line.issue(line.changed(old, english_domain="wljt.gov.cn"))
    other = line.issue(line.reported("wuling2", "wljy.gov.cn"))
    assert other.state == "issued"


@pytest.mark.parametrize("name", ["武陵教育网", "新名网"])
def test_a_host_of_somebody_elses_badge_is_refused(line: Line, old: Badge, name: str) -> None:
    line.issued("wuling2", host="other.gov.cn")
    item = line.changed(old, site_name=name, english_domain="other.gov.cn")
    with pytest.raises(Refusal) as refused:
        line.issue(item)
    assert refused.value.code == "host-taken"
    assert line.row(Badge, old.id).state == "issued"
    assert line.row(BatchItem, item).state == "pending"


def test_a_suspended_a_revoked_and_a_doomed_badge_are_not_changed(line: Line, old: Badge) -> None:
    item = line.changed(old, site_name="新名网")
    with line.acting(REGISTRAR) as actor:
        service.suspend(db.session.get_one(Badge, old.id), reason="核对", ground="verify", actor=actor)
    with pytest.raises(Refusal, match="暂停"):
        line.issue(item)
    with line.acting(REGISTRAR) as actor:
        service.resume(db.session.get_one(Badge, old.id), reason="核对无误", actor=actor)
    line.decided(old.id, ground="6")
    with pytest.raises(WrongState, match="决定已经作出"):
        line.issue(item)
    with line.acting(REGISTRAR) as actor:
        service.strike(db.session.get_one(Badge, old.id), actor=actor)
    with pytest.raises(Refusal, match="已经撤销"):
        line.issue(item)
    assert _count(line, Badge) == 1 and line.row(BatchItem, item).state == "pending"


def test_a_change_of_another_units_badge_is_refused(line: Line, old: Badge) -> None:
    former = line.row(BatchItem, old.item_id).application_id
    key = line.approved("wuling2", kind="change", former_id=former, site_name="冒名网")
    item = line.items(line.send(key))[0]
    with pytest.raises(Refusal) as refused:
        line.issue(item)
    assert refused.value.code == "change-without-badge"
    assert line.row(Badge, old.id).state == "issued"


def test_whoever_approved_the_change_does_not_carry_it_out(line: Line, old: Badge) -> None:
    """Deciding and executing are two people's (C-art.19), also where one holds both posts."""
    item = line.changed(old, site_name="新名网")
    approver = _facts(line, item).approved_by_id
    actor = line.actor(REGISTRAR)
    forged = Actor(approver, actor.name, actor.posts, username=actor.username)
    with pytest.raises(AccessDenied, match="撤销"), access.acting_as(forged), transaction():
        service.issue(db.session.get_one(BatchItem, item), actor=forged)
    assert line.row(Badge, old.id).state == "issued"


def test_a_change_after_a_change_follows_the_badge(line: Line, old: Badge) -> None:
    """Though it names the case that first got it: the number stays through changes that keep the name."""
    line.issue(line.changed(old, address="武陵大道2号"))
    made = line.issue(line.changed(old, site_name="新名网"))
    assert line.row(Badge, old.id).state == "revoked"
    assert line.row(Badge, made.id).former_id == old.id
    again = line.issue(line.changed(line.row(Badge, made.id), address="武陵大道3号"))
    assert again.id == made.id and _count(line, Badge) == 2
    stands = line.read(
        lambda: db.session.scalars(select(ApprovedFacts.id).where(ApprovedFacts.ended_at.is_(None))).all()
    )
    assert len(stands) == 1


def test_both_acts_are_recorded_and_told(line: Line, old: Badge) -> None:
    heard: list[tuple[str, str]] = []

    def on_revoked(badge: Badge, actor: Actor) -> None:
        heard.append(("revoked", badge.number))

    def on_issued(badge: Badge, actor: Actor) -> None:
        heard.append(("issued", badge.number))

    def on_amended(badge: Badge, actor: Actor) -> None:
        heard.append(("amended", badge.number))

    signals.revoked.connect(on_revoked), signals.issued.connect(on_issued)
    signals.amended.connect(on_amended)
    line.issue(line.changed(old, address="武陵大道2号"))
    made = line.issue(line.changed(old, site_name="新名网"))
    assert heard == [("amended", old.number), ("revoked", old.number), ("issued", made.number)]
    with access.acting_as(access.system("tests", over="0.")):
        verbs = [entry.verb for entry in audit.timeline(db.session.get_one(Badge, old.id))]
        newest = audit.timeline(db.session.get_one(Badge, made.id))[0]
        assert audit.verify() == []
    assert verbs == ["badge.revoked", "badge.amended", "badge.issued"]
    assert (newest.verb, newest.after["replaces"]) == ("badge.issued", old.number)


def test_the_public_page_of_the_old_badge_leads_to_the_new_one(
    line: Line, old: Badge, client: FlaskClient
) -> None:
    made = line.issue(line.changed(old, site_name="新名网"))
    page = client.get(f"/badge/{old.number}").text
    assert "已经撤销" in page and f"/badge/{made.number}" in page
    said: Any = client.get(f"/badge/{old.number}.json").json
    assert (said["state"], said["replaced_by"]) == ("revoked", made.number)


def test_an_amended_badge_says_since_when(line: Line, old: Badge, client: FlaskClient) -> None:
    line.issue(line.changed(old, address="武陵大道2号"))
    assert "信息更新时间" in client.get(f"/badge/{old.number}").text
    said: Any = client.get(f"/badge/{old.number}.json").json
    assert (said["organ_address"], said["amended_at"]) == ("武陵大道2号", "2014-11-24T09:00:00+08:00")


def test_the_change_under_way_is_found_for_those_who_see_it(line: Line, old: Badge) -> None:
    line.changed(old, site_name="新名网")
    for post, seen in ((("filer", "wuling"), True), (("head", "0.43.07.02."), True), (REGISTRAR, False)):
        actor = line.actor(post)
        with access.acting_as(actor):
            found = queries.change_of(queries.get(old.id))
        db.session.rollback()
        assert (found is not None) is seen, post
