"""S4, C-1: who asks, who answers, what it weighs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.foundation.notices.models import Message
from app.foundation.tenancy.models import Office
from app.kernel.errors import AccessDenied, Invalid, NotSeen, WrongState
from app.plugins.applications import service as applications
from app.plugins.opinions import queries, service
from app.plugins.opinions.models import Consultation
from tests.plugins.applications.country import CHINA, Country

COUNTY_DESK, CITY_DESK = "0.43.07.02.egov.", "0.43.07.egov."
QUESTION = "是否有必要单独建设网站。"


def desk(path: str = COUNTY_DESK) -> Office:
    return db.session.scalars(db.select(Office).where(Office.path == path)).one()


def ask(
    country: Country, pk: int, who: str = "reviewer", path: str = COUNTY_DESK, question: str = QUESTION
) -> int:
    def verb(row: Any, actor: Actor) -> int:
        made = service.ask(row, desk(path), question, actor=actor)
        db.session.flush()
        return made.id

    found: int = country.do(who, pk, verb)
    return found


def act(country: Country, who: str, pk: int, verb: Callable[..., Any], *words: str) -> Any:
    actor = country.actor(who)
    with access.acting_as(actor), transaction():
        return verb(queries.get(pk), *words, actor=actor)


def read(pk: int) -> Consultation:
    db.session.rollback()
    db.session.expire_all()
    with access.acting_as(access.system("tests", over="0.")):
        return queries.get(pk)


def told(who: Actor) -> list[str]:
    with access.acting_as(access.system("tests", over="0.")):
        rows = db.session.scalars(db.select(Message).where(Message.person_id == who.person_id))
        return [row.event for row in rows]


def test_a_desk_is_asked_with_a_period_and_its_source(country: Country) -> None:
    pk = ask(country, country.submitted())
    row = read(pk)
    assert (row.due, row.days, row.firm) == (date(2014, 11, 27), 3, False)
    assert row.source == "通知第一条，期限由平台设定"
    assert (row.question, row.asked_by) == (QUESTION, country.actor("reviewer").name)
    assert (row.review_path, row.desk.path) == ("0.43.07.02.", COUNTY_DESK)
    assert "opinion.asked" in told(country.actor("county_egov"))


def test_an_office_sets_its_own_period(country: Country) -> None:
    pk = country.submitted()
    with access.acting_as(access.system("tests", over="0.")), transaction() as session:
        county = session.scalars(db.select(Office).where(Office.path == "0.43.07.02.")).one()
        county.settings = {
            **county.settings,
            "clocks": {"consult": {"days": 5, "source": "武陵区编委办规定"}},
        }
    row = read(ask(country, pk))
    assert (row.days, row.due, row.source) == (5, date(2014, 12, 1), "武陵区编委办规定")


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("filer", AccessDenied), ("clerk", AccessDenied), ("parent", AccessDenied), ("auditor", AccessDenied),
        ("county_egov", AccessDenied), ("sibling", NotSeen), ("neighbour", NotSeen), ("egov", NotSeen),
    ],
)  # fmt: skip
def test_only_the_reviewing_office_asks(country: Country, who: str, error: type[Exception]) -> None:
    pk = country.submitted()
    with pytest.raises(error):
        ask(country, pk, who)


@pytest.mark.parametrize("path", [CITY_DESK, "0.43.07.03.", "0.43.07.02."])
def test_only_a_desk_of_the_level_is_asked(country: Country, path: str) -> None:
    with pytest.raises(NotSeen):
        ask(country, country.submitted(), path=path)


@pytest.mark.parametrize("question", ["", "   ", "长" * 501])
def test_a_question_asks_something(country: Country, question: str) -> None:
    pk = country.submitted()
    with pytest.raises(Invalid):
        ask(country, pk, question=question)


@pytest.mark.parametrize(
    ("made", "fine"),
    [
        ("submitted", True),
        ("awaiting_paper", True),
        ("paper_review", True),
        ("returned", False),
        ("approved", False),
    ],
)
def test_it_is_asked_while_the_case_is_under_review(country: Country, made: str, fine: bool) -> None:
    pk = getattr(country, made)()
    if fine:
        assert read(ask(country, pk)).open
    else:
        with pytest.raises(WrongState):
            ask(country, pk)


def test_a_desk_is_asked_once_at_a_time(country: Country) -> None:
    pk = country.submitted()
    first = ask(country, pk)
    with pytest.raises(WrongState):
        ask(country, pk)
    act(country, "county_egov", first, service.answer, "agree", "")
    assert ask(country, pk) != first


def test_the_database_too_keeps_one_open(country: Country) -> None:
    row = read(ask(country, country.submitted()))
    copied = {
        column.key: getattr(row, column.key)
        for column in Consultation.__table__.columns
        if column.key not in {"id", "version"}
    }
    with (
        pytest.raises(IntegrityError),
        access.acting_as(access.system("tests", over="0.")),
        transaction() as session,
    ):
        session.add(Consultation(**copied))


@pytest.mark.parametrize(
    ("given", "words"), [("agree", ""), ("object", "与区政府网站重复。"), ("none", "不涉及。")]
)
def test_the_desk_answers(country: Country, given: str, words: str) -> None:
    pk = ask(country, country.submitted())
    act(country, "county_egov", pk, service.answer, given, words)
    row = read(pk)
    assert (row.answer, row.words, row.answered_by) == (given, words, country.actor("county_egov").name)
    assert not row.open
    assert "opinion.answered" in told(country.actor("reviewer"))
    with access.acting_as(country.actor("auditor")):
        assert [entry.verb for entry in audit.timeline(row)] == ["opinion.answered", "opinion.asked"]
    with pytest.raises(WrongState):
        act(country, "county_egov", pk, service.answer, "none", "")


@pytest.mark.parametrize(
    ("given", "words"), [("", ""), ("veto", "不行"), ("object", ""), ("object", "  "), ("agree", "长" * 1001)]
)
def test_an_answer_is_one_of_three_and_an_objection_says_why(
    country: Country, given: str, words: str
) -> None:
    pk = ask(country, country.submitted())
    with pytest.raises(Invalid):
        act(country, "county_egov", pk, service.answer, given, words)
    assert read(pk).open


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("reviewer", AccessDenied), ("head", AccessDenied), ("auditor", AccessDenied), ("parent", AccessDenied),
        ("egov", NotSeen), ("filer", NotSeen), ("sibling", NotSeen), ("neighbour", NotSeen), ("registrar", NotSeen),
    ],
)  # fmt: skip
def test_nobody_else_answers(country: Country, who: str, error: type[Exception]) -> None:
    pk = ask(country, country.submitted())
    with pytest.raises(error):
        act(country, who, pk, service.answer, "agree", "")


def test_another_desk_of_the_level_sees_it_and_does_not_answer_it(country: Country) -> None:
    """C-1: 网信办 sees the case; the question was the 电子政务办's."""
    pk = ask(country, country.submitted("office", "city_filer"), "city_reviewer", CITY_DESK)
    cac = country.world.actor(("cac", "0.43.07.cac."))
    with access.acting_as(cac):
        assert queries.get(pk).question == QUESTION
        assert queries.to_answer(cac) == []
    with pytest.raises(AccessDenied) as refused, access.acting_as(cac), transaction():
        service.answer(queries.get(pk), "agree", "", actor=cac)
    assert refused.value.code == "opinion-not-yours"


def test_no_decision_waits_for_an_opinion_and_none_follows_it(country: Country) -> None:
    """S4: never a veto; decided, an open question lapses."""
    pk = country.submitted()
    objecting, other = ask(country, pk), 0
    act(country, "county_egov", objecting, service.answer, "object", "重复建设。")
    other = ask(country, pk)
    country.checked(pk)
    country.do("reviewer", pk, lambda row, actor: applications.pass_first(row, actor=actor))
    country.receive(pk)
    country.do("head", pk, lambda row, actor: applications.approve(row, actor=actor))
    assert country.read(pk).state == "approved"
    assert queries.standing(read(other)) == "lapsed"
    with pytest.raises(WrongState):
        act(country, "county_egov", other, service.answer, "object", "晚了。")
    with access.acting_as(country.actor("county_egov")):
        assert queries.to_answer(country.actor("county_egov")) == []


def test_a_late_answer_counts(country: Country) -> None:
    pk = ask(country, country.submitted())
    with clock.at(datetime(2014, 12, 3, 9, 0, tzinfo=CHINA)):
        act(country, "county_egov", pk, service.answer, "agree", "")
    assert read(pk).answer == "agree"


def test_a_question_is_withdrawn_with_its_reason(country: Country) -> None:
    pk = ask(country, country.submitted())
    with pytest.raises(Invalid):
        act(country, "reviewer", pk, service.withdraw, " ")
    with pytest.raises(AccessDenied):
        act(country, "county_egov", pk, service.withdraw, "不想答")
    act(country, "reviewer", pk, service.withdraw, "已电话沟通。")
    row = read(pk)
    assert (row.withdrawn_because, row.withdrawn_by) == ("已电话沟通。", country.actor("reviewer").name)
    assert "opinion.withdrawn" in told(country.actor("county_egov"))
    for verb, words in ((service.answer, ("agree", "")), (service.withdraw, ("再撤",)), (service.remind, ())):
        who = "county_egov" if verb is service.answer else "reviewer"
        with pytest.raises(WrongState):
            act(country, who, pk, verb, *words)


def test_a_desk_is_reminded_once_a_day(country: Country) -> None:
    pk = ask(country, country.submitted())
    act(country, "reviewer", pk, service.remind)
    assert told(country.actor("county_egov")).count("opinion.due") == 1
    with pytest.raises(WrongState):
        act(country, "reviewer", pk, service.remind)
    with clock.at(datetime(2014, 11, 25, 9, 0, tzinfo=CHINA)):
        act(country, "reviewer", pk, service.remind)
    with pytest.raises(AccessDenied):
        act(country, "county_egov", pk, service.remind)


def test_what_waits_comes_soonest_first(country: Country) -> None:
    second = ask(country, country.submitted("exam"))
    with access.acting_as(access.system("tests", over="0.")), transaction():
        queries.get(second).due = date(2014, 12, 9)
    first = ask(country, country.submitted("edu"))
    actor = country.actor("county_egov")
    with access.acting_as(actor):
        assert [row.id for row in queries.to_answer(actor)] == [first, second]
    city = country.actor("egov")
    with access.acting_as(city):
        assert queries.to_answer(city) == []
