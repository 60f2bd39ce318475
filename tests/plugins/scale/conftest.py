"""A small national data set, generated once a database kind and copied for each test."""

from __future__ import annotations

import pytest

UNITS, SEED = 3_000, 7


@pytest.fixture
def seed() -> str:
    return "schema"
