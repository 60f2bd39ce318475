"""The stage picture follows the flow: nobody lays it out by hand, and the record walks it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import combinations

import pytest
from flask.testing import FlaskClient
from statemachine import State, StateMachine

from app.plugins.applications import course, flow, service, stages
from app.plugins.applications.models import STATES
from tests.plugins.applications.country import Country

WORDS = {state: state for state in STATES}
STEPS = {event: event for event in flow.EVENTS}
NOVEMBER = date(2014, 11, 24)


def drawn(events: list[str], state: str) -> course.Course:
    return course.draw([(event, NOVEMBER) for event in events], state, WORDS, STEPS)


def walked(picture: course.Course) -> set[str]:
    return {edge.arrow.event for edge in picture.edges if edge.walked}


def marks(picture: course.Course) -> dict[str, str]:
    return {node.place.state: node.mark for node in picture.nodes if node.mark}


def test_every_state_and_transition_is_drawn() -> None:
    picture = drawn([], "draft")
    assert {node.place.state for node in picture.nodes} == set(STATES)
    assert {edge.arrow for edge in picture.edges} == set(course.arrows())
    assert len(picture.edges) == len(course.arrows())


def test_the_way_to_the_badge_is_the_main_line() -> None:
    line = sorted(
        (place for place in course.places().values() if place.line == 0), key=lambda one: one.column
    )
    assert [place.state for place in line] == [
        "draft", "submitted", "awaiting_paper", "paper_review", "approved", "reported", "badged",
    ]  # fmt: skip


def test_no_two_states_lie_over_one_another_and_none_outside() -> None:
    picture = drawn([], "draft")
    places = [node.place for node in picture.nodes]
    for one, other in combinations(places, 2):
        apart = abs(one.x - other.x) >= course.WIDE or abs(one.y - other.y) >= course.HIGH
        assert apart, (one, other)
    for place in places:
        assert place.x >= 0 and place.x + course.WIDE <= picture.width
        assert place.y >= 0 and place.y + course.HIGH <= picture.height


def test_a_state_that_is_added_to_the_flow_finds_its_place() -> None:
    class Longer(StateMachine):
        begun = State(initial=True)
        checked = State()
        paused = State()
        stopped = State(final=True)
        badged = State(final=True)
        check = begun.to(checked)
        pause = checked.to(paused)
        go_on = paused.to(checked)
        stop = checked.to(stopped) | paused.to(stopped)
        badge = checked.to(badged)

    places = course.places(Longer)
    assert [places[name].line for name in ("begun", "checked", "badged")] == [0, 0, 0]
    below = [(places[name].column, places[name].line) for name in ("paused", "stopped")]
    assert len(set(below)) == 2 and all(line > 0 for _column, line in below)


def test_a_return_and_its_correction_are_walked() -> None:
    picture = drawn(["submit", "return_", "submit"], "submitted")
    assert marks(picture) == {"draft": "done", "submitted": "now", "returned": "done"}
    assert {(edge.arrow.source, edge.arrow.target) for edge in picture.edges if edge.walked} == {
        ("draft", "submitted"), ("submitted", "returned"), ("returned", "submitted"),
    }  # fmt: skip
    assert picture.ahead == ("withdraw", "return_", "pass_first", "declare_ineligible")


def test_what_the_record_does_not_name_is_filled_in() -> None:
    picture = drawn(["submit", "approve"], "approved")
    assert walked(picture) == {"submit", "pass_first", "receive_paper", "approve"}
    assert marks(picture)["paper_review"] == "done"


def test_an_unknown_event_changes_nothing() -> None:
    assert marks(drawn(["submit", "made-up"], "submitted")) == {"draft": "done", "submitted": "now"}


@pytest.mark.parametrize("state", STATES)
def test_exactly_one_state_is_now(state: str) -> None:
    picture = drawn([], state)
    assert [node.place.state for node in picture.nodes if node.mark == "now"] == [state]
    assert bool(picture.ahead) is not getattr(flow.ApplicationFlow, state).final


def test_there_and_back_are_two_lines() -> None:
    paths = {(edge.arrow.source, edge.arrow.target): edge.path for edge in drawn([], "draft").edges}
    assert paths["submitted", "returned"] != paths["returned", "submitted"]
    assert len(set(paths.values())) == len(paths)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("已报注册管理中心", ("已报注册管理中心",)),
        ("Found ineligible to open", ("Found ineligible", "to open")),
        ("Draft", ("Draft",)),
        ("Untranslatablelongword", ("Untranslatablelongword",)),
    ],
)
def test_long_words_are_broken_at_a_space(text: str, lines: tuple[str, ...]) -> None:
    assert course.wrapped(text) == lines


@pytest.mark.parametrize(
    ("made", "way"),
    [
        ("draft", []),
        ("returned", ["submit", "return_"]),
        ("paper_review", ["submit", "pass_first", "receive_paper"]),
        ("approved", ["submit", "pass_first", "receive_paper", "approve"]),
        ("reported", ["submit", "pass_first", "receive_paper", "approve", "report"]),
    ],
)
def test_the_record_says_how_it_went(country: Country, made: str, way: list[str]) -> None:
    row = country.read(getattr(country, made)())
    found = list(stages.events(row))
    assert [event for event, _on in found] == way
    assert all(on == NOVEMBER for _event, on in found)
    assert [node.place.state for node in stages.picture(row).with_mark("now")] == [row.state]


def test_a_withdrawn_one_shows_where_it_was(country: Country) -> None:
    pk = country.awaiting_paper()
    country.do("filer", pk, lambda row, actor: service.withdraw(row, actor=actor, reason="网站不再开办"))
    picture = stages.picture(country.read(pk))
    assert {"submit", "pass_first", "withdraw"} == walked(picture)
    assert picture.ahead == ()


def test_the_page_says_the_picture_in_words(country: Country, browse: Callable[[str], FlaskClient]) -> None:
    page = browse("reviewer").get(f"/applications/{country.paper_review()}").get_data(as_text=True)
    said = page[page.index('id="course-text"') :]
    said = said[: said.index("</desc>")]
    assert "现在：书面审核。" in said
    assert "已经过：草稿、待初审、待书面材料。" in said
    assert "下一步可以：审核通过、审核未通过。" in said
    assert page.count('class="node now"') == 1
