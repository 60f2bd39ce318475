"""Issuing: only the registrar, only what was sent, only hosts that are free."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, update

from app.foundation import access, audit, clock
from app.foundation.database import db, transaction
from app.kernel.errors import AccessDenied, Refusal, WrongState
from app.plugins.applications.models import Application
from app.plugins.badges import service
from app.plugins.badges.models import Badge, BadgeHost
from app.plugins.registry import queries as registry_queries
from app.plugins.registry import service as registry
from app.plugins.registry import snapshot
from app.plugins.registry.models import BatchItem
from tests.plugins.registry.line import HEAD, REGISTRAR, Line


def _altered(line: Line, item: int, *, rehash: bool = False, **facts: object) -> None:
    """Change a snapshot behind the platform's back, as somebody with the database could."""
    row = line.row(BatchItem, item)
    changed = {**row.snapshot, **facts}
    values: dict[str, object] = {"snapshot": changed}
    if rehash:
        values["sha256"] = snapshot.digest(changed)
    table = BatchItem.__table__
    with db.engine.begin() as connection:
        connection.execute(update(table).where(table.c.id == item).values(**values))


def test_a_badge_is_made_from_the_snapshot(line: Line) -> None:
    item = line.reported(host="wljy.gov.cn")
    made = line.issue(item)
    badge, sent = line.row(Badge, made.id), line.row(BatchItem, item)
    assert badge.number == f"CB430070002{sent.snapshot['unit_account']}0001"
    assert (badge.state, badge.hung_at, badge.item_id) == ("issued", None, item)
    assert [host["unicode"] for host in badge.hosts] == [sent.snapshot["chinese_domain"], "wljy.gov.cn"]
    assert badge.hosts == sent.snapshot["hosts"]
    assert (badge.name, badge.organ_name, badge.sha256) == (sent.site_name, sent.organ_name, sent.sha256)
    assert badge.issuer == "0.conac."
    assert (sent.state, sent.badge_number) == ("issued", badge.number)
    assert line.row(Application, sent.application_id).state == "badged"


def test_a_badge_belongs_where_its_unit_does(line: Line) -> None:
    badge = line.row(Badge, line.issued("liuyehu", office="0.43.07.z2."))
    assert badge.number.startswith("CB430079102")
    assert (badge.review_path, badge.unit_id) == ("0.43.07.z2.", line.world.units["liuyehu"].id)


def test_the_sites_of_a_unit_are_numbered_in_order(line: Line) -> None:
    numbers = [line.row(Badge, line.issued()).number[-4:] for _ in range(3)]
    assert numbers == ["0001", "0002", "0003"]


def test_the_hanging_clock_starts_with_the_issue(line: Line) -> None:
    """Five working days from the day after (S27): Monday 24 November → Monday 1 December."""
    badge = line.row(Badge, line.issued())
    assert (badge.hang_days, badge.hang_by.isoformat()) == (5, "2014-12-01")
    running = service.hanging_clock(badge)
    assert (running.start.isoformat(), running.source, running.stopped_on) == (
        "2014-11-24",
        "办法第十四条",
        None,
    )


def test_an_offices_own_hanging_period_binds_its_units(line: Line) -> None:
    with line.system():
        line.office("0.43.07.02.").settings = {
            "clocks": {
                "hanging": {"days": 3, "firm": True, "source": "武陵区细则第三条", "reason": "区内统一要求"}
            }
        }
    badge = line.row(Badge, line.issued())
    assert (badge.hang_days, badge.hang_source) == (3, "武陵区细则第三条")


@pytest.mark.parametrize(
    "post",
    [HEAD, ("filer", "wuling"), ("reviewer", "0.43.07.02."), ("head", "0.43.07.03."), ("head", "0.43.07."),
     ("head", "0."), ("coordinator", "0.43.07.rsj."), None],
)  # fmt: skip
def test_nobody_but_the_registrar_issues(line: Line, post: tuple[str, str] | None) -> None:
    item = line.reported()
    with access.acting_as(access.system("tests", over="0.")):
        row = db.session.get_one(BatchItem, item)
    actor = line.actor(post) if post else access.ANONYMOUS
    with pytest.raises(AccessDenied), access.acting_as(actor), transaction():
        service.issue(row, actor=actor)
    assert line.read(lambda: db.session.scalar(select(func.count()).select_from(Badge))) == 0
    assert line.row(BatchItem, item).state == "pending"


@pytest.mark.parametrize("rehash", [False, True])
def test_an_altered_snapshot_is_refused(line: Line, rehash: bool) -> None:
    """Also with a fresh hash beside it: the audit record still holds the one that was sent."""
    item = line.reported(host="wljy.gov.cn")
    _altered(line, item, hosts=[{"unicode": "evil.com", "ascii": "evil.com"}], rehash=rehash)
    with pytest.raises(Refusal) as refused:
        line.issue(item)
    assert refused.value.code == "snapshot-altered"
    kept = line.row(BatchItem, item)
    assert kept.state == "pending"
    assert line.row(Application, kept.application_id).state == "reported"


def test_an_altered_hash_is_refused(line: Line) -> None:
    item = line.reported()
    table = BatchItem.__table__
    with db.engine.begin() as connection:
        connection.execute(update(table).where(table.c.id == item).values(sha256="0" * 64))
    with pytest.raises(Refusal) as refused:
        line.issue(item)
    assert refused.value.code == "snapshot-altered"


def test_a_snapshot_of_another_unit_is_refused(line: Line) -> None:
    item = line.reported(account="99999999")
    with pytest.raises(Refusal) as refused:
        line.issue(item)
    assert refused.value.code == "snapshot-other-unit"


@pytest.mark.parametrize("spelling", ["wljy.gov.cn", "WLJY.gov.cn", "ｗｌｊｙ.gov.cn"])
def test_a_host_has_one_badge_in_force(line: Line, spelling: str) -> None:
    first = line.row(Badge, line.issued(host="wljy.gov.cn"))
    item = line.reported("dingcheng", spelling, office="0.43.07.03.")
    with pytest.raises(Refusal) as refused:
        line.issue(item)
    assert refused.value.code == "host-taken"
    assert first.number in str(refused.value)
    assert line.row(BatchItem, item).state == "pending"


def test_a_suspended_badge_keeps_its_host_and_a_revoked_one_frees_it(line: Line) -> None:
    line.suspended(host="a.gov.cn")
    with pytest.raises(Refusal):
        line.issue(line.reported("wuling2", "a.gov.cn"))
    old = line.revoked("wuling", "b.gov.cn")
    again = line.issue(line.reported("wuling2", "b.gov.cn"))
    assert line.row(Badge, old).state == "revoked"
    live = line.read(
        lambda: db.session.scalars(
            select(BadgeHost.badge_id).where(BadgeHost.ascii == "b.gov.cn", BadgeHost.live)
        ).all()
    )
    assert live == [again.id]


def test_an_item_is_issued_once(line: Line) -> None:
    item = line.reported()
    line.issue(item)
    with pytest.raises(WrongState):
        line.issue(item)
    assert line.read(lambda: db.session.scalar(select(func.count()).select_from(Badge))) == 1


def test_a_returned_item_is_not_issued(line: Line) -> None:
    item = line.reported()
    with line.acting(REGISTRAR) as actor:
        registry.return_item(registry_queries.item(item), reason="核对", actor=actor)
    with pytest.raises(WrongState):
        line.issue(item)


def test_issuing_is_recorded_on_badge_item_and_application(line: Line) -> None:
    badge = line.row(Badge, line.issued())
    with access.acting_as(access.system("tests", over="0.")):
        row = db.session.get_one(Badge, badge.id)
        entry = audit.timeline(row)[0]
        item = db.session.get_one(BatchItem, badge.item_id)
        assert [one.verb for one in audit.timeline(item)] == ["item.issued"]
        assert (
            audit.timeline(db.session.get_one(Application, item.application_id))[0].verb
            == "application.badged"
        )
        assert audit.verify() == []
    assert (entry.verb, entry.after["number"]) == ("badge.issued", badge.number)
    assert "注册管理岗" in entry.post
    assert clock.localise(entry.at).date().isoformat() == "2014-11-24"
