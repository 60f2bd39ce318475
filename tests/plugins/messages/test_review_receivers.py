"""Around a review: paper that does not agree, words from above, a case given to somebody else."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.notices.models import Message
from app.plugins.applications import service, signals
from app.plugins.applications.models import Application
from app.plugins.exchange import queries
from app.plugins.exchange import service as exchange
from app.plugins.exchange.models import ExchangeLine
from app.plugins.worklist import guiding
from tests.plugins.messages.conftest import Town

COUNTY = "0.43.07.22."


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def told(town: Town, username: str, event: str) -> list[Message]:
    return [one for one in town.inbox(username) if one.event == event]


def row_of(pk: int) -> Application:
    return db.session.scalars(select(Application).where(Application.id == pk)).one()


def late(town: Town) -> Application:
    """The county's case that is overdue in the demo."""
    found: Application = town.one(
        select(Application).where(Application.state == "submitted", Application.review_path == COUNTY)
    )
    return found


def test_the_applicant_hears_what_does_not_agree(town: Town) -> None:
    """C-art.8: 补充或更正."""
    case = town.application("paper_review")
    line = town.one(select(ExchangeLine).where(ExchangeLine.application_id == case.id))
    before = {who: len(told(town, who, "application.paper_mismatch")) for who in town.filers(case)}
    assert before
    with town.acting("changde.clerk") as actor:
        exchange.note_mismatch(queries.line(line.id), "公章与开办主体名称不一致", actor=actor)
    for who, count in before.items():
        messages = told(town, who, "application.paper_mismatch")
        assert len(messages) == count + 1
        assert "公章与开办主体名称不一致" in messages[-1].text
        assert messages[-1].link == f"/applications/{case.id}"


def test_the_deciding_office_hears_from_above_and_the_applicant_does_not(town: Town) -> None:
    case = late(town)
    with town.acting("changde.reviewer") as actor:
        guiding.urge(row_of(case.id), "请抓紧办理", actor=actor)
        guiding.guide(row_of(case.id), "请核对名称", actor=actor)
    urged = told(town, "430722.reviewer", "application.urged_above")[-1]
    assert urged.urgent
    assert "市委编委办催办" in urged.text and "请抓紧办理" in urged.text
    guided = told(town, "430722.reviewer", "application.guided")[-1]
    assert "请核对名称" in guided.text and "审核决定仍由审核机关作出" in guided.text
    for who in (*town.filers(case), "changde.reviewer", "wuling.reviewer"):
        assert not told(town, who, "application.urged_above")
        assert not [one for one in told(town, who, "application.guided") if one.link == guided.link]


def test_whoever_is_given_a_case_hears_of_it(town: Town) -> None:
    case = town.application("submitted")
    head: Actor = town.actor("changde.head")
    with town.acting("changde.reviewer") as actor:
        service.reassign(row_of(case.id), head, "原承办人出差", actor=actor)
    (message,) = told(town, "changde.head", "application.reassigned")
    assert case.site_name in message.text and "原承办人出差" in message.text
    assert not told(town, "changde.reviewer", "application.reassigned")


def test_who_takes_it_himself_is_not_told(town: Town) -> None:
    case = town.application("submitted")
    with town.acting("changde.head") as actor:
        service.reassign(row_of(case.id), actor, "本人办理", actor=actor)
    assert not told(town, "changde.head", "application.reassigned")


def test_the_deciding_office_hears_that_another_handler_took_over(town: Town) -> None:
    """A4.d: the form that was printed before names somebody else."""
    case = town.application("awaiting_paper")
    who = town.filers(case)[0]
    before = len(told(town, "changde.reviewer", "application.handler_changed"))
    with town.acting(who) as actor:
        signals.handler_changed.send(row_of(case.id), actor=actor)
    heard = told(town, "changde.reviewer", "application.handler_changed")
    assert len(heard) == before + 1
    assert case.site_name in heard[-1].text and "此前打印的申请表作废" in heard[-1].text
    assert not told(town, "wuling.reviewer", "application.handler_changed")
