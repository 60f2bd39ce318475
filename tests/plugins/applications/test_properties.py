"""Whatever anybody does in whatever order: no badge without both reviews by two people, clocks never run backwards,
what has ended stays ended and says why (P-5.3, C-art.7–9, S25)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import NoResultFound

from app.foundation import access, clock
from app.foundation.database import db, transaction
from app.kernel import workdays
from app.kernel.errors import Refusal
from app.plugins.applications import clocks, flow, queries, service
from app.plugins.applications.flow import ApplicationFlow
from app.plugins.applications.models import Application
from tests.plugins.applications.country import Country
from tests.plugins.applications.test_case_table import ENDED, said_why
from tests.plugins.applications.trial import Trial

Built = tuple[Flask, Path, Country]

STEPS = [
    "submit", "check", "check 3 bad 名称与批准文件不一致", "excepted", "pass", "return name-irregular",
    "ineligible not-established", "paper", "approve", "refuse not-true", "report", "sendback", "badge",
    "withdraw 网站停办", "fix site_intro=发布教育信息。", "renew",
]  # fmt: skip
WHO = ["", "", "", "", "reviewer: ", "head: ", "deputy: ", "clerk: ", "filer: ", "parent: ", "sibling: "]
if hasattr(service, "reopen"):
    STEPS.append("reopen")
DECIDED = ("approved", "reported", "badged")


# -- the drawing itself -----------------------------------------------------------------------------------------


def ways() -> Iterator[tuple[str, str, str]]:
    """Every arrow of the flow: from, event, to."""
    for state in ApplicationFlow.states:
        for arrow in state.transitions:
            yield state.id, str(arrow.event), arrow.target.id


def test_no_way_to_a_badge_avoids_a_review() -> None:
    """Take away either review's arrow, and the badge cannot be reached; nor from any state a round begins in."""
    for gone in ("pass_first", "approve"):
        for begun in ("draft", "submitted", "returned"):
            assert "badged" not in reached(begun, without=gone)
    for begun in ("draft", "submitted", "returned"):
        assert "badged" in reached(begun)


def reached(state: str, without: str = "") -> set[str]:
    """Every state that can follow."""
    arrows = [(start, end) for start, event, end in ways() if event != without]
    found, fresh = {state}, {state}
    while fresh:
        fresh = {end for start, end in arrows if start in fresh} - found
        found |= fresh
    return found


def test_nothing_follows_an_end() -> None:
    assert {state.id for state in ApplicationFlow.states if state.final} == ENDED
    for ended in ENDED:
        assert reached(ended) == {ended}


def test_every_state_that_is_no_end_has_a_way_to_one() -> None:
    for state in ApplicationFlow.states:
        assert reached(state.id) & ENDED


@given(
    state=st.sampled_from([one.id for one in ApplicationFlow.states]),
    event=st.sampled_from(sorted(flow.EVENTS)),
)
def test_what_is_allowed_is_what_is_drawn(state: str, event: str) -> None:
    assert flow.allows(state, event) is any((state, event) == (start, what) for start, what, _end in ways())


# -- walks through the verbs ------------------------------------------------------------------------------------


@contextmanager
def fresh(built: Built) -> Iterator[Country]:
    """The country as it was built."""
    app, folder, country = built
    shutil.rmtree(folder / "live")
    shutil.copytree(folder / "kept", folder / "live")
    with app.app_context():
        try:
            yield country
        finally:
            db.session.remove()
            db.engine.dispose()


def later(days: int) -> None:
    with access.acting_as(access.system("tests", over="0.")), transaction():
        clock.move(clock.now() + timedelta(days=days))


def tried(trial: Trial, step: str) -> None:
    """Somebody tries something; a "no" changes nothing."""
    before = as_stored(trial)
    try:
        trial.take(step)
    except (Refusal, NoResultFound):
        if not step.endswith(("check", "excepted")):  # several steps in one: the first ones stand
            assert as_stored(trial) == before


def as_stored(trial: Trial) -> tuple[Any, ...]:
    row = trial.row()
    return (
        row.state, row.round, row.first_reviewer_id, row.paper_reviewer_id, len(row.decisions), len(row.receipts),
        len(row.clocks), row.number, row.closed_at,
    )  # fmt: skip


def holds(row: Application) -> None:
    """What is always so."""
    if row.state in DECIDED:
        _two_reviews(row)
    _clocks(row)
    if row.state in ENDED:
        assert said_why(row)
        assert row.closed_at is not None and clocks.running(row) is None
    if row.number is None:
        assert row.state in {"draft", "withdrawn"}


def _two_reviews(row: Application) -> None:
    """Both reviews, in the present round, by two people, neither of whom filed it; every item was found right."""
    first, second = row.first_reviewer_id, row.paper_reviewer_id
    assert first is not None and second is not None
    assert len({first, second, row.declared_by_id}) == 3
    assert second not in row.first_reviewers()
    assert [item.finding for item in row.items()] == ["ok"] * 5
    passed = [
        one for one in row.decisions if one.outcome in {"passed", "approved"} and one.round == row.round
    ]
    assert [one.outcome for one in passed] == ["passed", "approved"]
    assert len(row.receipts) >= 1


def _clocks(row: Application) -> None:
    """One runs at most; each ends after it began; what is left is never more than was given."""
    assert sum(one.stopped_on is None for one in row.clocks) <= 1
    calendar, today = clock.calendar(), clock.today()
    for one in row.clocks:
        assert one.due > one.started_on and one.days >= 1
        assert one.stopped_on is None or one.stopped_on >= one.started_on
        if one.stopped_on is None and today >= one.started_on:
            assert workdays.left(today, one.due, calendar) <= one.days
    starts = [one.started_on for one in row.clocks]
    assert starts == sorted(starts)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    begun=st.sampled_from(
        ["submitted", "returned", "awaiting_paper", "paper_review", "approved", "reported"]
    ),
    walk=st.lists(
        st.tuples(st.integers(0, 12), st.sampled_from(WHO), st.sampled_from(STEPS)), min_size=4, max_size=12
    ),
)
def test_a_walk_by_anybody_keeps_what_must_hold(
    built: Built, begun: str, walk: list[tuple[int, str, str]]
) -> None:
    with fresh(built) as country:
        trial = Trial(country, {"site": "edu"})
        trial.prepare()
        trial.begin()
        trial.take(f"to {begun}")
        ended = ""
        for days, who, step in walk:
            if days:
                later(days)
            tried(trial, who + step)
            row = trial.row()
            holds(row)
            assert not ended or row.state == ended, "what has ended never revives"
            ended = row.state if row.state in ENDED else ended


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(walk=st.lists(st.sampled_from(STEPS), min_size=1, max_size=6), end=st.sampled_from(sorted(ENDED)))
def test_nothing_wakes_what_has_ended(built: Built, walk: list[str], end: str) -> None:
    with fresh(built) as country:
        trial = Trial(country, {"site": "library"})
        trial.prepare()
        trial.begin()
        trial.take(f"to {end}")
        for step in walk:
            tried(trial, step)
            holds(trial.row())
            assert trial.row().state == end


def test_the_walks_would_notice(built: Built) -> None:
    """The invariants are felt: an approval whose reviews were taken away does not pass them."""
    with fresh(built) as country:
        pk = country.approved()
        with access.acting_as(access.system("tests", over="0.")):
            row = queries.whole(pk)
            with db.session.no_autoflush:
                row.paper_reviewer_id = row.first_reviewer_id
                try:
                    holds(row)
                except AssertionError:
                    return
                finally:
                    db.session.rollback()
    raise AssertionError("nobody noticed")
