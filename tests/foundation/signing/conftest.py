"""The ground on the national tree."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.foundation.signing.ground import Ground


@pytest.fixture
def seed() -> str:
    return "tenants"


@pytest.fixture
def ground(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Ground:
    return Ground(app, monkeypatch)
