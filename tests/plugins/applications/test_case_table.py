"""The case table: track × type × rule × outcome, each through the real verbs (``cases.yaml``)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from app.foundation import access, audit
from app.kernel.errors import AccessDenied, NotSeen, WrongState
from app.plugins.applications import clocks
from app.plugins.badges.models import Badge
from app.plugins.names.models import DomainTask
from app.plugins.registry.models import BatchItem
from tests.plugins.applications.country import Country
from tests.plugins.applications.trial import Came, Trial, every, exceptions_of

CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text("utf-8"))
KEYS = {"name", "ledger", "given", "steps", "then"}
OUTCOMES = {
    "refused", "denied", "unseen", "wrong", "state", "says", "source", "clock", "path", "exceptions", "task", "round",
    "badge", "replaced",
}  # fmt: skip
ENDED = {"badged", "refused", "ineligible", "withdrawn"}
LEDGER = re.compile(r"S\d+|C-\d|C-art\.\d+|P-\d(\.\d)?|A[345](\.(注\d|[a-e]))?")
FAMILIES = {"denied": AccessDenied.status, "unseen": NotSeen.status, "wrong": WrongState.status}


def test_the_table_is_large_enough_and_well_written() -> None:
    names = Counter(case["name"] for case in CASES)
    assert len(CASES) >= 60 and max(names.values()) == 1
    for case in CASES:
        assert set(case) <= KEYS and set(case["then"]) <= OUTCOMES, case["name"]
        assert case["ledger"] and all(LEDGER.fullmatch(one) for one in case["ledger"]), case["name"]


def test_both_tracks_and_every_type_and_outcome_are_in_it() -> None:
    states = {case["then"].get("state") for case in CASES}
    assert {"submitted", "returned", "awaiting_paper", "paper_review", "approved"} | ENDED <= states
    kinds = {case["given"].get("kind", "requalification") for case in CASES}
    steps = {step.split(" ")[0] for case in CASES for step in case["steps"]}
    assert {"opening", "requalification"} <= kinds and "change" in steps
    assert any(
        case["given"].get("unit") == "wuling2" or case["given"].get("site") == "library" for case in CASES
    )


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_case_of_the_table(country: Country, case: Mapping[str, Any]) -> None:
    trial = Trial(country, case["given"])
    trial.prepare()
    came = trial.run(case["steps"])
    then = case["then"]
    _as_refused(came, then)
    if "state" in then:
        _as_it_stands(trial, then)


def _as_refused(came: Came, then: Mapping[str, Any]) -> None:
    wanted = {status for key, status in FAMILIES.items() if then.get(key)}
    if wanted:
        assert {came.status} == wanted, came
    if "refused" in then:
        assert came.codes == then["refused"], came
    elif not wanted:
        assert came.codes == [], came
    if "source" in then:
        assert then["source"] in came.sources, came
    if "says" in then:
        assert then["says"] in came.words, came


def _as_it_stands(trial: Trial, then: Mapping[str, Any]) -> None:
    row = trial.row()
    assert row.state == then["state"]
    if "clock" in then:
        running = clocks.running(row)
        found = running and {
            "kind": running.kind, "due": running.due, "firm": running.firm, "source": running.source,
        }  # fmt: skip
        assert found == (None if then["clock"] == "none" else then["clock"])
    if "path" in then:
        assert row.review_path == then["path"]
    if "round" in then:
        assert row.round == then["round"]
    if "exceptions" in then:
        with access.acting_as(access.system("tests", over="0.")):
            assert exceptions_of(row) == then["exceptions"]
    if "task" in then:
        tasks = every(select(DomainTask).where(DomainTask.closed_at.is_(None)))
        assert [task.kind for task in tasks] == ([then["task"]] if then["task"] else [])
    if "badge" in then:
        _badges(then)
    if row.state in ENDED:
        assert said_why(row), "a case that has ended says why"


def _badges(then: Mapping[str, Any]) -> None:
    found = every(select(Badge).order_by(Badge.id))
    assert found[0].state == then["badge"]
    if "replaced" in then:
        assert len(found) == (2 if then["replaced"] else 1)
        assert found[-1].state == "issued"
        items = every(select(BatchItem).order_by(BatchItem.id))
        assert {item.badge_number for item in items} == {badge.number for badge in found}


def said_why(row: Any) -> str:
    """Why an application ended: the reasons of its last decision, the withdrawal's, or the badge it got."""
    with access.acting_as(access.system("tests", over="0.")):
        if row.state == "withdrawn":
            return next(one.reason for one in audit.timeline(row) if one.verb == "application.withdrawn")
        if row.state == "badged":
            items = every(select(BatchItem).where(BatchItem.application_id == row.id))
            return next(item.badge_number for item in items if item.badge_number)
    last = row.decisions[-1]
    assert last.outcome == row.state
    return str(last.words) if last.reasons else ""
