"""The line on an empty database, for this folder's tests."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.plugins.registry.line import Line, made


@pytest.fixture
def line(app: Flask) -> Line:
    return made()
