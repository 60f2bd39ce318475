"""What is told and proposed when something is decided, and who sends, confirms, dismisses and closes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation import access, audit, clock, jobs
from app.foundation.database import db, transaction
from app.kernel.errors import AccessDenied, Invalid, WrongState
from app.plugins.applications import service as applications
from app.plugins.applications.models import Application
from app.plugins.campaigns.models import Campaign
from app.plugins.lapses import service as lapses
from app.plugins.lapses.models import Lapse
from app.plugins.registry import queries as registry_queries
from app.plugins.registry import service as registry
from app.plugins.results import gateway, queries, service
from app.plugins.results.models import ResultNotice, StopOrder
from tests.plugins.registry.line import HEAD, PRIVATE, REGISTRAR
from tests.plugins.results.conftest import Desk

CLERK = ("clerk", "0.43.07.02.")
TODAY = date(2014, 11, 24)
BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
OTHERS = {
    "owner": ("filer", "wuling"), "auditor": ("auditor", "0.43.07.02."), "sibling": ("head", "0.43.07.03."),
    "parent": ("head", "0.43.07."), "centre": ("head", "0."), "egov": ("egov", "0.43.07.02.egov."),
    "registrar": REGISTRAR, "admin": ("admin", "0.43.07.02."),
}  # fmt: skip


def _by(desk: Desk, post: tuple[str, str], model: type[Any], key: int, verb: Callable[..., Any]) -> Any:
    with desk.line.acting(post) as actor:
        return verb(db.session.get_one(model, key), actor)


def confirm(
    desk: Desk, order: StopOrder, post: tuple[str, str] = HEAD, reason: str = "", checked: bool = True
) -> None:
    _by(
        desk, post, StopOrder, order.id,
        lambda row, actor: service.confirm(row, reason=reason, checked=checked, actor=actor),
    )  # fmt: skip


def send(
    desk: Desk, order: StopOrder, to: str, number: str = "武编函1号", day: date = TODAY, post: Any = CLERK
) -> None:
    _by(desk, post, StopOrder, order.id, lambda row, actor: service.send(row, to, number, day, actor=actor))


def test_an_approval_is_told_to_cnnic_alone(desk: Desk) -> None:
    """CONAC gets the batch (P-3.5)."""
    key = desk.approved()
    told = desk.notices(key)
    assert [(one.recipient, one.outcome, one.state) for one in told] == [("cnnic", "passed", "waiting")]
    application = desk.line.row(Application, key)
    assert (told[0].site_name, told[0].english_domain, told[0].number) == (
        application.site_name, application.english_domain, application.number,
    )  # fmt: skip
    assert (told[0].decided_on, told[0].office_name, told[0].review_path) == (
        TODAY, "0.43.07.02.", "0.43.07.02.",
    )  # fmt: skip
    assert not desk.orders(key)


def test_a_refused_requalification_is_told_to_both_and_asks_for_a_stop_order(desk: Desk) -> None:
    key = desk.refused()
    assert [(one.recipient, one.outcome) for one in desk.notices(key)] == [
        ("conac", "refused"), ("cnnic", "refused"),
    ]  # fmt: skip
    order = desk.order(key)
    assert (order.cause, order.state, order.judged_at) == ("refused", "proposed", None)
    assert "应加盖单位公章" in order.reason and "材料未加盖单位公章" in order.reason
    with access.acting_as(desk.line.actor(HEAD)):
        assert queries.waiting(desk.line.actor(HEAD)).to_decide == 1


def test_after_a_refused_opening_the_order_is_only_proposed(desk: Desk) -> None:
    key = desk.refused(kind="opening")
    assert len(desk.notices(key)) == 2
    assert (desk.order(key).cause, desk.order(key).state) == ("opening", "proposed")
    with access.acting_as(desk.line.actor(HEAD)):
        assert queries.waiting(desk.line.actor(HEAD)).to_decide == 0
    with pytest.raises(Invalid) as refused:
        confirm(desk, desk.order(key))
    assert refused.value.findings[0].field == "reason"
    confirm(desk, desk.order(key), reason="该域名冒用机关名义。")
    assert desk.order(key).state == "confirmed"


def test_a_refused_change_asks_for_none(desk: Desk) -> None:
    """The old badge and the old data stand (S32)."""
    key = desk.refused(kind="change", former_id=desk.line.approved())
    assert len(desk.notices(key)) == 2 and not desk.orders(key)


def test_a_site_without_a_name_has_nothing_to_stop(desk: Desk) -> None:
    key = desk.refused(chinese_domain="", english_domain="")
    assert len(desk.notices(key)) == 2 and not desk.orders(key)


def test_a_return_and_an_ineligible_one_tell_nobody(desk: Desk) -> None:
    for verb, codes in (
        (applications.return_, ["incomplete"]),
        (applications.declare_ineligible, ["not-public"]),
    ):
        key = desk.line.approved(frozen=False, state="submitted")
        with desk.line.system():
            row = db.session.get_one(Application, key)
            row.first_reviewer_id = row.paper_reviewer_id = row.paper_reviewed_at = None
        _by(
            desk, ("reviewer", "0.43.07.02."), Application, key,
            lambda row, actor, verb=verb, codes=codes: verb(row, codes, "请核对。", actor=actor),
        )  # fmt: skip
        assert not desk.notices(key) and not desk.orders(key)


def _reopen(desk: Desk, key: int) -> None:
    item = desk.line.items(desk.line.send(key))[0]
    with desk.line.acting(REGISTRAR) as actor:
        registry.return_item(registry_queries.item(item), reason="有误", actor=actor)
    _by(
        desk, HEAD, Application, key,
        lambda row, actor: applications.reopen(row, ["incomplete"], "请更正。", actor=actor),
    )  # fmt: skip


def test_a_reopened_approval_that_was_not_told_yet_is_not_told(desk: Desk) -> None:
    key = desk.approved()
    _reopen(desk, key)
    assert [(one.outcome, one.state) for one in desk.notices(key)] == [("passed", "void")]


@pytest.mark.parametrize("database_kind", BOTH)
def test_a_reopened_approval_that_was_told_is_taken_back(desk: Desk) -> None:
    key = desk.approved()
    _sent(desk, desk.notices(key))
    _reopen(desk, key)
    assert [(one.outcome, one.state) for one in desk.notices(key)] == [
        ("passed", "sent"), ("recalled", "waiting"),
    ]  # fmt: skip


def _sent(
    desk: Desk, rows: Any, number: str = "武编函〔2014〕1号", day: date = TODAY, post: Any = CLERK
) -> None:
    with desk.line.acting(post) as actor:
        found = [db.session.get_one(ResultNotice, row.id) for row in rows]
        service.mark_sent(found, number, day, actor=actor)


@pytest.mark.parametrize("database_kind", BOTH)
def test_one_letter_tells_several_results(desk: Desk) -> None:
    rows = [*desk.notices(desk.approved()), *desk.notices(desk.refused())]
    _sent(desk, rows)
    for row in rows:
        kept = desk.line.row(ResultNotice, row.id)
        assert (kept.state, kept.exchange_number, kept.sent_on) == ("sent", "武编函〔2014〕1号", TODAY)
        assert kept.sent_by


def test_what_is_sent_is_sent_once_and_all_or_nothing(desk: Desk) -> None:
    first, second = desk.notices(desk.refused())
    _sent(desk, [first])
    with pytest.raises(WrongState):
        _sent(desk, [second, first])
    assert desk.line.row(ResultNotice, second.id).state == "waiting"


@pytest.mark.parametrize(
    ("number", "day"), [("", TODAY), ("1", date(2014, 11, 23)), ("1", date(2014, 11, 25))]
)
def test_a_sending_without_number_or_on_a_wrong_day_is_refused(desk: Desk, number: str, day: date) -> None:
    rows = desk.notices(desk.approved())
    with pytest.raises(Invalid):
        _sent(desk, rows, number, day)
    assert desk.line.row(ResultNotice, rows[0].id).state == "waiting"


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_sends_results(desk: Desk, who: str) -> None:
    row = desk.notices(desk.approved())[0]
    with access.acting_as(access.system("tests", over="0.")):
        kept = db.session.get_one(ResultNotice, row.id)
    actor = desk.line.actor(OTHERS[who])
    with pytest.raises(AccessDenied), access.acting_as(actor), transaction():
        service.mark_sent([kept], "1", TODAY, actor=actor)
    assert desk.line.row(ResultNotice, row.id).state == "waiting"


@pytest.mark.parametrize("database_kind", BOTH)
def test_an_order_goes_its_way(desk: Desk) -> None:
    order = desk.order(desk.refused())
    confirm(desk, order)
    kept = desk.line.row(StopOrder, order.id)
    assert (kept.state, kept.judged_by != "") == ("confirmed", True)
    send(desk, order, "conac", "武编函1号")
    assert desk.line.row(StopOrder, order.id).state == "confirmed"
    with pytest.raises(WrongState):
        send(desk, order, "conac", "武编函2号")
    send(desk, order, "cnnic", "武编函2号")
    kept = desk.line.row(StopOrder, order.id)
    assert (kept.state, kept.conac_number, kept.cnnic_number) == ("sent", "武编函1号", "武编函2号")
    _by(
        desk,
        CLERK,
        StopOrder,
        order.id,
        lambda row, actor: service.finish(row, TODAY, "复函确认。", actor=actor),
    )
    kept = desk.line.row(StopOrder, order.id)
    assert (kept.state, kept.stopped_on, kept.stopped_note) == ("done", TODAY, "复函确认。")
    with access.acting_as(access.system("tests", over="0.")):
        verbs = [entry.verb for entry in audit.timeline(db.session.get_one(StopOrder, order.id))]
        assert audit.verify() == []
    assert verbs == ["stop.done", "stop.sent", "stop.sent", "stop.confirmed", "stop.proposed"]


def test_confirming_needs_a_look(desk: Desk) -> None:
    order = desk.order(desk.refused())
    with pytest.raises(Invalid) as refused:
        confirm(desk, order, checked=False)
    assert refused.value.findings[0].field == "checked"
    confirm(desk, order)
    with pytest.raises(WrongState):
        confirm(desk, order)


@pytest.mark.parametrize("who", [*OTHERS, "clerk", "reviewer"])
def test_nobody_but_the_head_confirms_or_dismisses(desk: Desk, who: str) -> None:
    order = desk.order(desk.refused())
    with access.acting_as(access.system("tests", over="0.")):
        kept = db.session.get_one(StopOrder, order.id)
    actor = desk.line.actor({"clerk": CLERK, "reviewer": ("reviewer", "0.43.07.02."), **OTHERS}[who])
    for verb in (
        lambda: service.confirm(kept, reason="理由", checked=True, actor=actor),
        lambda: service.dismiss(kept, reason="理由", actor=actor),
    ):
        with pytest.raises(AccessDenied), access.acting_as(actor), transaction():
            verb()
    assert desk.line.row(StopOrder, order.id).state == "proposed"


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_sends_or_closes_an_order(desk: Desk, who: str) -> None:
    order = desk.order(desk.refused())
    confirm(desk, order)
    with access.acting_as(access.system("tests", over="0.")):
        kept = db.session.get_one(StopOrder, order.id)
    actor = desk.line.actor(OTHERS[who])
    for verb in (
        lambda: service.send(kept, "conac", "1", TODAY, actor=actor),
        lambda: service.finish(kept, TODAY, "", actor=actor),
    ):
        with pytest.raises(AccessDenied), access.acting_as(actor), transaction():
            verb()
    assert desk.line.row(StopOrder, order.id).conac_sent_on is None


def _dismiss(desk: Desk, order: StopOrder, reason: str = "网站已重新通过审核。") -> None:
    _by(desk, HEAD, StopOrder, order.id, lambda row, actor: service.dismiss(row, reason=reason, actor=actor))


def test_dismissing_says_why_and_is_possible_until_something_left(desk: Desk) -> None:
    first, second = desk.order(desk.refused()), desk.order(desk.refused("wuling2"))
    with pytest.raises(Invalid):
        _dismiss(desk, first, " ")
    _dismiss(desk, first)
    assert desk.line.row(StopOrder, first.id).state == "dismissed"
    confirm(desk, second)
    send(desk, second, "cnnic")
    with pytest.raises(WrongState):
        _dismiss(desk, second)
    assert desk.line.row(StopOrder, second.id).state == "confirmed"


def test_a_site_that_has_passed_since_is_not_stopped(desk: Desk) -> None:
    key = desk.refused(english_domain="wljy.gov.cn")
    with desk.line.system():
        db.session.get_one(StopOrder, desk.order(key).id).proposed_at = clock.now().replace(year=2013)
    desk.approved(english_domain="WLJY.gov.cn", kind="opening")
    with pytest.raises(WrongState) as refused:
        confirm(desk, desk.order(key))
    assert refused.value.code == "passed-since"
    _dismiss(desk, desk.order(key))


def test_nothing_about_the_two_people_is_told(desk: Desk) -> None:
    key = desk.refused()
    rows = [*desk.notices(key), desk.order(key)]
    kept = " ".join(str(value) for row in rows for value in vars(row).values())
    assert not [value for value in PRIVATE.values() if value in kept]


class Wire:
    """A registry that is told without paper."""

    automatic = True

    def __init__(self) -> None:
        self.taken: list[gateway.Letter] = []

    def deliver(self, letter: gateway.Letter) -> str:
        self.taken.append(letter)
        return f"电{len(self.taken)}"


@pytest.fixture
def wire(app: Flask) -> Any:
    made = Wire()
    gateway.use(app, "cnnic", made)
    yield made
    gateway.use(app, "cnnic", gateway.Paper())


def test_what_leaves_by_itself_leaves_through_the_outbox(app: Flask, desk: Desk, wire: Wire) -> None:
    key = desk.refused()
    assert wire.taken == []  # nothing leaves in the transaction of its cause
    order = desk.order(key)
    confirm(desk, order)
    jobs.run_due(app)
    conac, cnnic = desk.notices(key)
    assert (conac.state, cnnic.state, cnnic.exchange_number) == ("waiting", "sent", "电1")
    kept = desk.line.row(StopOrder, order.id)
    assert (kept.state, kept.conac_number, kept.cnnic_number) == ("confirmed", "", "电2")
    assert [one.what for one in wire.taken] == ["refused", "stop"]
    assert wire.taken[0].domains == tuple(filter(None, (cnnic.chinese_domain, cnnic.english_domain)))
    jobs.run_due(app)
    assert len(wire.taken) == 2


def test_on_paper_nothing_leaves_by_itself(app: Flask, desk: Desk) -> None:
    desk.refused()
    jobs.run_due(app)
    waiting = desk.line.read(lambda: db.session.scalars(select(ResultNotice.state)).all())
    assert set(waiting) == {"waiting"}


@pytest.mark.parametrize("database_kind", BOTH)
def test_a_confirmed_lapse_is_told_and_asks_for_a_stop_order(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S26; the head who confirmed it is asked once more before the names stop."""
    line = desk.line
    monkeypatch.setattr(lapses, "_ensure_still", lambda _row: None)
    with line.system():
        site = line.world.portal
        assert site is not None
        campaign = _campaign(line)
        row = Lapse(
            site_id=site.id, campaign_id=campaign, state="candidate", organ_name="常德市人民政府", site_name=site.name,
            due=date(2014, 11, 25), source="通知第三条", listed_at=clock.now(),
        )  # fmt: skip
        db.session.merge(site).english_domain = "changde.gov.cn"
        db.session.add(row)
        db.session.flush()
        key = row.id
    _by(
        desk, ("head", "0.43.07."), Lapse, key,
        lambda one, actor: lapses.confirm(one, reason="多次催办未提交。", checked=True, actor=actor),
    )  # fmt: skip
    told = line.read(lambda: db.session.scalars(select(ResultNotice).order_by(ResultNotice.id)).all())
    assert [(one.recipient, one.outcome, one.lapse_id) for one in told] == [
        ("conac", "lapsed", key), ("cnnic", "lapsed", key),
    ]  # fmt: skip
    order = line.read(lambda: db.session.scalars(select(StopOrder)).one())
    assert (order.cause, order.english_domain, order.reason) == (
        "lapse",
        "changde.gov.cn",
        "多次催办未提交。",
    )
    confirm(desk, order, ("head", "0.43.07."))
    assert line.row(StopOrder, order.id).state == "confirmed"


def _campaign(line: Any) -> int:
    office = line.office("0.43.07.")
    row = Campaign(
        office_id=office.id, document="常编办发〔2014〕9号", title="通知", short_title="通知", issued_on=date(2014, 11, 10),
        folder="430700", body="notice.md",
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row.id
