"""Every state a row can be in has a name and a tone; green is for done, vermilion for yours to do or a bad end."""

from __future__ import annotations

import pytest
from flask import Flask

from app.foundation.admin import labels
from app.foundation.jobs.models import STATES as JOB
from app.foundation.notices.models import STATES as DELIVERY
from app.plugins.applications.models import STATES as APPLICATION
from app.plugins.badges.models import BADGE_STATES
from app.plugins.bylaws.models import STATES as BYLAW
from app.plugins.returns.models import COPY_STATES as RETURN_COPY
from app.plugins.returns.models import STATES as RETURN
from app.plugins.surveys.models import STATES as SHEET


@pytest.mark.parametrize(
    ("kind", "states"),
    [
        ("application", APPLICATION),
        ("survey", SHEET),
        ("badge", BADGE_STATES),
        ("return", RETURN),
        ("return-copy", RETURN_COPY),
        ("bylaw", BYLAW),
        ("job", JOB),
        ("delivery", DELIVERY),
    ],
)
def test_every_state_has_a_name(app: Flask, kind: str, states: tuple[str, ...]) -> None:
    with app.test_request_context():
        named = dict(labels.choices(kind))
        assert set(named) == set(states)
        assert all(text and not text.isascii() for text in named.values())


def test_green_is_for_done_and_vermilion_for_yours_or_for_a_bad_end(app: Flask) -> None:
    with app.test_request_context():
        tones = {state: labels.of("application", state)[1] for state in APPLICATION}
    assert {state for state, tone in tones.items() if tone == "ok"} == {"approved", "badged"}
    assert {state for state, tone in tones.items() if tone == "r"} == {"returned", "refused", "ineligible"}
