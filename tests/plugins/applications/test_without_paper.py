"""An office that asks a track for no paper: the second person signs all the same (ledger, section 2)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.kernel.errors import AccessDenied, WrongState
from app.plugins.applications import service, signals, stages
from app.plugins.applications.models import Application
from tests.plugins.applications.country import Country

Browse = Callable[[str], FlaskClient]


def passed(country: Country) -> int:
    pk = country.checked(country.unpapered())
    country.do("reviewer", pk, lambda row, actor: service.pass_first(row, actor=actor))
    return pk


def test_the_second_review_begins_at_once_with_its_own_period(country: Country) -> None:
    row = country.read(passed(country))
    (running,) = [one for one in row.clocks if one.stopped_on is None]
    assert (row.state, running.kind, row.receipts) == ("paper_review", "paper_review", [])


def test_no_paper_can_be_registered_and_the_first_reviewer_does_not_sign(country: Country) -> None:
    pk = passed(country)
    with pytest.raises(AccessDenied):
        country.do("reviewer", pk, lambda row, actor: service.approve(row, actor=actor))
    with pytest.raises(WrongState):
        country.receive(pk)
    country.do("head", pk, lambda row, actor: service.approve(row, words="同意。", actor=actor))
    assert country.read(pk).state == "approved"


def test_the_applicant_hears_that_nothing_is_to_be_sent(country: Country) -> None:
    heard: list[Application] = []

    def note(row: Application, **_others: object) -> None:
        heard.append(row)

    with signals.passed_without_paper.connected_to(note), signals.first_passed.connected_to(note):
        passed(country)
    assert len(heard) == 1


def test_the_pages_speak_of_no_paper(country: Country, browse: Browse) -> None:
    pk = country.unpapered()
    assert "不需报送书面材料" in browse("filer").get(f"/applications/{pk}").text
    country.checked(pk)
    reviewer = browse("reviewer")
    assert "不收书面材料，通过后由负责人审核确认" in reviewer.get(f"/applications/{pk}").text
    answer = reviewer.post(f"/applications/{pk}/pass", follow_redirects=True)
    assert "不收书面材料，由负责人审核确认" in answer.text
    page = browse("filer").get(f"/applications/{pk}").text
    assert "已通过在线初审，不需报送书面材料" in page and "书面材料已收到" not in page


def test_the_course_takes_the_short_way(country: Country) -> None:
    row = country.read(passed(country))
    assert [event for event, _day in stages.events(row)] == ["submit", "pass_first", "waive_paper"]


def test_nobody_is_offered_to_waive_it(country: Country) -> None:
    """It is the office's rule that waives the paper, not a person."""
    assert "不收书面材料" not in stages.picture(country.read(country.awaiting_paper())).ahead


def test_elsewhere_the_paper_is_asked_for(country: Country) -> None:
    assert country.read(country.awaiting_paper()).state == "awaiting_paper"
