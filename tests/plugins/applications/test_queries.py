"""What waits on whose desk."""

from __future__ import annotations

import pytest

from app.foundation import access
from app.plugins.applications import queries, service
from tests.plugins.applications.conftest import counting
from tests.plugins.applications.country import Country


@pytest.fixture
def stories(country: Country) -> Country:
    """One application at each desk of the county."""
    country.draft("edu")
    country.returned("exam")
    country.submitted("library", "librarian")
    return country


def tasks(country: Country, who: str) -> list[tuple[str, str]]:
    actor = country.actor(who)
    with access.acting_as(actor):
        return [(task.key, task.application.site_name) for task in queries.todo(actor)]


def test_the_applicant_mends_before_he_finishes(stories: Country) -> None:
    assert set(tasks(stories, "filer")) == {("fix", "武陵招生网"), ("finish", "武陵教育网")}


@pytest.mark.parametrize("who", ["reviewer", "head"])
def test_the_reviewer_reviews(stories: Country, who: str) -> None:
    assert tasks(stories, who) == [("first-review", "武陵区图书馆网")]


@pytest.mark.parametrize(
    "who", ["clerk", "sibling", "parent", "auditor", "county_egov", "registrar", "neighbour"]
)
def test_others_have_nothing_to_do_with_it(stories: Country, who: str) -> None:
    assert tasks(stories, who) == []


def test_paper_is_awaited_by_one_side_and_owed_by_the_other(country: Country) -> None:
    country.awaiting_paper()
    assert tasks(country, "clerk") == [("await-paper", "武陵教育网")]
    assert tasks(country, "filer") == [("send-paper", "武陵教育网")]


def test_the_written_review_waits_for_another_head(country: Country) -> None:
    pk = country.awaiting_paper(who="head")
    country.receive(pk)
    assert tasks(country, "head") == []
    assert tasks(country, "deputy") == [("paper-review", "武陵教育网")]


def test_what_is_approved_waits_to_be_reported(country: Country) -> None:
    country.approved()
    assert tasks(country, "head") == [("report", "武陵教育网")]
    assert tasks(country, "reviewer") == []


def test_the_soonest_due_comes_first_and_drafts_last(country: Country) -> None:
    country.draft("edu")
    country.awaiting_paper("exam")
    assert [name for _key, name in tasks(country, "filer")] == ["武陵招生网", "武陵教育网"]


def test_each_task_carries_its_clock(country: Country) -> None:
    country.submitted()
    actor = country.actor("reviewer")
    with access.acting_as(actor):
        (task,) = queries.todo(actor)
        assert task.clock is not None
        assert (task.clock.kind, task.clock.days) == ("first_review", 5)


@pytest.mark.parametrize("who", ["filer", "reviewer", "clerk", "head", "parent"])
def test_counts_agree_with_the_list(stories: Country, who: str) -> None:
    actor = stories.actor(who)
    with access.acting_as(actor):
        listed = [task.key for task in queries.todo(actor)]
        counted = {key: number for key, number in queries.counts(actor).items() if number}
    assert counted == {key: listed.count(key) for key in set(listed)}


def test_one_statement_each(stories: Country) -> None:
    actor = stories.actor("head")
    with access.acting_as(actor), counting() as seen:
        queries.todo(actor, limit=5)
        queries.counts(actor)
    assert len(seen) == 2, seen


def test_no_more_than_asked_for(stories: Country) -> None:
    actor = stories.actor("filer")
    with access.acting_as(actor):
        assert len(queries.todo(actor, limit=1)) == 1
        assert [task.key for task in queries.todo(actor, keys=("finish",))] == ["finish"]


def test_a_task_of_the_platform_has_no_desk(stories: Country) -> None:
    task = access.system("tests", over="0.")
    with access.acting_as(task):
        assert queries.todo(task) == []
        assert queries.counts(task) == {}


def test_the_startable_are_the_ones_filed_for(stories: Country) -> None:
    for who, names in (
        ("filer", {"武陵教育网", "武陵招生网"}),
        ("portal_desk", {"常德市政府门户网站", "门户"}),
        ("reviewer", set()),
        ("neighbour", set()),
    ):
        actor = stories.actor(who)
        with access.acting_as(actor):
            assert {one.site.name for one in queries.startable_sites(actor)} == names


def test_a_live_application_stands_beside_its_site(stories: Country) -> None:
    actor = stories.actor("filer")
    with access.acting_as(actor):
        states = {one.site.name: one.live.state for one in queries.startable_sites(actor) if one.live}
    assert states == {"武陵教育网": "draft", "武陵招生网": "returned"}


def test_an_ended_one_does_not_stand_in_the_way(stories: Country) -> None:
    with access.acting_as(access.system("tests", over="0.")):
        pk = next(
            row.live.id
            for row in queries.startable_sites(access.system("tests", over="0."))
            if row.live and row.live.state == "draft"
        )
    stories.do("filer", pk, lambda row, actor: service.withdraw(row, actor=actor, reason="不再办理"))
    actor = stories.actor("filer")
    with access.acting_as(actor):
        assert {one.site.name for one in queries.startable_sites(actor) if one.live is None} == {"武陵教育网"}
