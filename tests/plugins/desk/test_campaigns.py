"""What campaigns put on the desk: dates to set, exceptions below, urgings to confirm, drafts to issue."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation import access
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Office
from app.plugins.campaigns import drafts, queries, receipts, urging
from app.plugins.campaigns.models import Campaign
from app.plugins.desk.of_campaigns import of_campaigns
from app.plugins.desk.tasks import Task

TITLE = {"document": "常编办发〔2014〕12号", "title": "加挂通知", "short_title": "加挂", "text": "请加挂。"}
STEP = {
    "kind": "hanging", "label": "加挂网站标识", "track": "any", "groups": ["own", "county"], "mode": "fixed",
    "due": "2014-11-28", "source": "第一条", "deliver_to": "", "copy_to": "", "reason": "",
}  # fmt: skip


@pytest.fixture
def seed() -> str:
    return "demo"


def tasks(app: Flask, username: str) -> list[Task]:
    actor = access.actor_for(username)
    with app.test_request_context("/desk/"), access.acting_as(actor):
        return list(of_campaigns(actor))


def said(app: Flask, username: str) -> list[tuple[str, str]]:
    return [(one.what, one.subject) for one in tasks(app, username)]


def test_the_upper_office_sees_the_exception_and_the_county_does_not(app: Flask) -> None:
    for username in ("changde.clerk", "changde.head", "hunan.head"):
        (found,) = [one for one in tasks(app, username) if one.what == "下级晚于完成期限的例外"]
        assert (found.subject, found.about, found.many) == ("1 项", "桃源县编委办", True)
        assert found.url.endswith("#exceptions")
    for username in ("wuling.head", "unit.changde", "changde.egov"):
        assert "下级晚于完成期限的例外" not in dict(said(app, username))


def test_a_head_is_asked_for_the_dates_its_office_has_not_set(app: Flask) -> None:
    assert said(app, "dingcheng.head") == [("明确本级时限", "本辖区单位在线提交网站资格复核申请")]
    assert said(app, "wuling.head") == []
    assert said(app, "dingcheng.reviewer") == []


def test_from_the_draft_to_the_reading(app: Flask) -> None:
    with access.acting_as(access.actor_for("changde.clerk")) as actor, transaction():
        office = db.session.scalars(select(Office).where(Office.code == "430700")).one()
        paths = list(db.session.scalars(select(Office.path).where(Office.code == "430702")))
        draft = drafts.start(office, actor=actor)
        drafts.save(draft, {**TITLE, "issued_on": date(2014, 11, 24)}, actor=actor)
        drafts.choose(draft, ["own", "county"], paths, actor=actor)
        pk = draft.id
    assert ("印发工作安排", "加挂通知") not in said(app, "changde.head")  # not complete yet
    with access.acting_as(access.actor_for("changde.clerk")) as actor, transaction():
        drafts.put_step(drafts.get(pk), "", STEP, actor=actor)
    assert ("印发工作安排", "加挂通知") in said(app, "changde.head")
    assert ("印发工作安排", "加挂通知") not in said(app, "changde.clerk")
    with access.acting_as(access.actor_for("changde.head")) as actor, transaction():
        issued = drafts.issue(drafts.get(pk), actor=actor).id
    assert ("阅读文件", "加挂") in said(app, "unit.changde") and ("阅读文件", "加挂") in said(
        app, "wuling.head"
    )
    assert ("阅读文件", "加挂") not in said(app, "dingcheng.head") + said(app, "unit.wuling") + said(
        app, "changde.head"
    )
    with access.acting_as(access.actor_for("unit.changde")) as actor, transaction():
        receipts.confirm(queries.get(issued), actor=actor)
    assert said(app, "unit.changde") == []


def test_an_urging_stays_until_it_is_confirmed(app: Flask) -> None:
    with access.acting_as(access.actor_for("changde.clerk")) as actor, transaction():
        campaign = db.session.scalars(
            select(Campaign).where(Campaign.document == "常编办发〔2014〕9号")
        ).one()
        pk = campaign.id
        keys = [one.key for one in receipts.addressees(campaign) if one.name == "武陵区编委办"]
        urging.urge(campaign, None, keys, "请抓紧阅读。", actor=actor)
    assert [one.what for one in tasks(app, "wuling.head")] == ["确认收到催办"]
    with access.acting_as(access.actor_for("wuling.clerk")) as actor, transaction():
        receipts.acknowledge(queries.get(pk), actor=actor)
    assert tasks(app, "wuling.head") == []
