"""Drafting by a clerk, issuing by the head, changing by a numbered change."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.foundation import access, audit
from app.foundation.database import db, transaction
from app.kernel.errors import AccessDenied, Invalid, NotSeen, Refusal, WrongState
from app.plugins.campaigns import annexes, checking, drafts, queries, service, text
from app.plugins.campaigns.models import ANY, Campaign, CampaignChange, CampaignStep
from app.plugins.campaigns.rules import Whose
from tests.plugins.campaigns.drafted import draft, read, step
from tests.plugins.surveys.ground import As, desk, named

CITY = "常编办发〔2014〕9号"


def issue(acting: As, pk: int, who: str = "wuling.head") -> int:
    with acting(who) as actor, transaction():
        return drafts.issue(drafts.get(pk), actor=actor).id


def test_a_county_issues_its_own_and_it_binds_its_units(acting: As) -> None:
    pk = draft(acting, step(), step(kind="finish", label="完成复核", due="2014-11-30"))
    campaign = issue(acting, pk)
    with acting("unit.wljy"):
        found = queries.deadline("survey", unit=named("武陵教育局"))
        assert found is not None and found.date == date(2014, 11, 21) and found.campaign_id == campaign
        assert found.source == "武编办发〔2014〕3号 第二条" and found.deliver_to == "区编委办"
        city = next(one for one in queries.timetable().plans if one.document == CITY)
        assert campaign in city.ids  # carried out: it counts in the city's figures
    with acting("unit.dcws"), pytest.raises(NotSeen):
        queries.get(campaign)
    with acting("wuling.head"):
        assert [entry.verb for entry in audit.timeline(queries.get(campaign))] == ["campaign.issued"]
        assert read(pk).state == "issued"


def test_who_has_no_website_hands_in_a_sealed_sheet_where_it_asks_for_one(acting: As) -> None:
    unit = named("武陵教育局")
    issue(acting, draft(acting, step()))
    with acting("unit.wljy"):
        plan = queries.timetable().plan_for("survey", queries.whose(unit))
        assert plan is not None and plan.must_seal(queries.whose(unit)) is None
    later: dict[str, Any] = {
        "document": "武编办发〔2014〕4号",
        "issued_on": date(2014, 11, 19),
        "seal_source": "第二条",
    }
    first = issue(acting, draft(acting, step(), **later))
    with acting("unit.wljy"):
        plan = queries.timetable().plan_for("survey", queries.whose(unit))
        assert plan is not None and plan.must_seal(queries.whose(unit)) == "武编办发〔2014〕4号 第二条"
    with acting("wuling.clerk") as actor, transaction():
        change = drafts.start(desk("430702"), actor=actor, amends=queries.get(first))
        assert change.seal_source == "武编办发〔2014〕4号 第二条"
        drafts.save(change, {"seal_source": "", "summary": "不再要求盖章。"}, actor=actor)
        pk = change.id
    issue(acting, pk)
    with acting("unit.wljy"):
        plan = queries.timetable().plan_for("survey", queries.whose(unit))
        assert plan is not None and plan.must_seal(queries.whose(unit)) is None
    with acting("wuling.clerk") as actor, pytest.raises(Invalid), transaction():
        drafts.save(drafts.start(desk("430702"), actor=actor), {"seal_source": "条" * 81}, actor=actor)


@pytest.mark.parametrize(
    "who", ["changde.head", "hunan.clerk", "dingcheng.clerk", "unit.wljy", "liuyehu.head"]
)
def test_nobody_else_sees_a_draft(acting: As, who: str) -> None:
    pk = draft(acting, step())
    with acting(who), pytest.raises(NotSeen):
        drafts.get(pk)


def test_only_the_head_issues(acting: As) -> None:
    pk = draft(acting, step())
    with acting("wuling.clerk") as actor, pytest.raises(AccessDenied), transaction():
        drafts.issue(drafts.get(pk), actor=actor)
    with acting("unit.wljy") as actor, pytest.raises(AccessDenied), transaction():
        drafts.start(desk("430702"), actor=actor)
    with acting("changde.clerk") as actor, pytest.raises(AccessDenied), transaction():
        drafts.start(desk("430702"), actor=actor)


def test_what_is_missing_keeps_it_from_being_issued(acting: As) -> None:
    pk = draft(acting, step(), text="")
    with acting("wuling.head") as actor, pytest.raises(Invalid) as refused, transaction():
        drafts.issue(drafts.get(pk), actor=actor)
    assert [one.field for one in refused.value.findings] == ["text"]


def test_a_number_is_used_once(acting: As) -> None:
    issue(acting, draft(acting, step()))
    again = draft(acting, step())
    with acting("wuling.head") as actor, pytest.raises(Invalid) as refused, transaction():
        drafts.issue(drafts.get(again), actor=actor)
    assert [one.code for one in refused.value.findings] == ["document-taken"]


def test_past_the_upper_completion_needs_a_reason_and_is_an_exception(acting: As) -> None:
    with pytest.raises(Invalid) as refused:
        draft(acting, step(track="organ", due="2014-12-05"))
    (found,) = refused.value.findings
    assert (found.field, found.source) == ("reason", f"{CITY} 第三条")
    campaign = issue(acting, draft(acting, step(track="organ", due="2014-12-05", reason="机房搬迁")))
    with acting("changde.auditor"):
        row = db.session.scalars(select(CampaignStep).where(CampaignStep.campaign_id == campaign)).one()
        assert row.exception and row.reason == "机房搬迁"


def test_a_draft_withdrawn_or_issued_stays_as_it_is(acting: As) -> None:
    pk = draft(acting, step())
    with acting("wuling.clerk") as actor, transaction():
        drafts.withdraw(drafts.get(pk), actor=actor)
    for verb in (
        lambda row, actor: drafts.save(row, {"title": "改"}, actor=actor),
        lambda row, actor: drafts.put_step(row, "", step(), actor=actor),
        lambda row, actor: drafts.withdraw(row, actor=actor),
        lambda row, actor: drafts.issue(row, actor=actor),
    ):
        with acting("wuling.head") as actor, pytest.raises(WrongState), transaction():
            verb(drafts.get(pk), actor)


def test_steps_are_changed_and_dropped_by_key(acting: As) -> None:
    pk = draft(acting, step(), step(label="在线申请", kind="filing"))
    with acting("wuling.clerk") as actor, transaction():
        drafts.put_step(drafts.get(pk), "step-2", step(label="提交申请", kind="filing"), actor=actor)
        drafts.drop_step(drafts.get(pk), "step-1", actor=actor)
    with acting("wuling.clerk") as actor:
        assert [one["label"] for one in read(pk).steps] == ["提交申请"]
        with pytest.raises(NotSeen), transaction():
            drafts.drop_step(drafts.get(pk), "step-9", actor=actor)


# -- changes --------------------------------------------------------------------------------------------------


def change(acting: As, **moved: Any) -> int:
    """The city's head changes the survey's date by a draft; the campaign's number."""
    with acting("changde.head") as actor, transaction():
        row = drafts.start(desk("430700"), actor=actor, amends=queries.get(1))
        drafts.save(row, {"summary": "摸底时间顺延。"}, actor=actor)
        survey = next(one for one in row.steps if one["key"] == "municipal-survey")
        drafts.put_step(row, "municipal-survey", {**survey, **moved}, actor=actor)
        return drafts.issue(row, actor=actor).id


def test_a_change_is_numbered_and_says_which_date_moved(acting: As) -> None:
    assert change(acting, due="2014-11-24") == 1
    with acting("unit.czj"):
        found = queries.deadline("survey", unit=named("财政局"))
        assert found is not None and found.date == date(2014, 11, 24)
        (row,) = db.session.scalars(select(CampaignChange)).all()
        assert (row.number, row.summary) == (1, "摸底时间顺延。")
        assert row.details == [
            {"label": "完成网站调查摸底并报送摸底表", "before": "2014-11-21", "after": "2014-11-24"}
        ]
    change(acting, due="2014-11-25")
    with acting("changde.head"):
        assert [
            row.number for row in db.session.scalars(select(CampaignChange).order_by(CampaignChange.id))
        ] == [1, 2]


def test_a_change_keeps_number_and_addressees(acting: As) -> None:
    with acting("changde.clerk") as actor, transaction():
        row = drafts.start(desk("430700"), actor=actor, amends=queries.get(1))
        drafts.save(row, {"document": "另一号", "title": "另一标题"}, actor=actor)
        assert (row.document, row.title) == (CITY, "另一标题")
        with pytest.raises(WrongState, match="主送范围"):
            drafts.choose(row, ["own"], [], actor=actor)
        with pytest.raises(WrongState, match="已有一份变更"):
            drafts.start(desk("430700"), actor=actor, amends=queries.get(1))


def test_a_change_of_another_office_is_not_drafted(acting: As) -> None:
    with acting("wuling.head") as actor, pytest.raises(AccessDenied), transaction():
        drafts.start(desk("430702"), actor=actor, amends=queries.get(1))


def test_a_step_dated_below_cannot_be_dropped_by_a_change(acting: As) -> None:
    with acting("wuling.head") as actor, transaction():
        row = db.session.scalars(
            select(CampaignStep).where(CampaignStep.key == "local-survey", CampaignStep.sets_id.is_(None))
        ).one()
        service.set_local_step(row, desk("430702"), track=ANY, due=date(2014, 11, 19), actor=actor)
    with acting("changde.head") as actor, pytest.raises(Refusal, match="自定时限"), transaction():
        row2 = drafts.start(desk("430700"), actor=actor, amends=queries.get(1))
        drafts.save(row2, {"summary": "取消。"}, actor=actor)
        drafts.drop_step(row2, "local-survey", actor=actor)
        drafts.issue(row2, actor=actor)


def test_the_data_no_longer_speaks_for_what_was_changed_online(acting: As, app: Flask) -> None:
    change(acting, due="2014-11-24")
    result = app.test_cli_runner().invoke(args=["campaigns", "load", "430700"], catch_exceptions=False)
    assert result.output.startswith("没有变化")
    with acting("unit.czj"):
        found = queries.deadline("survey", unit=named("财政局"))
        assert found is not None and found.date == date(2014, 11, 24)
        assert "1.分级组织实施" in text.body(queries.get(1)) and text.annex(queries.get(1), 5)[0].endswith(
            "调查表"
        )


def test_annexes_are_numbered_in_their_order(acting: As) -> None:
    pk = draft(acting, step())
    with acting("wuling.clerk") as actor, transaction():
        row = drafts.get(pk)
        for title in ("甲表", "乙表", "丙表"):
            annexes.put(row, None, title, f"{title}内容", actor=actor)
        annexes.put(row, 3, "丁表", "丁表内容", actor=actor)
        annexes.drop(row, 1, actor=actor)
    campaign = issue(acting, pk)
    with acting("unit.wljy"):
        seen = queries.get(campaign)
        assert [(one["number"], one["title"]) for one in seen.annexes] == [(1, "乙表"), (2, "丁表")]
        assert "丁表内容" in text.annex(seen, 2)[1]
        with pytest.raises(NotSeen):
            text.annex(seen, 3)


@pytest.mark.parametrize(
    ("title", "words", "fields"), [("", "文", ["title"]), ("题", "", ["text"]), ("长" * 101, "文", ["title"])]
)
def test_an_annex_has_a_title_and_a_text(acting: As, title: str, words: str, fields: list[str]) -> None:
    pk = draft(acting, step())
    with acting("wuling.clerk") as actor, pytest.raises(Invalid) as refused, transaction():
        annexes.put(drafts.get(pk), None, title, words, actor=actor)
    assert [one.field for one in refused.value.findings] == fields


def test_an_annex_of_the_data_is_kept_or_dropped_but_not_typed_over(acting: As) -> None:
    with acting("changde.clerk") as actor, transaction():
        row = drafts.start(desk("430700"), actor=actor, amends=queries.get(1))
        with pytest.raises(NotSeen):
            annexes.put(row, 5, "题", "文", actor=actor)
        annexes.drop(row, 5, actor=actor)
        assert [one["number"] for one in row.annexes] == [1, 2, 3, 4]


def test_what_is_issued_reaches_only_whom_it_names(acting: As) -> None:
    campaign = issue(acting, draft(acting, step()))
    with access.acting_as(access.system("tests", over="0.")):
        table = queries.reaching("0.43.07.02.")
        plan = next(one for one in table.plans if one.id == campaign)
        assert plan.group_of(Whose("0.43.07.02.")) is not None and plan.group_of(Whose("0.43.07.03.")) is None
        assert db.session.scalar(select(func.count(Campaign.id))) == 2


# -- rules ----------------------------------------------------------------------------------------------------

GROUPS = [
    {"key": "own", "label": "本级", "homes": ["0.43.07."], "offices": []},
    {"key": "county", "label": "区县", "homes": [], "offices": ["0.43.07.02."]},
]
SOUND = checking.Draft(
    "0.43.07.", "甲1号", "题", "简", date(2014, 11, 10), "文", GROUPS, [{**step(), "key": "step-1"}]
)


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({}, set()),
        ({"label": " "}, {"label"}),
        ({"label": "长" * 101}, {"label"}),
        ({"source": ""}, {"source"}),
        ({"groups": []}, {"groups"}),
        ({"groups": ["别处"]}, {"groups"}),
        ({"due": ""}, {"due"}),
        ({"due": "2014-11-09"}, {"due"}),
        ({"due": "2014-11-10"}, set()),
        ({"mode": "own", "due": ""}, {"mode"}),
        ({"mode": "own", "due": "", "groups": ["county"]}, set()),
        ({"mode": "own", "due": "", "groups": ["own", "county"]}, {"mode"}),
        ({"kind": "return"}, {"groups"}),
        ({"kind": "return", "groups": ["county"]}, set()),
        ({"mode": "window", "due": "2015-12-31"}, set()),
    ],
)
def test_a_step(changed: dict[str, Any], wrong: set[str]) -> None:
    assert {one.field for one in checking.step_findings(SOUND, {**step(), "key": "", **changed})} == wrong


def test_a_step_keeps_to_the_completion_of_the_same_document() -> None:
    end = {**step(kind="finish", due="2014-11-20"), "key": "end"}
    facts = checking.Draft("0.43.07.", "甲1号", "题", "简", date(2014, 11, 10), "文", GROUPS, [end])
    found = list(checking.step_findings(facts, {**step(due="2014-11-21"), "key": ""}))
    assert [one.code for one in found] == ["past-own-completion"]
    other = {**step(due="2014-11-21", groups=["county"]), "key": ""}
    assert list(checking.step_findings(facts, other)) == []


def test_a_whole_draft_lists_what_is_missing_in_the_order_of_its_parts() -> None:
    empty = checking.Draft("0.43.07.", "", "", "", None, "", [], [])
    assert [one.field for one in checking.findings(empty)] == [
        "document", "title", "short_title", "text", "issued_on", "groups", "steps",
    ]  # fmt: skip
    assert list(checking.findings(SOUND)) == []
    spoilt = checking.Draft(
        **{**SOUND.__dict__, "steps": [{**step(label=""), "key": "step-1"}], "amends": True}
    )
    assert [one.field for one in checking.findings(spoilt)] == ["summary", "step-step-1"]
