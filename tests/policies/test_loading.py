"""The policy files are read strictly: one wrong word stops the start."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.config import ROOT
from app.foundation.access.enforcer import Decider
from app.foundation.access.policy import PolicyError, load


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("model.conf", "policy.csv", "acts.yaml", "roles.yaml", "relations.yaml"):
        shutil.copy(ROOT / "policies" / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize(
    "line",
    [
        "p, wizard, reviews, unit, see",
        "p, clerk, knows, unit, see",
        "p, clerk, reviews, dragon, see",
        "p, clerk, reviews, unit, burn",
        "p, clerk, reviews, unit",
        "p, clerk, reviews, unit, edit",
        "p3, clerk, reviews, unit, see",
        "g, clerk, wizard",
        "g, auditor, head",
        "p2, 0.43., guides, under, 0., -",
        "p2, *, guides, everywhere, $, -",
        "p2, *, guides, under, 0.43, -",
    ],
)
def test_a_wrong_line_is_refused(folder: Path, line: str) -> None:
    with (folder / "policy.csv").open("a", encoding="utf-8") as handle:
        handle.write(line + "\n")
    with pytest.raises(PolicyError):
        load(folder)


def test_the_files_as_they_stand_are_read_and_casbin_sees_the_same_lines(folder: Path) -> None:
    policy = load(folder)
    assert len(policy.lines) > 60
    assert Decider(policy).policy is policy


def test_every_act_in_the_catalogue_stands_in_some_line(folder: Path) -> None:
    policy = load(folder)
    used = {(line.obj, line.act) for line in policy.lines}
    assert set(policy.acts) == used
