"""The verbs, tried by owner, upper office, sibling, desk and stranger (S17, C-4, P-5.1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from io import BytesIO

import pytest
from flask import Flask

from app.foundation import access, audit, clock
from app.foundation.backup import contents
from app.foundation.database import db
from app.foundation.files import office_files
from app.kernel.errors import AccessDenied, Invalid, NotSeen, Refusal, Stale, WrongState
from app.plugins.returns import copies, queries, service, urging
from app.plugins.returns.rules import ReturnEntry
from tests.plugins.returns.conftest import EVERYWHERE, PDF, WHOLE, As, Told, office, the_step
from tests.services.afresh import read_afresh

DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


# -- opening and filling in ------------------------------------------------------------------------------------


def test_a_county_and_a_zone_open_theirs_and_nobody_elses(wuling: Told, liuyehu: Told, acting: As) -> None:
    assert wuling.row(wuling.begun()).review_path == "0.43.07.02."
    assert liuyehu.row(liuyehu.begun()).review_path == "0.43.07.z2."
    with acting("wuling.clerk") as actor, pytest.raises(AccessDenied):
        service.open_(queries.step(the_step().id), office("430703"), actor=actor)


def test_it_is_opened_once(wuling: Told) -> None:
    wuling.begun()
    with pytest.raises(WrongState):
        wuling.begun()


def test_an_office_that_is_not_asked_opens_none(acting: As, clean: None) -> None:
    with acting("changde.clerk") as actor, pytest.raises(Refusal) as refused:
        service.open_(queries.step(the_step().id), office("430700"), actor=actor)
    assert refused.value.code == "return-not-asked"


def test_a_draft_is_the_offices_own(wuling: Told, acting: As) -> None:
    key = wuling.begun()
    for other in ("changde.clerk", "dingcheng.head", "changde.egov", "hunan.head"):
        with acting(other), pytest.raises(NotSeen):
            queries.get(key)


def test_a_stale_save_is_refused(wuling: Told, acting: As) -> None:
    key = wuling.begun()
    version = wuling.row().version
    with acting("wuling.clerk") as actor:
        service.save(queries.get(key), replace(WHOLE, section="办公室"), version=version, actor=actor)
    with acting("wuling.head") as actor, pytest.raises(Stale):
        service.save(queries.get(key), replace(WHOLE, section="人事科"), version=version, actor=actor)
    assert wuling.row().section == "办公室"


def test_fewer_people_leave_no_row_behind(wuling: Told, acting: As) -> None:
    key = wuling.begun()
    with acting("wuling.clerk") as actor:
        service.save(queries.get(key), replace(WHOLE, staff=WHOLE.staff[1:]), version=None, actor=actor)
    with acting("wuling.clerk"):
        assert [(one.number, one.name) for one in queries.get(key).staff] == [(1, "易刚")]


def test_a_new_plan_takes_the_place_of_the_old(wuling: Told, acting: As) -> None:
    key = wuling.begun()
    with acting("wuling.clerk") as actor:
        service.attach_plan(queries.get(key), BytesIO(PDF + b"2"), "新方案.pdf", actor=actor)
    with acting("wuling.clerk") as actor:
        file = office_files.of(queries.get(key))
        assert file is not None
        assert file.name == "新方案.pdf"
    with acting("wuling.clerk") as actor, pytest.raises(Refusal) as refused:
        service.attach_plan(queries.get(key), BytesIO(b"MZ"), "方案.exe", actor=actor)
    assert refused.value.field == "plan"


# -- handing in, receipts, sending back ------------------------------------------------------------------------


def test_only_the_head_hands_in(wuling: Told, acting: As) -> None:
    key = wuling.begun()
    with acting("wuling.clerk") as actor, pytest.raises(AccessDenied):
        service.submit(queries.get(key), actor=actor)
    wuling.submitted()
    row = wuling.row()
    assert (row.state, row.submitted_by, row.section_phone) == ("submitted", "负责人乙", "0736-7256000")


def test_an_incomplete_one_stays_a_draft(wuling: Told, acting: As) -> None:
    key = wuling.begun(ReturnEntry(), planned=False)
    with acting("wuling.head") as actor, pytest.raises(Invalid) as refused:
        service.submit(queries.get(key), actor=actor)
    assert {"leader", "section", "staff", "plan"} <= {one.field for one in refused.value.findings}
    assert wuling.row().state == "draft"
    assert wuling.copies() == []


@pytest.mark.parametrize("database_kind", DATABASES)
def test_both_receipts_are_recorded_each_by_its_own(wuling: Told, acting: As) -> None:
    key = wuling.submitted()
    [copy] = wuling.copies()
    assert (copy.desk_id, copy.state) == (office("430700-EGOV").id, "sent")
    assert copy.addressed == "市电子政务办信息资源科"
    with acting("changde.egov") as actor:
        copies.sign(copies.get(copy.id), actor=actor)
    assert (wuling.copies()[0].state, wuling.copies()[0].signed_by) == ("signed", "电子政务员甲")
    assert wuling.row().state == "submitted", "the desk's receipt is not the upper office's"
    with acting("changde.clerk") as actor:
        service.receive(queries.get(key), actor=actor)
    row = wuling.row()
    assert (row.state, row.received_by) == ("received", "承办人甲")
    with acting("wuling.clerk"):
        verbs = [one.verb for one in audit.timeline(queries.get(key))]
    assert verbs[:2] == ["return.received", "return.submitted"]


@pytest.mark.parametrize("other", ["wuling.head", "dingcheng.head", "hunan.head", "central.head"])
def test_nobody_else_receives_or_sends_back(wuling: Told, acting: As, other: str) -> None:
    key = wuling.submitted()
    for verb in (
        lambda row, actor: service.receive(row, actor=actor),
        lambda row, actor: service.send_back(row, "缺方案", actor=actor),
    ):
        with acting(other) as actor, pytest.raises((AccessDenied, NotSeen)):
            verb(queries.get(key), actor)
    assert wuling.row().state == "submitted"


def test_the_province_reads_what_the_city_was_sent(wuling: Told, acting: As) -> None:
    key = wuling.submitted()
    with acting("hunan.head"):
        assert queries.get(key).section == "综合科"


@pytest.mark.parametrize("database_kind", DATABASES)
def test_the_desk_sees_its_copy_and_never_the_return(wuling: Told, acting: As) -> None:
    key = wuling.submitted()
    [copy] = wuling.copies()
    with acting("changde.egov"):
        assert copies.entry_of(copies.get(copy.id)).staff[0].name == "彭丽"
        plan = office_files.of(copies.get(copy.id))
        assert plan is not None
        with pytest.raises(NotSeen):
            queries.get(key)
    for other in ("wuling.egov", "wuling.head", "changde.clerk", "hunan.head"):
        with acting(other), pytest.raises(NotSeen):
            copies.get(copy.id)
        with acting(other), pytest.raises(NotSeen):
            office_files.get(plan.id)


def test_the_copy_stays_as_it_was_sent(wuling: Told, acting: As) -> None:
    wuling.received()
    with acting("wuling.clerk") as actor:
        made = service.correct(queries.get(wuling.key), actor=actor)
        service.save(made, replace(WHOLE, section="新科"), version=None, actor=actor)
    with acting("changde.egov"):
        assert copies.entry_of(copies.get(wuling.copies()[0].id)).section == "综合科"


def test_withdrawn_before_receipt_and_the_copy_is_recalled(wuling: Told, acting: As) -> None:
    key = wuling.submitted()
    with acting("wuling.head") as actor:
        service.withdraw(queries.get(key), actor=actor)
    assert wuling.row().state == "draft"
    [copy] = wuling.copies()
    assert copy.state == "recalled"
    with acting("changde.egov") as actor, pytest.raises(WrongState):
        copies.sign(copies.get(copy.id), actor=actor)
    wuling.submitted()
    assert [one.state for one in wuling.copies()] == ["recalled", "sent"]


def test_not_withdrawn_after_receipt(wuling: Told, acting: As) -> None:
    key = wuling.received()
    with acting("wuling.head") as actor, pytest.raises(WrongState):
        service.withdraw(queries.get(key), actor=actor)


@pytest.mark.parametrize("database_kind", DATABASES)
def test_sent_back_with_a_reason_and_handed_in_again(wuling: Told, acting: As) -> None:
    key = wuling.submitted()
    with acting("changde.clerk") as actor, pytest.raises(Invalid):
        service.send_back(queries.get(key), " ", actor=actor)
    with acting("changde.clerk") as actor:
        service.send_back(queries.get(key), "方案没有时间安排。", actor=actor)
    assert (wuling.row().state, wuling.copies()[0].state) == ("returned", "recalled")
    assert not queries_is_in("0.43.07.02.")
    wuling.submitted()
    assert wuling.row().state == "submitted"
    assert queries_is_in("0.43.07.02.")


def queries_is_in(path: str) -> bool:
    with access.acting_as(EVERYWHERE):
        return queries.is_in(the_step().id, path)


def test_a_correction_is_a_new_edition_and_replaces_when_received(wuling: Told, acting: As) -> None:
    first = wuling.received()
    with acting("wuling.clerk") as actor:
        made = service.correct(queries.get(first), actor=actor)
        db.session.flush()
        second = made.id
        assert (made.edition, made.state, made.staff[0].name) == (2, "draft", "彭丽")
        assert office_files.of(made) is not None
    with acting("wuling.clerk") as actor, pytest.raises(WrongState):
        service.correct(queries.get(first), actor=actor)
    wuling.key = second
    wuling.submitted()
    assert wuling.row(first).state == "received", "the first holds until the second is received"
    with acting("changde.clerk") as actor:
        service.receive(queries.get(second), actor=actor)
    assert (wuling.row(first).state, wuling.row(second).state) == ("replaced", "received")


def test_late_ones_are_taken_and_said_to_be_late(wuling: Told, acting: As) -> None:
    wuling.begun()
    with clock.at(datetime(2014, 11, 22, 9, tzinfo=clock.SHANGHAI)):
        wuling.submitted()
    with acting("changde.clerk") as actor:
        plan, step = next(iter(queries.steps_above(actor)))
        late = {one.office.code: one.late for one in queries.lines(plan, step) if one.row is not None}
    assert late == {"430702": True}


def test_looking_at_numbers_is_recorded(wuling: Told, acting: As) -> None:
    key = wuling.submitted()
    [copy] = wuling.copies()
    with acting("changde.clerk") as actor:
        service.reveal(queries.get(key), actor=actor)
        assert audit.timeline(queries.get(key))[0].verb == "return.revealed"
    with acting("changde.egov") as actor:
        copies.reveal(copies.get(copy.id), actor=actor)
        assert audit.timeline(copies.get(copy.id))[0].verb == "return.copy-revealed"


def test_a_backup_takes_the_plans_with_it(wuling: Told) -> None:
    """Both the office's file and the desk's are among the uploads that a backup packs."""
    before = len(_uploads())
    wuling.submitted()
    assert len(_uploads()) == before + 2


def _uploads() -> list[contents.Upload]:
    read_afresh()
    with db.engine.connect() as connection:
        return contents.uploads(connection)


# -- who has not handed in -------------------------------------------------------------------------------------


def test_the_upper_office_lists_all_thirteen(wuling: Told, acting: As) -> None:
    wuling.submitted()
    with acting("changde.clerk") as actor:
        plan, step = next(iter(queries.steps_above(actor)))
        lines = queries.lines(plan, step)
        assert len(lines) == 13
        assert [one.office.code for one in lines if not one.missing] == ["430702"]
        assert [row.id for row in queries.to_receive(actor)] == [wuling.key]
    with acting("hunan.head") as actor:
        assert queries.to_receive(actor) == []


def test_urged_once_a_day_and_not_when_it_is_in(wuling: Told, acting: As) -> None:
    wuling.submitted()
    with acting("changde.clerk") as actor, pytest.raises(WrongState) as refused:
        urging.urge(queries.step(the_step().id), office("430702"), actor=actor)
    assert refused.value.code == "nothing-missing"
    with acting("changde.clerk") as actor:
        urging.urge(queries.step(the_step().id), office("430703"), actor=actor)
    with acting("changde.clerk") as actor, pytest.raises(WrongState) as again:
        urging.urge(queries.step(the_step().id), office("430703"), actor=actor)
    assert again.value.code == "urged-today"
    with clock.at(datetime(2014, 11, 25, 9, tzinfo=clock.SHANGHAI)), acting("changde.clerk") as actor:
        urging.urge(queries.step(the_step().id), office("430703"), actor=actor)


@pytest.mark.parametrize("other", ["hunan.head", "wuling.clerk", "changde.egov"])
def test_only_the_office_that_asks_urges(clean: None, acting: As, other: str) -> None:
    with acting(other) as actor, pytest.raises(AccessDenied):
        urging.urge(the_step(), office("430703"), actor=actor)


def test_nothing_is_written_for_a_stranger(app: Flask, wuling: Told, acting: As) -> None:
    """The guard holds past the verbs: a sibling's flush is refused."""
    key = wuling.begun()
    with access.acting_as(EVERYWHERE):
        row = wuling.row(key)
    with pytest.raises(Exception, match="outside the reach"), acting("dingcheng.head"):
        db.session.add(row)
        row.section = "改"
        db.session.flush()
