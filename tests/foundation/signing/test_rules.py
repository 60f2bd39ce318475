"""``policies/passwords.yaml`` is read strictly, and production is stricter than a demonstration."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.config import ROOT
from app.foundation.signing import rules
from app.foundation.strict_yaml import ShapeError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("passwords.yaml", "passwords-common.txt"):
        shutil.copy(ROOT / "policies" / name, tmp_path / name)
    return tmp_path


def test_production_asks_office_posts_for_a_second_factor_and_a_demonstration_does_not(folder: Path) -> None:
    strict, loose = rules.load(folder, production=True), rules.load(folder, production=False)
    assert (strict.factor.offices, loose.factor.offices) == ("required", "optional")
    assert (strict.session.idle_minutes, strict.session.hours) == (30, 12)
    assert loose.session.idle_minutes > strict.session.idle_minutes
    assert (strict.lock.failures, strict.lock.minutes) == (5, 10)
    assert "password" in strict.password.common


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("length: 12", "lenght: 12"),
        ("length: 12", "length: none"),
        ("offices: required", "offices: perhaps"),
        ("failures: 5", "failures: 0"),
        ("passwords-common.txt", "missing.txt"),
    ],
)
def test_anything_unexpected_stops_the_start(folder: Path, old: str, new: str) -> None:
    path = folder / "passwords.yaml"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(ShapeError):
        rules.load(folder, production=True)
