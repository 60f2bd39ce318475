"""The whole platform with its demo; every request goes in as from outside."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule


@pytest.fixture
def seed() -> str:
    return "demo"


def address(rule: Rule) -> str:
    """One address of a rule, with ids that exist or could."""
    path = rule.rule
    for name in rule.arguments:
        for kind in ("int:", "string:", "path:", "default:", ""):
            path = path.replace(f"<{kind}{name}>", "1")
    return path


def routes(app: Flask) -> Iterator[tuple[str, str, str]]:
    """(endpoint, method, address) of everything registered, static folders aside."""
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.endswith("static"):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule.endpoint, method, address(rule)
