"""The seal's day on a decision, and what the registrar sent back: returned for correction and reviewed anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.kernel.errors import AccessDenied, Invalid, NotSeen, WrongState
from app.plugins.applications import endings, queries, service, signals
from app.plugins.applications.models import Application
from app.plugins.applications.service import deciding
from tests.plugins.applications.country import Country
from tests.plugins.applications.test_flow import free_the_site


def reopen(
    country: Country, pk: int, who: str = "head", codes: Any = ("name-irregular",), words: str = "请核对。"
) -> None:
    country.do(who, pk, lambda row, actor: service.reopen(row, codes, words, actor=actor))


def _with(verb: Callable[..., Any]) -> Callable[[Application, Actor], Any]:
    return lambda one, actor: verb(one, actor=actor)


@pytest.mark.parametrize("verb", ["approve", "refuse"])
def test_a_decision_keeps_the_day_of_its_seal(country: Country, verb: str) -> None:
    pk = country.paper_review()
    with clock.at(clock.now() + timedelta(days=3)):
        day = clock.today() - timedelta(days=1)
        if verb == "approve":
            country.do("head", pk, lambda row, actor: service.approve(row, sealed_on=day, actor=actor))
        else:
            country.do(
                "head",
                pk,
                lambda row, actor: service.refuse(row, ["other"], "不齐。", sealed_on=day, actor=actor),
            )
    decision = country.read(pk).decisions[-1]
    assert decision.sealed_on == day
    with access.acting_as(access.system("tests", over="0.")):
        assert audit.timeline(queries.get(pk))[0].after["sealed_on"] == day.isoformat()


def test_the_seal_is_of_today_when_nothing_is_said(country: Country) -> None:
    assert country.read(country.approved()).decisions[-1].sealed_on == clock.today()


@pytest.mark.parametrize("days", [-1, 1])
@pytest.mark.parametrize("verb", ["approve", "refuse"])
def test_nothing_is_sealed_before_the_paper_is_there_nor_in_days_to_come(
    country: Country, verb: str, days: int
) -> None:
    pk = country.paper_review()
    day = clock.today() + timedelta(days=days)

    def decide(row: Application, actor: Actor) -> None:
        if verb == "approve":
            service.approve(row, sealed_on=day, actor=actor)
        else:
            service.refuse(row, ["other"], "不齐。", sealed_on=day, actor=actor)

    with pytest.raises(Invalid) as refused:
        country.do("head", pk, decide)
    assert [one.code for one in refused.value.findings] == ["sealed-on"]
    assert country.read(pk).state == "paper_review"


def test_what_the_registrar_sent_back_goes_back_to_the_applicant_and_through_both_reviews(
    country: Country,
) -> None:
    pk = country.sent_back()
    reopen(country, pk)
    row = country.read(pk)
    assert row.state == "returned"
    assert (row.first_reviewer_id, row.first_reviewed_at) == (None, None)
    assert (row.paper_reviewer_id, row.paper_reviewed_at) == (None, None)
    last = row.decisions[-1]
    assert (last.outcome, last.reasons, last.words) == ("returned", ["name-irregular"], "请核对。")
    round_before = row.round
    country.do("filer", pk, lambda one, actor: service.submit(one, declared=True, actor=actor))
    row = country.read(pk)
    assert (row.state, row.round) == ("submitted", round_before + 1)
    assert all(item.finding == "open" for item in row.items())
    for verb in (service.approve, service.mark_reported):
        with pytest.raises(WrongState):
            country.do("head", pk, _with(verb))
    country.checked(pk)
    country.do("reviewer", pk, lambda one, actor: service.pass_first(one, actor=actor))
    country.receive(pk)
    country.do("head", pk, lambda one, actor: service.approve(one, actor=actor))
    assert country.read(pk).state == "approved"


def test_only_what_was_sent_back_is_reopened(country: Country) -> None:
    pk = country.approved()
    with pytest.raises(WrongState, match="退回"):
        reopen(country, pk)
    assert country.read(pk).state == "approved"


def test_once_reported_again_it_is_not_reopened(country: Country) -> None:
    pk = country.sent_back()
    country.result("head", pk, service.mark_reported)
    with pytest.raises(WrongState):
        reopen(country, pk)


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("filer", AccessDenied), ("clerk", AccessDenied), ("reviewer", AccessDenied), ("sibling", NotSeen),
        ("parent", AccessDenied), ("neighbour", NotSeen), ("registrar", NotSeen), ("auditor", AccessDenied),
    ],
)  # fmt: skip
def test_nobody_but_the_deciding_office_reopens(country: Country, who: str, error: type[Exception]) -> None:
    pk = country.sent_back()
    with pytest.raises(error):
        reopen(country, pk, who)
    assert country.read(pk).state == "approved"


@pytest.mark.parametrize(
    ("codes", "words"), [((), "请核对。"), (("name-irregular",), ""), (("seal-missing",), "x")]
)
def test_reopening_says_why(country: Country, codes: tuple[str, ...], words: str) -> None:
    pk = country.sent_back()
    with pytest.raises(Invalid):
        reopen(country, pk, codes=codes, words=words)
    assert country.read(pk).state == "approved"


def test_reopening_is_recorded_and_told(country: Country) -> None:
    heard: list[str] = []

    def on_reopened(row: Application, actor: Actor) -> None:
        heard.append("reopened")

    def on_returned(row: Application, actor: Actor) -> None:
        heard.append("returned")

    signals.reopened.connect(on_reopened), signals.returned.connect(on_returned)
    pk = country.sent_back()
    reopen(country, pk)
    assert heard == ["reopened", "returned"]
    with access.acting_as(access.system("tests", over="0.")):
        assert audit.timeline(queries.get(pk))[0].verb == "application.reopened"


def test_reopenable_follows_the_last_decision(country: Country) -> None:
    pk = country.approved()
    assert not deciding.reopenable(country.read(pk))
    country.result("head", pk, service.mark_reported)
    country.result("registrar", pk, service.mark_sent_back, "核对")
    assert deciding.reopenable(country.read(pk))


def _ended(country: Country, state: str) -> int:
    if state == "refused":
        pk = country.paper_review()
        country.do(
            "head", pk, lambda row, actor: service.refuse(row, ["seal-missing"], "缺公章。", actor=actor)
        )
    elif state == "ineligible":
        pk = country.submitted()
        country.do(
            "reviewer", pk, lambda row, actor: service.declare_ineligible(row, ["not-public"], "系企业。", actor=actor)
        )  # fmt: skip
    elif state == "withdrawn":
        pk = country.submitted()
        country.do("filer", pk, lambda row, actor: service.withdraw(row, reason="另行申请。", actor=actor))
    else:
        pk = country.reported()
        country.result("registrar", pk, service.mark_badged)
    return pk


@pytest.mark.parametrize(
    ("state", "words", "codes"),
    [
        ("refused", "缺公章。", ["seal-missing"]),
        ("ineligible", "系企业。", ["not-public"]),
        ("withdrawn", "另行申请。", []),
        ("badged", "同意开办。", []),
    ],
)
def test_every_end_says_why(country: Country, state: str, words: str, codes: list[str]) -> None:
    pk = _ended(country, state)
    with access.acting_as(access.system("tests", over="0.")):
        ending = endings.of(queries.whole(pk))
    assert ending is not None
    assert (ending.state, ending.words) == (state, words)
    assert ending.why and ending.by and ending.at is not None
    assert [one.code for one in ending.reasons] == codes


def test_what_goes_on_has_no_end(country: Country) -> None:
    for make in (country.draft, country.returned, country.approved):
        pk = make()
        with access.acting_as(access.system("tests", over="0.")):
            assert endings.of(queries.whole(pk)) is None
        free_the_site(country, pk)
