"""The verbs: who may take which step, what a locked version keeps, how versions roll up."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from app.foundation import access
from app.foundation.audit.models import AuditEntry
from app.foundation.database import AS_OWNER, db, transaction
from app.foundation.tenancy.models import Grant
from app.kernel.errors import AccessDenied, Invalid, NotSeen, Refusal, Stale, WrongState
from app.plugins.aggregates import queries, seen, service
from app.plugins.aggregates.models import AggregateVersion
from app.plugins.surveys import service as surveys
from app.plugins.surveys.models import SurveySheet
from tests.plugins.aggregates.conftest import As
from tests.plugins.aggregates.steps import locked, place, read, received, reported


def test_a_first_version_is_locked_with_what_is_in_and_what_is_missing(acting: As) -> None:
    pk = locked(acting, "430702")
    found = read(acting, "wuling.clerk", pk)
    assert found["state"] == "locked"
    assert found["totals"]["expected"] > found["totals"]["received"] > 0
    with acting("wuling.clerk") as actor:
        content = queries.stored(queries.get(pk, actor))
    assert content.digest == found["digest"]
    assert len(content.sheets) == found["totals"]["received"]
    assert {one.unit_name for one in content.missing}.isdisjoint(one.unit_name for one in content.sheets)
    assert all(one.due for one in content.missing if one.nature == "organ"), "the county's own date (S16)"


def test_no_person_is_named_in_it(acting: As) -> None:
    pk = locked(acting, "430702")
    with acting("wuling.clerk") as actor:
        plain = str(queries.stored(queries.get(pk, actor)).plain())
        for sheet in db.session.scalars(select(SurveySheet).where(SurveySheet.review_path == "0.43.07.02.")):
            for kept in (sheet.leader, sheet.contact, sheet.phone, sheet.email):
                assert not kept or kept not in plain


def test_a_locked_version_does_not_change_with_the_sheets(acting: As) -> None:
    pk = locked(acting, "430702")
    before = read(acting, "wuling.clerk", pk)
    with acting("wuling.clerk") as actor:
        sheet = db.session.scalars(
            select(SurveySheet).where(
                SurveySheet.review_path == "0.43.07.02.", SurveySheet.state == "submitted"
            )
        ).first()
        assert sheet is not None
        surveys.return_(sheet, "网站个数与列出的不一致。", actor=actor)
    assert read(acting, "wuling.clerk", pk) == before
    with acting("wuling.clerk") as actor:
        assert len(queries.stored(queries.get(pk, actor)).sheets) == before["totals"]["received"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE aggregate_snapshot SET content = '{}'",
        "DELETE FROM aggregate_snapshot",
        "UPDATE aggregate_version SET digest = 'x'",
        "UPDATE aggregate_version SET totals = '{}'",
        "DELETE FROM aggregate_version",
    ],
)
def test_the_database_itself_keeps_what_was_locked(acting: As, statement: str) -> None:
    locked(acting, "430702")
    with (
        pytest.raises(DatabaseError, match="does not change"),
        db.engine.connect().execution_options(**AS_OWNER) as connection,
        connection.begin(),
    ):
        connection.execute(text(statement))


def test_what_was_tampered_with_is_not_used(acting: As) -> None:
    pk = locked(acting, "430702")
    with db.engine.connect().execution_options(**AS_OWNER) as connection, connection.begin():
        connection.execute(text("DROP TRIGGER aggregate_snapshot_no_update"))
        connection.execute(
            text("UPDATE aggregate_snapshot SET content = json_set(content, '$.sheets[0].unit_name', '甲')")
        )
    with acting("wuling.clerk") as actor, pytest.raises(Refusal) as refused:
        queries.stored(queries.get(pk, actor))
    assert refused.value.code == "aggregate-tampered"


def test_one_version_at_a_time_is_prepared(acting: As) -> None:
    with acting("wuling.clerk") as actor:
        service.prepare(place(actor), actor=actor)
    with acting("wuling.clerk") as actor, pytest.raises(WrongState) as refused:
        service.prepare(place(actor), actor=actor)
    assert refused.value.code == "aggregate-draft-open"


def test_a_correction_says_what_it_corrects(acting: As) -> None:
    locked(acting, "430702")
    with acting("wuling.clerk") as actor:
        pk = service.prepare(place(actor), actor=actor).id
    with acting("wuling.clerk") as actor:
        row = queries.get(pk, actor)
        assert row.number == 2
        with pytest.raises(Invalid) as invalid:
            service.lock(row, seen.place_of(row, actor), "  ", actor=actor)
        assert invalid.value.findings[0].field == "note"
        service.lock(row, seen.place_of(row, actor), "补报两家。", actor=actor)


def test_only_the_newest_is_reported(acting: As) -> None:
    first = locked(acting, "430702")
    locked(acting, "430702", "补报两家。")
    with acting("wuling.head") as actor, pytest.raises(WrongState) as refused:
        service.report(queries.get(first, actor), actor=actor)
    assert refused.value.code == "aggregate-not-latest"


def test_a_stale_page_changes_nothing(acting: As) -> None:
    pk = locked(acting, "430702")
    with acting("wuling.head") as actor, pytest.raises(Stale):
        service.report(queries.get(pk, actor), actor=actor, version=1)


EARLIER = date(2014, 11, 20)
# transition → who may
MAY = {
    "lock": {"wuling.clerk", "wuling.head"},
    "report": {"wuling.head"},
    "withdraw": {"wuling.head"},
    "receive": {"changde.clerk", "changde.head"},
    "return": {"changde.clerk", "changde.head"},
    "share": {"wuling.head"},
}
EVERYBODY = (
    "wuling.clerk", "wuling.head", "changde.clerk", "changde.head", "dingcheng.reviewer", "dingcheng.head", "hunan.head", "changde.egov", "hunan.auditor", "changde.admin",
)  # fmt: skip


def _take(step: str, row: AggregateVersion, actor: access.Actor) -> None:
    if step == "lock":
        service.lock(row, seen.place_of(row, actor), "", actor=actor)
    elif step == "return":
        service.return_(row, "请补报后重新上报。", actor=actor)
    else:
        getattr(service, step)(row, actor=actor)


@pytest.mark.parametrize("step", MAY)
def test_each_step_is_taken_by_those_whose_it_is_and_nobody_else(acting: As, step: str) -> None:
    _share_wuling()
    if step == "lock":
        with acting("wuling.clerk") as actor:
            pk = service.prepare(place(actor), actor=actor).id
    elif step in ("report", "share"):
        pk = locked(acting, "430702")
    else:
        pk = reported(acting, "430702")
    could = set()
    for username in EVERYBODY:
        try:
            with acting(username) as actor:
                _take(step, queries.get(pk, actor), actor)
                could.add(username)
                raise RuntimeError("taken back")
        except (AccessDenied, NotSeen):
            pass
        except RuntimeError:
            db.session.expunge_all()
    assert could == MAY[step] & set(EVERYBODY)


def _share_wuling() -> None:
    """A document shares Wuling's figures with the city's e-government desk too."""
    with access.acting_as(access.system("tests", over="0.")), transaction():
        db.session.add(
            Grant(
                holder_path="0.43.07.egov.", relation="shares", how="at", where_path="0.43.07.02.",
                since=EARLIER, document="测试", granted_by_id=None,
            )
        )  # fmt: skip


def test_a_returned_version_is_corrected_by_a_new_one(acting: As) -> None:
    pk = reported(acting, "430702")
    with acting("changde.clerk") as actor:
        with pytest.raises(Invalid):
            service.return_(queries.get(pk, actor), " ", actor=actor)
        service.return_(queries.get(pk, actor), "漏报一家。", actor=actor)
    assert read(acting, "wuling.clerk", pk)["state"] == "returned"
    with acting("wuling.head") as actor, pytest.raises(WrongState):
        service.report(queries.get(pk, actor), actor=actor)
    newer = received(acting, "430702", "430700", "补报漏报的一家。")
    assert read(acting, "changde.clerk", newer)["state"] == "received"


def test_lower_versions_roll_up_without_anybody_retyping(acting: As) -> None:
    wuling = received(acting, "430702", "430700")
    reported(acting, "430703")  # handed up, not received: named as not in
    wuling_digest, below = (read(acting, "changde.clerk", wuling)[one] for one in ("digest", "totals"))
    city = locked(acting, "430700")
    with acting("changde.clerk") as actor:
        content = queries.stored(queries.get(city, actor))
        lower = {line.office: line for line in content.lower}
        assert lower["430702"].version_id == wuling
        assert lower["430702"].digest == wuling_digest
        assert (lower["430703"].taken, lower["430703"].state) == (False, "reported")
        assert lower["430721"].state == "none"
        assert content.totals.expected == content.own.expected + below["expected"]
        assert content.totals.sites == content.own.sites + below["sites"]


def test_cities_roll_into_the_province(acting: As) -> None:
    received(acting, "430702", "430700")
    city = received(acting, "430700", "430000")
    province = locked(acting, "430000")
    with acting("hunan.head") as actor:
        row = queries.get(province, actor)
        tree = queries.tree(row, deep=True)
    assert [one.office for one in tree] == ["430000", "430700", "430702"]
    assert row.totals == read(acting, "hunan.head", city)["totals"], (
        "the province has no units of its own here"
    )


def test_a_newer_version_below_does_not_change_what_was_locked_above(acting: As) -> None:
    first = received(acting, "430702", "430700")
    city = locked(acting, "430700")
    second = received(acting, "430702", "430700", "补报。")
    with acting("changde.clerk") as actor:
        taken = {line.office: line.version_id for line in queries.stored(queries.get(city, actor)).lower}
        assert taken["430702"] == first
    newer = locked(acting, "430700", "计入武陵区更正后的汇总。")
    with acting("changde.clerk") as actor:
        taken = {line.office: line.version_id for line in queries.stored(queries.get(newer, actor)).lower}
        assert taken["430702"] == second


def test_an_office_further_above_neither_receives_nor_returns(acting: As) -> None:
    pk = reported(acting, "430702")
    with acting("hunan.head") as actor:
        row = queries.get(pk, actor)
        with pytest.raises(AccessDenied) as refused:
            service.receive(row, actor=actor)
    assert refused.value.code == "aggregate-other-upper"


def test_shared_with_egov_until_it_is_taken_back(acting: As) -> None:
    pk = locked(acting, "430700")
    with acting("changde.egov") as actor, pytest.raises(NotSeen):
        queries.get(pk, actor)
    with acting("changde.head") as actor:
        service.share(queries.get(pk, actor), actor=actor)
    with acting("changde.egov") as actor:
        row = queries.get(pk, actor)
        assert queries.stored(row).sheets
        assert not any(
            access.can(actor, "aggregate", act, row) for act in ("aggregate", "publish", "receive", "history")
        )
    with acting("changde.head") as actor:
        with pytest.raises(Invalid):
            service.unshare(queries.get(pk, actor), "", actor=actor)
        service.unshare(queries.get(pk, actor), "市电子政务办不再需要。", actor=actor)
    with acting("changde.egov") as actor, pytest.raises(NotSeen):
        queries.get(pk, actor)


def test_where_no_document_shares_nothing_is_shared(acting: As) -> None:
    pk = locked(acting, "430702")
    with acting("wuling.head") as actor, pytest.raises(Refusal) as refused:
        service.share(queries.get(pk, actor), actor=actor)
    assert refused.value.code == "aggregate-shared-with-nobody"


def test_a_share_ends_with_its_grant(acting: As, app: Flask) -> None:
    pk = locked(acting, "430700")
    with acting("changde.head") as actor:
        service.share(queries.get(pk, actor), actor=actor)
    with access.acting_as(access.system("tests", over="0.")), transaction():
        grant = db.session.scalars(
            select(Grant).where(Grant.relation == "shares", Grant.where_path == "0.43.07.")
        ).one()
        grant.stopped_on = EARLIER
    with acting("changde.egov") as actor, pytest.raises(NotSeen):
        queries.get(pk, actor)


def test_every_step_is_in_the_record(acting: As) -> None:
    pk = received(acting, "430702", "430700")
    with access.acting_as(access.system("tests", over="0.")):
        verbs = db.session.scalars(
            select(AuditEntry.verb)
            .where(AuditEntry.obj == "aggregate_version", AuditEntry.object_id == pk)
            .order_by(AuditEntry.seq)
        ).all()
    assert verbs == [
        "aggregate.prepared", "aggregate.locked", "aggregate.reported", "aggregate.received",
    ]  # fmt: skip


def test_nothing_to_lock_is_refused(acting: As) -> None:
    with acting("hunan.head") as actor:
        pk = service.prepare(place(actor), actor=actor).id
    with acting("hunan.head") as actor:
        row = queries.get(pk, actor)
        with pytest.raises(Refusal) as refused:
            service.lock(row, seen.place_of(row, actor), "", actor=actor)
    assert refused.value.code == "aggregate-empty"
