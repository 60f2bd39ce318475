"""What is told of campaigns: documents issued online, changes, urging, and the ladder for offices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation import clock, jobs
from app.foundation.database import db
from app.foundation.notices.models import Message
from app.foundation.tenancy.models import Office
from app.plugins.campaigns import drafts, extending, queries, receipts, urging
from app.plugins.campaigns.models import Campaign, CampaignStep
from tests.plugins.messages.conftest import Town
from tests.plugins.messages.test_reminders import remind

STEP = {
    "kind": "hanging", "label": "加挂网站标识", "track": "any", "groups": ["own"], "mode": "fixed",
    "due": "2014-11-28", "source": "第一条", "deliver_to": "", "copy_to": "", "reason": "",
}  # fmt: skip


def notice(town: Town) -> int:
    """The city's own campaign."""
    found = town.one(select(Campaign).where(Campaign.document == "常编办发〔2014〕9号"))
    return int(found.id)


def of(town: Town, username: str, event: str) -> list[Message]:
    return [one for one in town.inbox(username) if one.event == event]


def work(app: Flask) -> None:
    db.session.remove()
    jobs.run_due(app)


def test_a_document_issued_online_is_told_to_whom_it_names_once(app: Flask, town: Town) -> None:
    with town.acting("changde.clerk") as actor:
        office = db.session.scalars(select(Office).where(Office.code == "430700")).one()
        draft = drafts.start(office, actor=actor)
        heading = {
            "document": "常编办发〔2014〕12号",
            "title": "加挂通知",
            "short_title": "加挂",
            "text": "请加挂。",
        }
        drafts.save(draft, {**heading, "issued_on": date(2014, 11, 24)}, actor=actor)
        drafts.choose(draft, ["own"], [], actor=actor)
        drafts.put_step(draft, "", STEP, actor=actor)
        pk = draft.id
    with town.acting("changde.head") as actor:
        drafts.issue(drafts.get(pk), actor=actor)
    assert of(town, "unit.changde", "campaign.issued") == []  # told by the job, not by the click
    work(app)
    (told,) = of(town, "unit.changde", "campaign.issued")
    assert told.subject == "请阅：常编办发〔2014〕12号" and told.text.startswith("常德市财政局：")
    assert "市委编委办印发了《加挂通知》" in told.text and told.link.startswith("/campaigns/")
    assert of(town, "unit.wuling", "campaign.issued") == of(town, "wuling.head", "campaign.issued") == []
    work(app)
    assert len(of(town, "unit.changde", "campaign.issued")) == 1


def test_only_whom_the_office_ticked_is_urged_in_its_own_words(app: Flask, town: Town) -> None:
    pk = notice(town)
    with town.acting("changde.clerk") as actor:
        campaign = queries.get(pk)
        (key,) = (one.key for one in receipts.addressees(campaign) if one.name == "柳叶湖政工人事部门")
        step = db.session.scalars(select(CampaignStep).where(CampaignStep.key == "office-return")).one()
        urging.urge(campaign, step, [key], "请于周五前报送。", actor=actor)
    work(app)
    (told,) = of(town, "liuyehu.head", "campaign.urged")
    assert told.urgent and told.subject == "催办：报送内设机构、人员信息和工作方案"
    assert "请于周五前报送。" in told.text
    assert of(town, "dingcheng.head", "campaign.urged") == of(town, "unit.changde", "campaign.urged") == []


def test_an_extension_is_told_and_its_rungs_are_climbed_anew(app: Flask, town: Town) -> None:
    remind()
    before = len(of(town, "unit.changde", "deadline.near"))
    assert before == 1  # the filing, due on the 25th
    with town.acting("changde.head") as actor:
        step = db.session.scalars(select(CampaignStep).where(CampaignStep.key == "municipal-filing")).one()
        extending.extend(step, date(2014, 11, 28), "系统检修", actor=actor)
    work(app)
    (told,) = of(town, "unit.changde", "campaign.changed")
    assert "系统检修" in told.text
    remind(datetime(2014, 11, 27, 1, tzinfo=UTC))
    (_first, again) = of(town, "unit.changde", "deadline.near")
    assert "还有 1 个工作日" in again.subject and "2014年11月28日（周五）" in again.text


def test_an_office_hears_of_what_its_units_still_lack(town: Town) -> None:
    remind()  # 24 November: four working days to the 30th
    (near,) = [one for one in of(town, "wuling.head", "deadline.near") if "资格复核" in one.subject]
    assert (
        near.subject.startswith("完成党政机关现有网站资格复核（尚有 ") and "还有 4 个工作日" in near.subject
    )
    remind(datetime(2014, 12, 1, 1, tzinfo=UTC))
    (over,) = [one for one in of(town, "wuling.head", "deadline.overdue") if "资格复核" in one.subject]
    assert "常编办发〔2014〕9号 第三条" in over.text


@pytest.fixture
def in_already(app: Flask, town: Town) -> Iterator[str]:
    """Wuling's return is in, as a plugin above says."""
    path = town.one(select(Office.path).where(Office.code == "430702"))
    kept = app.extensions.pop("bianban.campaigns.done", None)
    urging.offer(app, "return", lambda _step, asked: asked == path)
    yield path
    app.extensions.pop("bianban.campaigns.done", None)
    if kept is not None:
        app.extensions["bianban.campaigns.done"] = kept


def test_returns_are_asked_for_where_they_are_not_in(in_already: str, town: Town) -> None:
    remind(datetime(2014, 11, 20, 1, tzinfo=UTC))
    title = "报送内设机构、人员信息和工作方案"
    assert [one.subject for one in of(town, "dingcheng.head", "deadline.near") if title in one.subject] == [
        f"{title}：还有 1 个工作日"
    ]
    assert not [one for one in of(town, "wuling.head", "deadline.near") if title in one.subject]


def test_nobody_is_reminded_of_returns_as_long_as_nobody_counts_them(app: Flask, town: Town) -> None:
    kept = app.extensions.pop("bianban.campaigns.done", None)
    try:
        remind(datetime(2014, 11, 20, 1, tzinfo=UTC))
    finally:
        if kept is not None:
            app.extensions["bianban.campaigns.done"] = kept
    assert not [one for one in of(town, "dingcheng.head", "deadline.near") if "工作方案" in one.subject]


def test_a_sheet_is_asked_for_by_one_campaign_only(town: Town) -> None:
    """The province's document is carried out by the city's: whoever owes a sheet hears of it once."""
    remind()
    late = [one for one in of(town, "unit.changde", "deadline.overdue") if "摸底" in one.subject]
    assert len(late) == 1 and "常编办发〔2014〕9号" in late[0].text
    assert clock.today() == date(2014, 11, 24)
