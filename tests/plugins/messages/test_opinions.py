"""What is told of opinions (S4): to the desk that is asked, to whoever reviews, and each rung of the ladder once."""

from __future__ import annotations

from datetime import timedelta

from app.foundation import clock
from app.plugins.opinions import queries, service
from app.plugins.opinions.models import Consultation
from tests.plugins.messages.conftest import Town
from tests.plugins.messages.test_reminders import remind, select


def pending(town: Town) -> Consultation:
    """The demo's open question to the city's 电子政务办, due on 25 November."""
    query = select(Consultation).where(
        Consultation.answered_at.is_(None), Consultation.review_path == "0.43.07."
    )
    found: Consultation = town.one(query)
    return found


def said(town: Town, username: str, event: str) -> list[str]:
    return [one.subject for one in town.inbox(username) if one.event == event]


def test_the_desk_hears_the_question_and_the_reviewers_the_answer(town: Town) -> None:
    row = pending(town)
    assert "常德市委编委办征求意见：常德环境保护网" in said(town, "changde.egov", "opinion.asked")
    before = len(said(town, "changde.reviewer", "opinion.answered"))
    with town.acting("changde.egov") as actor:
        service.answer(queries.get(row.id), "object", "服务器不在市政务云内。", actor=actor)
    answers = said(town, "changde.reviewer", "opinion.answered")
    assert len(answers) == before + 1
    assert answers[-1] == "市电子政务办反馈意见：常德环境保护网"
    text = [one.text for one in town.inbox("changde.reviewer") if one.event == "opinion.answered"][-1]
    assert "有不同意见" in text and "服务器不在市政务云内。" in text


def test_a_question_taken_back_is_told(town: Town) -> None:
    row = pending(town)
    with town.acting("changde.reviewer") as actor:
        service.withdraw(queries.get(row.id), "已电话沟通。", actor=actor)
    assert said(town, "changde.egov", "opinion.withdrawn") == ["不需再反馈意见：常德环境保护网"]
    remind()
    assert said(town, "changde.egov", "opinion.due") == []


def test_each_rung_is_told_once(town: Town) -> None:
    day = clock.now()
    for _day in range(4):
        for _again in range(2):
            remind(day)
        day += timedelta(days=1)
    assert said(town, "changde.egov", "opinion.due") == [
        "请反馈意见（还有 1 个工作日）：常德环境保护网",
        "请反馈意见（今天截止）：常德环境保护网",
        "请反馈意见（现已逾期）：常德环境保护网",
    ]


def test_whoever_has_answered_is_not_reminded(town: Town) -> None:
    row = pending(town)
    with town.acting("changde.egov") as actor:
        service.answer(queries.get(row.id), "none", "", actor=actor)
    remind()
    assert said(town, "changde.egov", "opinion.due") == []
