"""Somebody new: invited on paper, let in by the code, with a second factor, at work, and out at the next click."""

from __future__ import annotations

import pytest

from tests.journeys import inviting
from tests.journeys.inviting import REVIEWER
from tests.journeys.walk import Walk
from tests.services.browser import NewPage
from tests.services.live import Serve

pytestmark = pytest.mark.timeout(280)


@pytest.fixture
def walk(new_page: NewPage, serve: Serve) -> Walk:
    return Walk(new_page, serve("demo"))


def test_a_newcomer_comes_in_and_is_sent_away(walk: Walk) -> None:
    admin, newcomer = walk.person("changde.admin"), inviting.stranger(walk)
    code = inviting.invite(admin, REVIEWER)
    inviting.accept(newcomer, REVIEWER, code)
    inviting.first_sign_in(newcomer, REVIEWER)
    inviting.second_factor(newcomer, REVIEWER)
    inviting.at_work(newcomer)
    inviting.end_post(admin, REVIEWER)
    inviting.next_click_is_refused(newcomer)
    walk.ends_well()
