"""Batches from upload to sheets: tried, taken in, withdrawn, by whom; and what each leaves behind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.foundation import access, audit, jobs
from app.foundation.audit.models import AuditEntry
from app.foundation.database import db, transaction
from app.foundation.jobs import Job
from app.foundation.tenancy.models import Office, Person, Post
from app.kernel.errors import AccessDenied, Invalid, NotSeen, Refusal, WrongState
from app.plugins.imports import queries, service
from app.plugins.imports.models import ImportBatch, ImportFile, ImportLine
from app.plugins.surveys import queries as surveys
from app.plugins.surveys import service as survey_service
from app.plugins.surveys.models import SurveySheet, SurveySite
from tests.plugins.imports.books import NO_SITES, forms, listed
from tests.plugins.surveys.ground import As, named
from tests.services.afresh import read_afresh

PLATFORM = access.system("tests", over="0.")
CLERK = "changde.clerk"
FINANCE = {
    "unit_name": "常德市财政局",
    "name": "财政网",
    "chinese_domain": "常德市财政局.政务",
    "english_domain": "czj.cddemo.gov.cn",
    "ip": "203.0.113.15",
}


def upload(
    acting: As, data: bytes, *more: bytes, by: str = CLERK, office: str = "430700", hand_in: bool = True
) -> int:
    """Upload workbooks as somebody; the batch's number."""
    with acting(by) as actor, transaction():
        place = db.session.scalars(select(Office).where(Office.code == office)).one()
        files = [(f"报表{number}.xlsx", one) for number, one in enumerate((data, *more), start=1)]
        batch = service.upload(place, files, hand_in=hand_in, actor=actor)
    return batch.id


def tried(app: Flask, acting: As, data: bytes, *more: bytes, **kwargs: Any) -> int:
    """Upload and try."""
    pk = upload(acting, data, *more, **kwargs)
    assert jobs.run_due(app) == 1
    read_afresh()
    return pk


def applied(app: Flask, acting: As, pk: int, by: str = CLERK) -> None:
    with acting(by) as actor, transaction():
        service.apply(queries.get(pk), actor=actor)
    assert jobs.run_due(app) == 1
    read_afresh()


def batch_of(pk: int) -> ImportBatch:
    read_afresh()
    with access.acting_as(PLATFORM):
        return queries.get(pk)


def lines_of(pk: int) -> Sequence[ImportLine]:
    read_afresh()
    with access.acting_as(PLATFORM):
        return db.session.scalars(
            select(ImportLine).where(ImportLine.batch_id == pk).order_by(ImportLine.number)
        ).all()


def messages(pk: int) -> list[str]:
    return [one["message"] for line in lines_of(pk) for one in line.findings]


def sheet_of(name: str) -> SurveySheet:
    read_afresh()
    with access.acting_as(PLATFORM):
        key = db.session.scalars(select(SurveySheet.id).where(SurveySheet.unit_id == named(name).id)).one()
        return surveys.get(key)


def count(model: type) -> int:
    read_afresh()
    with access.acting_as(PLATFORM):
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_list_becomes_sheets_handed_in(app: Flask, acting: As) -> None:
    second = {
        "name": "机关后勤网",
        "chinese_domain": "无",
        "english_domain": "hq.example.gov.cn",
        "ip": "203.0.113.48",
    }
    pk = tried(app, acting, listed({"site_count": "2"}, {**second, "site_count": "2"}, FINANCE))
    assert batch_of(pk).counts == {"create": 2} and batch_of(pk).sites == 3
    assert count(SurveySheet) == 0  # a trial touches nothing
    applied(app, acting, pk)
    sheet = sheet_of("机关事务局")
    assert (sheet.state, sheet.account, sheet.site_count, sheet.phone) == (
        "submitted",
        "41840005",
        2,
        "0736-7786510",
    )
    assert [(one.number, one.name, one.english_domain) for one in sheet.sites] == [
        (1, "机关事务网", "jgj.example.gov.cn"),
        (2, "机关后勤网", "hq.example.gov.cn"),
    ]
    unit = named("机关事务局")
    for row in (sheet, *sheet.sites):
        assert (row.review_path, row.filing_path, row.unit_id, row.city_id) == (
            unit.review_path, unit.filing_path, unit.id, unit.city_id,
        )  # fmt: skip
    assert sheet.submitted_at is not None
    batch = batch_of(pk)
    assert (batch.state, batch.counts["applied"], batch.ended_by) == ("applied", 2, "某changde.clerk")


def test_each_sheet_s_record_says_imported_and_the_chain_holds(app: Flask, acting: As) -> None:
    pk = tried(app, acting, listed({}, FINANCE))
    applied(app, acting, pk)
    with access.acting_as(PLATFORM):
        entries = db.session.scalars(
            select(AuditEntry).where(AuditEntry.verb == "survey.imported").order_by(AuditEntry.seq)
        ).all()
        assert [(one.person, one.obj, one.reason) for one in entries] == [
            ("某changde.clerk", "survey_sheet", f"导入批次 {pk}")
        ] * 2
        after = entries[0].after or {}
        assert after["state"] == "submitted" and after["sites"][0][0] == "机关事务网"
        assert after["phone"].startswith("hmac:")  # personal values enter as digests
        assert {one.object_id for one in entries} == {sheet_of("机关事务局").id, sheet_of("财政局").id}
        assert audit.verify() == []
        verbs = db.session.scalars(
            select(AuditEntry.verb).where(AuditEntry.obj == "import_batch").order_by(AuditEntry.seq)
        ).all()
    assert verbs == ["import.uploaded", "import.read", "import.applied"]


def test_forms_below_one_another_and_tab_by_tab(app: Flask, acting: As) -> None:
    units: tuple[Any, ...] = (
        ({"nature": "☑党政机关　□事业单位", "rank": "□部级以上□正厅级□副厅级☑正处级□副处级□科级以下", "site_count": "１个"}, [{}]),
        ({"unit_name": " 常德市 财政局 ", "phone": "０７３６－７７８６５１０"}, [FINANCE]),
    )  # fmt: skip
    for by_tab in (False, True):
        pk = tried(app, acting, forms(*units, by_tab=by_tab))
        assert messages(pk) == []
        assert [(one.unit_name, one.act) for one in lines_of(pk)] == [
            ("常德市机关事务局", "create"),
            ("常德市财政局", "create"),
        ]
    applied(app, acting, pk)
    assert (sheet_of("财政局").phone, sheet_of("机关事务局").site_count) == ("0736-7786510", 1)


def test_drafts_for_the_units_to_check(app: Flask, acting: As) -> None:
    pk = tried(app, acting, listed({}), hand_in=False)
    applied(app, acting, pk)
    sheet = sheet_of("机关事务局")
    assert (sheet.state, sheet.submitted_at) == ("draft", None)
    with acting("unit.jgj") as actor, transaction():
        survey_service.submit(surveys.get(sheet.id), actor=actor)
    assert sheet_of("机关事务局").state == "submitted"


def test_one_without_website_waits_as_a_draft_for_its_seal(app: Flask, acting: As) -> None:
    pk = tried(app, acting, listed(NO_SITES))
    assert [(one.act, one.unsealed) for one in lines_of(pk)] == [("create", True)]
    applied(app, acting, pk)
    sheet = sheet_of("机关事务局")
    assert (sheet.state, sheet.no_website, sheet.site_count, sheet.sites) == ("draft", True, 0, [])


def test_a_draft_is_written_over_and_a_second_time_nothing_changes(app: Flask, acting: As) -> None:
    with acting("unit.czj") as actor, transaction():
        survey_service.open_(named("财政局").id, actor=actor)
    for expected in ("change", "same"):
        pk = tried(app, acting, listed({**FINANCE, "leader": "新负责人"}), hand_in=False)
        assert [one.act for one in lines_of(pk)] == [expected]
        if expected == "change":
            applied(app, acting, pk)
    sheet = sheet_of("财政局")
    assert (sheet.state, sheet.leader, [one.name for one in sheet.sites]) == ("draft", "新负责人", ["财政网"])
    with access.acting_as(PLATFORM):
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "survey.imported")).one()
    assert "leader" in (entry.before or {}) | (entry.after or {})
    assert "unit_name" not in (entry.after or {})  # only what changed


@pytest.mark.parametrize("state", ["submitted", "accepted"])
def test_what_was_handed_in_is_never_written_over(app: Flask, acting: As, state: str) -> None:
    pk = tried(app, acting, listed({}))
    applied(app, acting, pk)
    key = sheet_of("机关事务局").id
    if state == "accepted":
        with acting(CLERK) as actor, transaction():
            survey_service.accept(surveys.get(key), actor=actor)
    pk = tried(app, acting, listed({"leader": "他人"}))
    assert [one.act for one in lines_of(pk)] == ["refuse"]
    with acting(CLERK) as actor, transaction(), pytest.raises(Refusal, match="没有可以导入"):
        service.apply(queries.get(pk), actor=actor)
    assert sheet_of("机关事务局").leader == "负责人甲"


def test_one_bad_row_keeps_its_whole_sheet_out_and_no_other(app: Flask, acting: As) -> None:
    bad = {"name": "坏网站", "english_domain": "不是域名", "site_count": "2"}
    pk = tried(app, acting, listed({"site_count": "2"}, bad, FINANCE))
    assert [(one.unit_name, one.act) for one in lines_of(pk)] == [
        ("常德市机关事务局", "refuse"),
        ("常德市财政局", "create"),
    ]
    applied(app, acting, pk)
    assert count(SurveySheet) == 1 and sheet_of("财政局").state == "submitted"
    assert [(one.outcome, one.act) for one in lines_of(pk)] == [(None, "refuse"), ("applied", "create")]


def test_what_somebody_began_meanwhile_is_left_alone(app: Flask, acting: As) -> None:
    pk = tried(app, acting, listed({}, FINANCE))
    with acting("unit.jgj") as actor, transaction():
        survey_service.open_(named("机关事务局").id, actor=actor)
    applied(app, acting, pk)
    assert [(one.unit_name, one.outcome) for one in lines_of(pk)] == [
        ("常德市机关事务局", "refused"),
        ("常德市财政局", "applied"),
    ]
    assert sheet_of("机关事务局").leader == ""
    assert batch_of(pk).counts["refused"] == 1


def test_units_of_others_are_not_found(app: Flask, acting: As) -> None:
    wuling = {"unit_name": "常德市武陵教育局", "rank": "科级以下"}
    pk = tried(app, acting, listed(wuling, {"unit_name": "常德市无此局"}))
    assert set(messages(pk)) == {"未找到该单位，或者它不在您的管辖范围内。请核对单位账号或者单位全称。"}
    pk = tried(app, acting, listed(wuling), by="wuling.clerk", office="430702")
    assert [one.act for one in lines_of(pk)] == ["create"]


def test_a_desk_imports_for_the_units_it_carries(app: Flask, acting: As) -> None:
    centre = {
        "unit_name": "常德市人才中心",
        "nature": "事业单位",
        "rank": "科级以下",
        "supervisor_name": "常德市人社局",
    }
    pk = tried(app, acting, listed(centre, {}), by="renshe.coordinator", office="430700-RENSHE")
    assert [(one.unit_name, one.act) for one in lines_of(pk)] == [
        ("常德市人才中心", "create"),
        ("常德市机关事务局", "refuse"),
    ]
    applied(app, acting, pk, by="renshe.coordinator")
    assert sheet_of("人才中心").state == "submitted"
    with acting(CLERK), pytest.raises(NotSeen):
        queries.get(pk)


@pytest.mark.parametrize(
    "who", ["changde.auditor", "unit.jgj", "wuling.clerk", "hunan.clerk", "changde.egov"]
)
def test_only_the_office_itself_uploads_and_sees(app: Flask, acting: As, who: str) -> None:
    with pytest.raises(AccessDenied):
        upload(acting, listed({}), by=who)
    assert count(ImportBatch) == 0
    pk = upload(acting, listed({}))
    with acting(who), pytest.raises(NotSeen):
        queries.get(pk)
    with acting("changde.head"):
        assert queries.get(pk).files[0].name == "报表1.xlsx"


@pytest.mark.parametrize("who", ["wuling.clerk", "changde.auditor"])
def test_every_verb_asks(app: Flask, acting: As, who: str) -> None:
    pk = tried(app, acting, listed({}))
    batch = batch_of(pk)
    with acting(who) as actor:
        for verb in (service.apply, service.cancel, service.try_again):
            with transaction(), pytest.raises(AccessDenied):
                verb(batch, actor=actor)


def test_withdrawn_nothing_is_left_and_nothing_goes_in(app: Flask, acting: As) -> None:
    pk = tried(app, acting, listed({}))
    with acting("changde.head") as actor, transaction():
        service.cancel(queries.get(pk), actor=actor)
    with access.acting_as(PLATFORM):
        assert db.session.scalars(select(ImportFile.content)).all() == [None]
    for verb in (service.apply, service.cancel, service.try_again):
        with acting(CLERK) as actor, transaction(), pytest.raises(WrongState):
            verb(queries.get(pk), actor=actor)
    assert (batch_of(pk).state, count(SurveySheet)) == ("cancelled", 0)


def test_withdrawn_while_it_waits_to_be_tried(app: Flask, acting: As) -> None:
    pk = upload(acting, listed({}))
    with acting(CLERK) as actor, transaction():
        service.cancel(queries.get(pk), actor=actor)
    jobs.run_due(app)
    assert (batch_of(pk).state, count(ImportLine)) == ("cancelled", 0)


def test_while_it_is_taken_in_it_cannot_be_withdrawn_or_begun_twice(app: Flask, acting: As) -> None:
    pk = tried(app, acting, listed({}))
    with acting(CLERK) as actor, transaction():
        service.apply(queries.get(pk), actor=actor)
    for verb in (service.apply, service.cancel):
        with acting(CLERK) as actor, transaction(), pytest.raises(WrongState, match="正在"):
            verb(queries.get(pk), actor=actor)
    jobs.run_due(app)
    assert (batch_of(pk).state, count(SurveySheet)) == ("applied", 1)


def test_a_job_broken_off_goes_on_where_it_stopped(
    app: Flask, acting: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.plugins.imports.plan.PIECE", 1)
    pk = tried(app, acting, listed({}, FINANCE))
    real, calls = service.take_in, []

    def breaking(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise jobs.GiveUp("broken off")
        return real(*args, **kwargs)

    monkeypatch.setattr(service, "take_in", breaking)
    applied(app, acting, pk)
    assert (batch_of(pk).state, count(SurveySheet)) == ("read", 1)
    applied(app, acting, pk)
    assert (batch_of(pk).state, count(SurveySheet), count(SurveySite)) == ("applied", 2, 2)
    assert batch_of(pk).counts["applied"] == 2


def test_a_clerk_whose_post_ended_takes_nothing_in(app: Flask, acting: As) -> None:
    pk = tried(app, acting, listed({}))
    with acting(CLERK) as actor, transaction():
        service.apply(queries.get(pk), actor=actor)
    with access.acting_as(PLATFORM), transaction():
        for post in db.session.scalars(select(Post).join(Person).where(Person.username == CLERK)):
            post.until = date(2014, 11, 17)
    jobs.run_due(app)
    read_afresh()
    with access.acting_as(PLATFORM):
        job = db.session.scalars(select(Job).order_by(Job.id.desc()).limit(1)).one()
    assert job.state == "dead" and "岗位" in job.error
    assert count(SurveySheet) == 0


def test_several_files_at_once_and_limits(app: Flask, acting: As) -> None:
    pk = tried(app, acting, listed({}), listed(FINANCE), listed({}))
    assert [one.act for one in lines_of(pk)] == ["create", "create", "refuse"]  # the same unit twice
    assert batch_of(pk).name == "报表1.xlsx、报表2.xlsx、报表3.xlsx"
    with pytest.raises(Invalid) as found:
        upload(acting, *[listed({})] * 51)
    assert found.value.findings[0].code == "files-many"


def test_a_unit_told_by_its_account_alone_keeps_its_registered_name(app: Flask, acting: As) -> None:
    account = named("财政局").account
    pk = tried(app, acting, listed({**FINANCE, "unit_name": "", "account": account}))
    assert [line.act for line in lines_of(pk)] == ["create"], messages(pk)
    applied(app, acting, pk)
    with access.acting_as(PLATFORM):
        assert [row.unit_name for row in db.session.scalars(select(SurveySheet))] == [named("财政局").name]
