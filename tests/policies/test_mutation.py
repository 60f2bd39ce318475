"""The policy mutation check itself: it catches what the table knows, and lets through what the table does not."""

from __future__ import annotations

import runpy
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from app.config import ROOT
from app.foundation import access
from tests.policies import mutation
from tests.policies.behaviour import Ground, check, read
from tests.policies.mutation import Mutant, Outcome
from tests.policies.world import World


@pytest.fixture(scope="module")
def ground(world: World) -> Ground:
    return Ground(world, read())


def trial(app: Flask, ground: Ground, folder: Path, mutant: Mutant, **kwargs: object) -> Outcome:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mutation, "mutants", lambda _policy: iter([mutant]))
        return mutation.run(app, ground, folder, **kwargs)  # type: ignore[arg-type]


def line(*cells: str) -> int:
    return next(
        number for number, found in mutation.lines(access.policy().policy_path).items() if found == cells
    )


CLERK = ("p", "clerk", "reviews", "unit", "edit")
AUDITOR = ("p", "auditor", "reviews", "unit", "see")


def test_every_line_is_deleted_and_altered_in_each_place(policy_app: Flask) -> None:
    policy = access.policy()
    made = list(mutation.mutants(policy))
    numbers = set(mutation.lines(policy.policy_path))
    assert {mutant.number for mutant in made if mutant.after is None} == numbers
    assert {mutant.number for mutant in made if mutant.after is not None} == numbers
    assert len(numbers) == len(policy.lines) + 3 + sum(map(len, policy.reaches.values()))
    assert len({str(mutant) for mutant in made}) == len(made)
    assert all(mutant.before != mutant.after for mutant in made)


def test_a_sample_of_mutants_is_caught(policy_app: Flask, ground: Ground, tmp_path: Path) -> None:
    outcome = mutation.run(policy_app, ground, tmp_path, step=97)
    assert outcome.survived == []
    assert outcome.caught > 30


def test_a_vacuous_table_lets_every_mutant_through(policy_app: Flask, ground: Ground, tmp_path: Path) -> None:
    outcome = mutation.run(policy_app, ground, tmp_path, step=97, judge=lambda *_cell: None)
    assert (outcome.caught, len(outcome.survived)) != (0, 0)
    assert outcome.caught == 0


def test_what_the_table_does_not_speak_of_survives(policy_app: Flask, ground: Ground, tmp_path: Path) -> None:
    poor = replace(ground, table=ground.table.only("auditor@常德"))
    deleted = Mutant(line(*CLERK), CLERK, None)
    assert trial(policy_app, poor, tmp_path, deleted).survived == [deleted]
    assert trial(policy_app, ground, tmp_path, deleted).caught == 1
    assert trial(policy_app, poor, tmp_path, Mutant(line(*AUDITOR), AUDITOR, None)).caught == 1


def test_widening_is_caught_as_well_as_narrowing(policy_app: Flask, ground: Ground, tmp_path: Path) -> None:
    wider = Mutant(line(*CLERK), CLERK, ("p", "clerk", "runs", "unit", "edit"))
    assert trial(policy_app, ground, tmp_path, wider).caught == 1


def test_what_the_loader_refuses_is_counted_apart(policy_app: Flask, ground: Ground, tmp_path: Path) -> None:
    twice = Mutant(line(*AUDITOR), AUDITOR, ("p", "auditor", "supervises", "unit", "see"))
    outcome = trial(policy_app, ground, tmp_path, twice)
    assert (outcome.caught, outcome.refused, outcome.survived) == (0, [twice], [])


def test_the_policy_in_force_is_the_real_one_again(policy_app: Flask, ground: Ground, tmp_path: Path) -> None:
    kept = access.policy()
    trial(policy_app, ground, tmp_path, Mutant(line(*AUDITOR), AUDITOR, None))
    assert access.policy() is kept
    check(ground, "auditor@常德", "unit", "see")


@pytest.mark.parametrize(("survivors", "status"), [([], 0), ([Mutant(3, CLERK, None)], 1)])
def test_the_command_fails_when_something_survives(
    survivors: list[Mutant], status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(mutation, "run", lambda *_args, **_kw: Outcome(caught=1, survived=survivors))
    monkeypatch.setattr(mutation, "run_duties", lambda *_args, **_kw: Outcome(caught=1))
    monkeypatch.setattr(sys, "argv", ["mutation.py"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ROOT / ".ci" / "mutation.py"), run_name="__main__")
    assert ended.value.code == status
    assert (
        "SURVIVED policy.csv:3: p, clerk, reviews, unit, edit → deleted" in capsys.readouterr().out
    ) == bool(status)
