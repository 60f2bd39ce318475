"""The line on an empty database, for this folder's tests."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.plugins.registry.line import Line, made


@pytest.fixture
def line(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Line:
    """Nobody here signs in with a password: none is hashed."""
    monkeypatch.setattr("app.foundation.tenancy.people.hash_password", lambda password: "unusable")
    return made()
