"""Names of states and verbs."""

from __future__ import annotations

import pytest
from flask import Flask

from app.foundation.admin import labels


@pytest.mark.parametrize(("kind", "value"), [("probe-thing", "lost"), ("nothing", "draft")])
def test_a_nameless_value_is_not_shown(app: Flask, kind: str, value: str) -> None:
    labels.add("probe-thing", {"kept": "在"})
    with app.test_request_context(), pytest.raises(LookupError, match=f"{kind}.{value}"):
        labels.of(kind, value)


def test_a_plugin_names_its_values_once(app: Flask) -> None:
    labels.add("probe-kind", {"one": ("一", "w")})
    labels.add("probe-kind", {"one": ("一", "w"), "two": "二"})
    with app.test_request_context():
        assert labels.choices("probe-kind") == [("one", "一"), ("two", "二")]
        with pytest.raises(ValueError, match="already named 一"):
            labels.add("probe-kind", {"one": ("壹", "w")})
        with pytest.raises(ValueError, match="unknown tone"):
            labels.add("probe-kind", {"three": ("三", "pink")})


def test_a_verb_without_a_name_keeps_its_stored_form(app: Flask) -> None:
    labels.add("verb", {"probe.done": "办结"})
    with app.test_request_context():
        assert labels.verb("probe.done") == "办结"
        assert labels.verb("probe.unknown") == "probe.unknown"
