"""Figures that SECURITY.md claims, measured on what the program really makes."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

import pytest
import yaml
from flask import Flask

from app.config import ROOT
from app.foundation.signing import hashing, sessions


def test_argon2_costs_at_least_what_the_standard_asks(app: Flask) -> None:
    """15 MiB, two rounds, one lane (ASVS 4.0.3, V2.4.5)."""
    made = hashing.hash_password("a-long-password-of-the-tests")
    found = re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$", made)
    assert found is not None
    assert int(found[1]) >= 15 * 1024
    assert int(found[2]) >= 2
    assert int(found[3]) >= 1
    assert len(found[4]) >= 16, "128 bits of salt and more"


def test_a_session_id_has_enough_randomness(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions are named by the operating system's randomness, 128 bits and more."""
    source = Path(sessions.__file__).read_text("utf-8")
    asked = [int(one) for one in re.findall(r"secrets\.token_(?:urlsafe|hex|bytes)\((\d+)\)", source)]
    assert asked, "no session id is made here"
    assert min(asked) * 8 >= 128
    assert "import random" not in source
    assert len(secrets.token_urlsafe(min(asked))) >= 22


def test_the_rules_for_passwords_are_those_claimed() -> None:
    rules = yaml.safe_load((ROOT / "policies" / "passwords.yaml").read_text("utf-8"))
    assert rules["password"]["length"] >= 12
    assert 64 <= rules["password"]["longest"] <= 128
    assert rules["lock"]["failures"] <= 5
    assert rules["lock"]["account_failures"] <= 100
    assert rules["session"]["idle_minutes"] <= 30
    assert rules["session"]["hours"] <= 12
