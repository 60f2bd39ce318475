"""待办, 已办, 我经手: whose, in which order, narrowed how, remembered for whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.foundation import access, clock
from app.foundation.database import db, transaction
from app.plugins.applications import service
from app.plugins.worklist import filters, queries
from app.plugins.worklist.filters import Asked
from app.plugins.worklist.models import WorkFilter
from tests.plugins.applications.conftest import counting
from tests.plugins.applications.country import MONDAY, Country


def found(
    country: Country, who: str, tab: Callable[..., queries.Found] = queries.todo, **asked: str
) -> list[int]:
    actor = country.actor(who)
    with access.acting_as(actor):
        return [one.application.id for one in tab(actor, Asked(**asked), 1, 50).lines]


def later(days: int) -> None:
    with access.acting_as(access.system("tests", over="0.")), transaction():
        clock.move(MONDAY + timedelta(days=days))


def test_late_first_then_by_working_days_left(country: Country) -> None:
    paper = country.awaiting_paper("exam")
    country.receive(paper)  # ten working days from the 24th
    first = country.submitted("library", "librarian")
    later(14)
    fresh = country.submitted("edu")
    assert found(country, "head") == [first, paper, fresh]
    actor = country.actor("head")
    with access.acting_as(actor):
        page = queries.todo(actor, Asked(), 1, 50)
    assert (page.total, page.late) == (3, 1)
    assert page.tasks == {"first-review": 2, "await-paper": 0, "paper-review": 1, "report": 0}


def test_each_sees_what_waits_for_his_post(country: Country) -> None:
    submitted, waiting = country.submitted("edu"), country.awaiting_paper("exam")
    assert found(country, "clerk") == [waiting]
    assert set(found(country, "reviewer")) == {submitted, waiting}
    for who in ("sibling", "parent", "auditor", "county_egov", "registrar"):
        assert found(country, who) == []


def test_the_first_reviewer_is_not_asked_to_sign(country: Country) -> None:
    """C-art.7."""
    pk = country.checked(country.submitted(), "head")
    country.do("head", pk, lambda row, actor: service.pass_first(row, actor=actor))
    country.receive(pk)
    assert found(country, "head") == []
    assert found(country, "deputy") == [pk]


def test_filters_narrow(country: Country) -> None:
    edu, exam = country.submitted("edu"), country.submitted("exam")
    library = country.submitted("library", "librarian")
    country.do("reviewer", edu, lambda row, actor: service.claim(row, actor=actor))
    country.do("head", exam, lambda row, actor: service.claim(row, actor=actor))
    assert found(country, "reviewer", whose="mine") == [edu]
    assert found(country, "reviewer", whose="others") == [exam]
    assert found(country, "reviewer", whose="nobody") == [library]
    assert found(country, "reviewer", track="institution") == [library]
    assert found(country, "reviewer", kind="opening") == []
    assert found(country, "reviewer", q="招生") == [exam]
    assert found(country, "reviewer", q="%") == []
    assert found(country, "reviewer", task="paper-review") == []
    assert found(country, "reviewer", time="late") == []
    later(3)
    assert len(found(country, "reviewer", time="soon")) == 3
    later(14)
    assert len(found(country, "reviewer", time="late")) == 3
    assert found(country, "reviewer", time="soon") == []


def test_done_and_mine(country: Country) -> None:
    returned, approved = country.returned("exam"), country.approved("edu")
    country.submitted("library", "librarian")
    assert set(found(country, "clerk", queries.done)) == {returned, approved}
    assert set(found(country, "reviewer", queries.mine)) == {returned, approved}
    assert found(country, "clerk", queries.mine) == [approved]  # took the paper in
    assert found(country, "head", queries.mine) == [approved]
    assert found(country, "deputy", queries.mine) == []
    for who in ("sibling", "parent", "auditor"):
        assert found(country, who, queries.done) == []
        assert found(country, who, queries.mine) == []


def test_pages(country: Country) -> None:
    for site, who in (("edu", "filer"), ("exam", "filer"), ("library", "librarian")):
        country.submitted(site, who)
    actor = country.actor("reviewer")
    with access.acting_as(actor):
        first, second = (queries.todo(actor, Asked(), number, 2) for number in (1, 2))
    assert (len(first.lines), len(second.lines), first.total) == (2, 1, 3)


def test_the_queue_costs_three_statements(country: Country) -> None:
    for site, who in (("edu", "filer"), ("exam", "filer"), ("library", "librarian")):
        country.submitted(site, who)
    actor = country.actor("reviewer")
    with access.acting_as(actor), counting() as seen:
        queries.todo(actor, Asked(), 1, 50)
    assert len(seen) <= 3, seen


def test_filters_are_each_persons_own(country: Country) -> None:
    mine, his = country.actor("reviewer"), country.actor("head")
    assert mine.person_id is not None
    with access.acting_as(mine), transaction():
        filters.remember(mine.person_id, Asked(whose="mine", q="教育"))
    with access.acting_as(mine), transaction():
        filters.remember(mine.person_id, Asked(whose="nobody"))
    assert filters.remembered(mine.person_id) == Asked(whose="nobody")
    assert filters.remembered(his.person_id) == Asked()
    assert filters.remembered(None) == Asked()


def test_what_is_no_longer_offered_is_forgotten(country: Country) -> None:
    person = country.actor("reviewer").person_id
    with access.acting_as(access.system("tests", over="0.")), transaction():
        db.session.add(WorkFilter(person_id=person, query="task=gone"))
    assert filters.remembered(person) == Asked()


@pytest.mark.parametrize("tab", [queries.done, queries.mine])
def test_the_other_tabs_cost_two(country: Country, tab: Callable[..., queries.Found]) -> None:
    country.approved()
    actor = country.actor("head")
    with access.acting_as(actor), counting() as seen:
        tab(actor, Asked(), 1, 50)
    assert len(seen) <= 2, seen
