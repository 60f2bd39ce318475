"""已阅, 催办, 延期 and what the upper office sees of dates past a line."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation import audit
from app.foundation.database import db, transaction
from app.kernel.errors import AccessDenied, Invalid, NotSeen, Refusal, WrongState
from app.plugins.campaigns import drafts, extending, queries, receipts, service, urging
from app.plugins.campaigns.models import ANY, CampaignChange, CampaignStep
from tests.plugins.campaigns.test_drafts import change, draft, issue, step
from tests.plugins.surveys.ground import As, at, desk, named


def row_of(key: str) -> CampaignStep:
    return db.session.scalars(
        select(CampaignStep).where(CampaignStep.key == key, CampaignStep.sets_id.is_(None))
    ).one()


def confirm(acting: As, who: str) -> list[str]:
    with acting(who) as actor, transaction():
        return [one.name for one in receipts.confirm(queries.get(1), actor=actor)]


def unread(acting: As) -> set[str]:
    with acting("changde.clerk"):
        return {one.name for one in receipts.addressees(queries.get(1)) if one.read_at is None}


# -- receipts -------------------------------------------------------------------------------------------------


def test_one_person_confirms_for_a_unit_or_an_office_once(acting: As) -> None:
    before = unread(acting)
    assert {"常德市财政局", "武陵区编委办", "武陵区电子政务办", "桃花源组织人事组"} <= before
    assert "常德市武陵教育局" not in before  # addressed through its office (S7)
    assert confirm(acting, "unit.czj") == ["常德市财政局"]
    assert confirm(acting, "unit.czj") == []
    assert confirm(acting, "wuling.clerk") == ["武陵区编委办"]
    assert confirm(acting, "wuling.head") == []
    assert before - unread(acting) == {"常德市财政局", "武陵区编委办"}
    with acting("changde.clerk"):
        campaign = queries.get(1)
        read = {one.name: one.read_by for one in receipts.addressees(campaign) if one.read_at is not None}
        assert read["武陵区编委办"] == "某wuling.clerk"
        assert receipts.counts(campaign, 0) == (len(before), 2)


def test_who_is_not_addressed_has_nothing_to_confirm(acting: As) -> None:
    for who in ("unit.wljy", "changde.clerk", "hunan.clerk"):
        with acting(who) as actor, pytest.raises(NotSeen), transaction():
            receipts.confirm(queries.get(1), actor=actor)


def test_a_change_is_to_be_read_anew(acting: As) -> None:
    confirm(acting, "unit.czj")
    change(acting, due="2014-11-24")
    assert "常德市财政局" in unread(acting)
    assert confirm(acting, "unit.czj") == ["常德市财政局"]


# -- urging ---------------------------------------------------------------------------------------------------


def urge(
    acting: As, *names: str, who: str = "changde.clerk", key: str = "", message: str = "请抓紧。"
) -> list[str]:
    with acting(who) as actor, transaction():
        campaign = queries.get(1)
        keys = [one.key for one in receipts.addressees(campaign) if one.name in names]
        about = row_of(key) if key else None
        return [one.name for one in urging.urge(campaign, about, keys, message, actor=actor).told]


def test_an_office_urges_whom_it_ticks_and_they_confirm(acting: As) -> None:
    assert urge(acting, "武陵区编委办", "常德市财政局", key="office-return") == [
        "武陵区编委办",
        "常德市财政局",
    ]
    with acting("wuling.head") as actor:
        (pressing,) = receipts.own(queries.get(1), actor, 0).pressing
        assert pressing.message == "请抓紧。" and pressing.step is not None
    with acting("dingcheng.clerk") as actor:
        assert not receipts.own(queries.get(1), actor, 0).pressing
    with acting("wuling.clerk") as actor, transaction():
        assert receipts.acknowledge(queries.get(1), actor=actor) == 1
    with acting("wuling.head") as actor:
        assert not receipts.own(queries.get(1), actor, 0).pressing
    with acting("changde.clerk"):
        (sent,) = receipts.urged(queries.get(1))
        assert (sent.label, sent.told, list(sent.waiting)) == (
            "报送内设机构、人员信息和工作方案",
            2,
            ["常德市财政局"],
        )


def test_once_a_day_for_each_thing(acting: As) -> None:
    urge(acting, "武陵区编委办", key="office-return")
    with pytest.raises(WrongState):
        urge(acting, "武陵区编委办", key="office-return")
    assert urge(acting, "武陵区编委办", "鼎城区编委办", key="office-return") == ["鼎城区编委办"]
    assert urge(acting, "武陵区编委办", key="local-survey") == ["武陵区编委办"]
    with at(19):
        assert urge(acting, "武陵区编委办", key="office-return") == ["武陵区编委办"]


def test_who_has_read_is_not_urged_to_read(acting: As) -> None:
    confirm(acting, "wuling.head")
    assert urge(acting, "武陵区编委办", "鼎城区编委办") == ["鼎城区编委办"]


def test_who_has_done_it_is_not_urged(acting: As, app: Flask) -> None:
    urging.offer(app, "return", lambda _step, path: path == desk("430702").path)
    try:
        assert urge(acting, "武陵区编委办", "鼎城区编委办", key="office-return") == ["鼎城区编委办"]
    finally:
        urging.offer(app, "return", lambda _step, _path: False)


@pytest.mark.parametrize(
    ("names", "message"), [((), "请抓紧。"), (("武陵区编委办",), "  "), (("武陵区编委办",), "长" * 301)]
)
def test_to_somebody_with_some_words(acting: As, names: tuple[str, ...], message: str) -> None:
    with pytest.raises(Invalid):
        urge(acting, *names, message=message)


@pytest.mark.parametrize("who", ["wuling.head", "hunan.clerk", "unit.czj", "changde.auditor"])
def test_only_the_issuing_office_urges(acting: As, who: str) -> None:
    with acting(who) as actor, pytest.raises(AccessDenied), transaction():
        urging.urge(queries.get(1), None, ["o1"], "请抓紧。", actor=actor)


# -- extensions -----------------------------------------------------------------------------------------------


def extend(
    acting: As,
    due: date | None,
    reason: str = "系统维护",
    *,
    key: str = "municipal-survey",
    who: str = "changde.head",
) -> None:
    with acting(who) as actor, transaction():
        extending.extend(row_of(key), due, reason, actor=actor)


def test_an_extended_date_binds_and_the_first_stays_beside_it(acting: As) -> None:
    extend(acting, date(2014, 11, 24))
    extend(acting, date(2014, 11, 26), "再次顺延")
    with acting("unit.czj"):
        found = queries.deadline("survey", unit=named("财政局"))
        assert found is not None and (found.date, found.first) == (date(2014, 11, 26), date(2014, 11, 21))
        assert [
            one.number for one in db.session.scalars(select(CampaignChange).order_by(CampaignChange.id))
        ] == [1, 2]
    with acting("changde.head"):
        assert [one.verb for one in audit.timeline(row_of("municipal-survey"))] == ["campaign.extended"] * 2


def test_loading_the_data_again_keeps_an_extension(acting: As, app: Flask) -> None:
    extend(acting, date(2014, 11, 24))
    result = app.test_cli_runner().invoke(args=["campaigns", "load", "430700"], catch_exceptions=False)
    assert result.output.startswith("没有变化")
    with acting("unit.czj"):
        assert row_of("municipal-survey").due == date(2014, 11, 24)


@pytest.mark.parametrize(
    ("due", "reason", "fields"),
    [
        (None, "理由", {"due"}),
        (date(2014, 11, 21), "理由", {"due"}),
        (date(2014, 11, 24), " ", {"reason"}),
        (date(2014, 12, 1), "理由", {"due"}),  # past the notice's own 11-30
        (date(2014, 11, 24), "长" * 501, {"reason"}),
    ],
)
def test_what_is_no_extension(acting: As, due: date | None, reason: str, fields: set[str]) -> None:
    with pytest.raises(Invalid) as refused:
        extend(acting, due, reason)
    assert {one.field for one in refused.value.findings} == fields


@pytest.mark.parametrize("who", ["changde.clerk", "wuling.head", "hunan.clerk", "unit.czj"])
def test_only_the_issuing_head_extends(acting: As, who: str) -> None:
    with pytest.raises(AccessDenied):
        extend(acting, date(2014, 11, 24), who=who)


def test_a_date_left_to_others_is_not_extended(acting: As) -> None:
    with pytest.raises(Refusal, match="不需要延期"):
        extend(acting, date(2014, 11, 24), key="local-survey")


def test_the_completion_past_the_upper_one_is_an_exception_seen_above(acting: As, app: Flask) -> None:
    app.test_cli_runner().invoke(args=["campaigns", "load"], catch_exceptions=False)
    with acting("changde.head") as actor, transaction():
        ours = select(CampaignStep).where(CampaignStep.campaign_id == 1, CampaignStep.key == "finish-organ")
        row = db.session.scalars(ours).one()
        extending.extend(row, date(2014, 12, 5), "汛期抗灾", actor=actor)
        assert row.exception and row.reason == "汛期抗灾"
    with acting("hunan.clerk"):
        (found,) = extending.exceptions(queries.timetable().plans, "0.43.")
        assert found.step.label == "完成党政机关现有网站资格复核" and found.plan.id == 1
    with acting("changde.head"):
        assert extending.exceptions(queries.timetable().plans, "0.43.07.") == []


def test_exceptions_below_are_listed_for_the_upper_office(acting: As) -> None:
    with acting("wuling.head") as actor, transaction():
        service.set_local_step(
            row_of("local-survey"),
            desk("430702"),
            track=ANY,
            due=date(2014, 12, 5),
            reason="停电",
            actor=actor,
        )
    issue(acting, draft(acting, step(track="organ", due="2014-12-09", reason="搬迁"), document="武1号"))
    with acting("changde.auditor"):
        found = extending.exceptions(queries.timetable().plans, "0.43.07.")
        assert [(one.step.office_name, one.step.reason) for one in found] == [
            ("武陵区编委办", "停电"), ("武陵区编委办", "搬迁"),
        ]  # fmt: skip
    with acting("wuling.head"):
        assert extending.exceptions(queries.timetable().plans, "0.43.07.02.") == []
        assert drafts.get(1).state == "issued"
