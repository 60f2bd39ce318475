"""Issuing from an office's data, and local dates by the heads of counties and zones (S16)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from app.foundation import access, audit
from app.foundation.database import db, transaction
from app.kernel.errors import AccessDenied, Invalid, NotSeen, Refusal
from app.plugins.campaigns import declared, queries, service
from app.plugins.campaigns.declared import Declared
from app.plugins.campaigns.models import ANY, Campaign, CampaignStep
from app.plugins.campaigns.rules import Whose
from tests.plugins.surveys.ground import As, desk, named

LOCAL = "local-survey"


@pytest.fixture
def notice(app: Flask) -> Declared:
    return declared.load(Path(app.config["TENANTS_DIR"]) / "430700" / "notice.yaml")


def the_step(key: str = LOCAL) -> CampaignStep:
    return db.session.scalars(
        select(CampaignStep).where(CampaignStep.key == key, CampaignStep.sets_id.is_(None))
    ).one()


def count(model: type[Campaign] | type[CampaignStep]) -> int:
    with access.acting_as(access.system("tests", over="0.")):
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def set_date(
    acting: As, who: str, code: str, due: date | None, *, key: str = LOCAL, reason: str = ""
) -> CampaignStep:
    with acting(who) as actor, transaction():
        return service.set_local_step(
            the_step(key), desk(code), track=ANY, due=due, reason=reason, actor=actor
        )


# -- issuing ------------------------------------------------------------------------------------------------


def test_loading_again_changes_nothing(app: Flask) -> None:
    before = (count(Campaign), count(CampaignStep))
    result = app.test_cli_runner().invoke(args=["campaigns", "load", "430700"])
    assert (result.exit_code, result.output.strip()) == (0, "没有变化：常编办发〔2014〕9号")
    assert (count(Campaign), count(CampaignStep)) == before == (1, 7)


def test_a_changed_declaration_amends_and_is_remembered(app: Flask, notice: Declared) -> None:
    moved = replace(notice, steps=(replace(notice.steps[0], due=date(2014, 11, 22)), *notice.steps[1:]))
    with access.acting_as(access.system("tests", over="0.")) as actor:
        with transaction():
            campaign, done = service.issue(moved, actor=actor)
        assert done == service.AMENDED
        assert the_step("municipal-survey").due == date(2014, 11, 22)
        assert [entry.verb for entry in audit.timeline(campaign)] == ["campaign.amended", "campaign.issued"]


def test_sources_cite_the_notice_by_its_number(app: Flask) -> None:
    with access.acting_as(access.system("tests", over="0.")):
        assert the_step().source == "常编办发〔2014〕9号 第三条"


@pytest.mark.parametrize("who", ["changde.clerk", "hunan.clerk", "wuling.head", "changsha.clerk", "unit.czj"])
def test_only_the_issuing_offices_head_issues(acting: As, notice: Declared, who: str) -> None:
    with acting(who) as actor, pytest.raises(AccessDenied), transaction():
        service.issue(notice, actor=actor)


def test_the_head_may_amend(acting: As, notice: Declared) -> None:
    renamed = replace(notice, short_title="另一简称")
    with acting("changde.head") as actor, transaction():
        assert service.issue(renamed, actor=actor)[1] == service.AMENDED


def test_an_unknown_office_stops_it_and_nothing_is_written(app: Flask, notice: Declared) -> None:
    strange = replace(
        notice, document="另一号", groups=(replace(notice.groups[0], homes=("999999",)), *notice.groups[1:])
    )
    with (
        access.acting_as(access.system("tests", over="0.")) as actor,
        pytest.raises(Refusal, match="999999"),
        transaction(),
    ):
        service.issue(strange, actor=actor)
    assert count(Campaign) == 1


def test_a_step_that_lower_offices_have_dated_cannot_vanish(acting: As, app: Flask, notice: Declared) -> None:
    set_date(acting, "wuling.head", "430702", date(2014, 11, 19))
    fewer = replace(notice, steps=tuple(one for one in notice.steps if one.key != LOCAL))
    with (
        access.acting_as(access.system("tests", over="0.")) as actor,
        pytest.raises(Refusal, match="自定时限"),
        transaction(),
    ):
        service.issue(fewer, actor=actor)
    with access.acting_as(access.system("tests", over="0.")) as actor, transaction():
        without = replace(notice, steps=tuple(one for one in notice.steps if one.key != "local-filing"))
        assert service.issue(without, actor=actor)[1] == service.AMENDED


def test_a_command_says_what_is_wrong(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "430700").mkdir()
    (tmp_path / "430700" / "notice.yaml").write_text("document: 甲\n", "utf-8")
    monkeypatch.setitem(app.config, "TENANTS_DIR", str(tmp_path))
    result = app.test_cli_runner().invoke(args=["campaigns", "load"])
    assert result.exit_code == 1 and "is missing" in result.output


# -- local dates --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "code"), [("wuling.head", "430702"), ("liuyehu.head", "4307Z2")])
def test_a_county_or_zone_head_sets_its_own_date(acting: As, who: str, code: str) -> None:
    own = set_date(acting, who, code, date(2014, 11, 19))
    assert (own.due, own.exception, own.review_path) == (date(2014, 11, 19), False, desk(code).path)
    with acting("changde.auditor"):
        found = queries.deadline("survey", facts=Whose(desk(code).path), track="organ")
        assert found is not None and found.date == date(2014, 11, 19) and found.local
        assert found.source.endswith("自定，常编办发〔2014〕9号 第三条")
        municipal = queries.deadline("survey", unit=named("财政局"))
        assert municipal is not None and municipal.date == date(2014, 11, 21) and not municipal.local


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("wuling.clerk", "430702"),
        ("changde.head", "430702"),
        ("liuyehu.head", "430702"),
        ("wuling.head", "430703"),
        ("wuling.head", "430700"),
        ("hunan.clerk", "430702"),
        ("unit.wljy", "430702"),
        ("changde.egov", "430702"),
    ],
)
def test_nobody_else_sets_it(acting: As, who: str, code: str) -> None:
    with pytest.raises(AccessDenied):
        set_date(acting, who, code, date(2014, 11, 19))
    assert count(CampaignStep) == 7


def test_the_city_cannot_set_its_own_and_a_fixed_date_stays(acting: As) -> None:
    with pytest.raises(Refusal, match="统一规定"):
        set_date(acting, "changde.head", "430700", date(2014, 11, 19))
    with pytest.raises(Refusal, match="统一规定"):
        set_date(acting, "wuling.head", "430702", date(2014, 12, 19), key="finish-organ")


def test_past_completion_needs_a_reason_is_marked_and_seen_above(acting: As) -> None:
    with pytest.raises(Invalid) as refused:
        set_date(acting, "wuling.head", "430702", date(2014, 12, 5))
    assert refused.value.findings[0].field == "reason"
    own = set_date(acting, "wuling.head", "430702", date(2014, 12, 5), reason="全区停电检修")
    assert own.exception
    with acting("changde.auditor"):
        found = queries.deadline("survey", facts=Whose(own.review_path), track="organ")
        assert found is not None and (found.exception, found.reason) == (True, "全区停电检修")


def test_changing_it_leaves_one_row_and_both_values_on_record(acting: As) -> None:
    set_date(acting, "wuling.head", "430702", date(2014, 11, 19))
    own = set_date(acting, "wuling.head", "430702", date(2014, 11, 20))
    assert count(CampaignStep) == 8
    with acting("wuling.head"):
        row = db.session.get(CampaignStep, own.id)
        assert row is not None
        assert [entry.verb for entry in audit.timeline(row)] == ["campaign.step-changed", "campaign.step-set"]


def test_no_date_or_one_before_the_notice_is_refused(acting: As) -> None:
    for due in (None, date(2014, 11, 9)):
        with pytest.raises(Invalid):
            set_date(acting, "wuling.head", "430702", due)
    assert count(CampaignStep) == 7


def test_the_flush_guard_keeps_a_forged_step_at_home(acting: As) -> None:
    with acting("wuling.head"):
        forged = CampaignStep(
            campaign_id=the_step().campaign_id, sets_id=the_step().id, office_id=desk("430703").id, key=LOCAL,
            kind="survey", track=ANY, ordinal=4, label="伪造", due=date(2014, 11, 19), source="伪造",
        )  # fmt: skip
        with pytest.raises(SQLAlchemyError), transaction() as session:
            session.add(forged)


# -- who sees -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("unit.czj", True), ("unit.wljy", True), ("unit.thy", True), ("wuling.clerk", True), ("changde.egov", True),
        ("zfwz.coordinator", True), ("hunan.clerk", True), ("changsha.clerk", False), ("unit.hg", False),
        ("conac.registrar", False),
    ],
)  # fmt: skip
def test_the_notice_reaches_its_own(acting: As, who: str, sees: bool) -> None:
    with acting(who):
        if sees:
            assert queries.get(1).document == "常编办发〔2014〕9号"
        else:
            with pytest.raises(NotSeen):
                queries.get(1)


def test_a_local_date_is_seen_at_home_and_above_but_not_next_door(acting: As) -> None:
    set_date(acting, "wuling.head", "430702", date(2014, 11, 19))
    for who, expected in (
        ("unit.wljy", 1),
        ("changde.auditor", 1),
        ("hunan.clerk", 1),
        ("dingcheng.clerk", 0),
        ("unit.dcws", 0),
    ):
        with acting(who):
            local = [one for one in queries.plan(queries.get(1)).steps if one.sets is not None]
            assert len(local) == expected, who


def test_an_id_past_every_id_is_unseen(acting: As) -> None:
    with acting("unit.czj"), pytest.raises(NotSeen):
        queries.get(10**15)
