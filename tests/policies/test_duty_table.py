"""Every two posts and every two steps are two people's exactly where the reviewed table says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from app.foundation import access
from app.foundation.tenancy.settings import SCHEMA
from tests.policies import duty_table, mutation
from tests.policies.duty_table import ALWAYS

TABLE = duty_table.read()


def test_two_posts_clash_exactly_where_the_table_says(policy_app: Flask) -> None:
    duty_table.check_posts(TABLE)


def test_two_steps_are_two_peoples_exactly_where_the_table_says(policy_app: Flask) -> None:
    duty_table.check_steps(TABLE)


def test_the_table_speaks_of_roles_steps_and_settings_there_are(policy_app: Flask) -> None:
    policy = access.policy()
    assert {role for pair in TABLE.posts for role in pair} <= set(policy.places)
    assert {step for pair in TABLE.steps for step in pair} <= {f"{obj}:{act}" for obj, act in policy.acts}
    assert {setting for setting, _source in TABLE.posts.values()} <= {ALWAYS, *SCHEMA}


def test_every_line_of_conflicts_is_deleted_and_altered_in_each_place(policy_app: Flask) -> None:
    policy = access.policy()
    made = list(mutation.duty_mutants(policy))
    kept = mutation.lines(policy.policy_path.with_name(mutation.CONFLICTS))
    assert len(kept) == 10
    assert {mutant.number for mutant in made if mutant.after is None} == set(kept)
    for number, cells in kept.items():
        altered = [mutant.after for mutant in made if mutant.number == number and mutant.after is not None]
        for at in (1, 2, 5):
            assert any(one[at] != cells[at] for one in altered), (number, at)
        assert cells[0] == "act" or any(one[3] != cells[3] for one in altered)
        assert cells[0] == "act" or any(one[4] != cells[4] for one in altered)
    assert len({str(mutant) for mutant in made}) == len(made)


def test_every_mutant_of_conflicts_is_caught(policy_app: Flask, tmp_path: Path) -> None:
    outcome = mutation.run_duties(policy_app, TABLE, tmp_path, step=7)
    assert outcome.survived == []
    assert outcome.caught > 60


def test_a_vacuous_check_lets_every_mutant_of_conflicts_through(policy_app: Flask, tmp_path: Path) -> None:
    outcome = mutation.run_duties(policy_app, TABLE, tmp_path, judge=lambda _table: None, step=7)
    assert outcome.caught == 0
    assert len(outcome.survived) > 60


@pytest.mark.parametrize("cells", [("act", "badge:revoke", "badge:strike", "case", "-", "办法第十九条")])
def test_the_pairs_in_force_are_the_real_ones_again(
    policy_app: Flask, tmp_path: Path, cells: tuple[str, ...]
) -> None:
    mutation.run_duties(policy_app, TABLE, tmp_path, step=97)
    duty_table.check(TABLE)
