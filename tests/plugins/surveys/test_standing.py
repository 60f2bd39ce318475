"""The desk's numbers: live where small; of a large survey at most a minute old, and saying so. Dates looked up once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from app.foundation import access, clock
from app.foundation.access import Actor
from app.kernel import paths
from app.plugins.campaigns import queries as campaigns
from app.plugins.campaigns.rules import Timetable, Whose
from app.plugins.surveys import standing
from app.plugins.surveys.bound import Bound
from app.plugins.surveys.groups import SURVEY

PersonOf = Callable[[str], Actor]


def _asked(actor: Actor) -> standing.Standing:
    with access.acting_as(actor):
        table = campaigns.timetable()
        return standing.standing(actor, table.current(SURVEY)[-1], table)


@pytest.fixture
def kept(city: Flask, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Nothing kept from before, and everything counts as large."""
    city.extensions.pop("bianban.surveys.standing", None)
    monkeypatch.setattr(standing, "AT_ONCE", 1)
    yield
    city.extensions.pop("bianban.surveys.standing", None)


def test_a_small_survey_is_counted_each_time(person: PersonOf, statements: Any) -> None:
    actor = person("changde.clerk")
    for _turn in range(2):
        found = _asked(actor)
        assert found.as_of is None
        assert found.counts.total == 59


@pytest.mark.usefixtures("kept")
def test_a_large_one_is_counted_once_a_minute(person: PersonOf, monkeypatch: pytest.MonkeyPatch) -> None:
    at = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
    monkeypatch.setattr(clock, "wall", lambda: at)
    counted: list[int] = []
    real = standing.progress.cells

    def cells(*args: Any, **more: Any) -> Any:
        counted.append(1)
        return real(*args, **more)

    monkeypatch.setattr(standing.progress, "cells", cells)
    actor = person("changde.clerk")
    first = _asked(actor)
    assert (first.as_of, first.counts.total) == (at, 59)
    monkeypatch.setattr(clock, "wall", lambda: at + timedelta(seconds=59))
    assert _asked(actor) == first
    assert len(counted) == 1
    monkeypatch.setattr(clock, "wall", lambda: at + timedelta(seconds=60))
    assert _asked(actor).as_of == at + timedelta(seconds=60)
    assert len(counted) == 2


@pytest.mark.usefixtures("kept")
def test_what_one_office_counted_is_not_anothers(person: PersonOf) -> None:
    assert _asked(person("changde.clerk")).counts.total == 59
    assert _asked(person("wuling.clerk")).counts.total < 59
    assert _asked(person("hunan.auditor")).counts.total == 59


@pytest.mark.parametrize("username", ["changde.clerk", "wuling.clerk", "hunan.auditor"])
def test_what_is_looked_up_once_is_what_the_timetable_says(person: PersonOf, username: str) -> None:
    with access.acting_as(person(username)):
        table = campaigns.timetable()
    bound = Bound(table)
    places = {
        path for plan in table.plans for group in plan.groups for path in (*group.homes, *group.offices)
    }
    desks = [None, "0.43.07.thy.", "0.43.07.egov.", "0.43.07.zfwz."]
    for path in [*places, paths.ROOT, "0.43.", "0.43.01.", "0.43.01.02.", "0.43.07.99."]:
        for whose in (Whose(path, desk) for desk in desks):
            assert bound.plan_for(whose) == table.plan_for(SURVEY, whose), whose
            for track in ("organ", "institution"):
                assert bound.deadline(whose, track) == table.deadline(SURVEY, whose, track), whose


def test_without_a_plan_nothing_binds() -> None:
    bound = Bound(Timetable(()))
    assert bound.plan_for(Whose("0.43.")) is None
    assert bound.deadline(Whose("0.43."), "organ") is None
