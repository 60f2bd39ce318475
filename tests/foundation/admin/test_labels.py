"""Names of states and verbs."""

from __future__ import annotations

import pytest
from flask import Flask

from app.foundation.admin import labels

APPLICATION = {
    "draft", "submitted", "returned", "awaiting_paper", "paper_review", "approved", "reported", "badged",
    "refused", "ineligible", "withdrawn",
}  # fmt: skip


def test_every_state_of_the_line_has_a_name(app: Flask) -> None:
    with app.test_request_context():
        assert {value for value, _label in labels.choices("application")} == APPLICATION
        assert [value for value, _ in labels.choices("survey")] == [
            "draft",
            "submitted",
            "returned",
            "accepted",
        ]
        assert [labels.of("badge", state) for state in ("issued", "suspended", "revoked")] == [
            ("有效", "ok"),
            ("暂停", "w"),
            ("已撤销", "r"),
        ]


def test_green_is_for_done_and_vermilion_for_yours_or_for_a_bad_end(app: Flask) -> None:
    with app.test_request_context():
        tones = {state: labels.of("application", state)[1] for state in APPLICATION}
    assert {state for state, tone in tones.items() if tone == "ok"} == {"approved", "badged"}
    assert {state for state, tone in tones.items() if tone == "r"} == {"returned", "refused", "ineligible"}


@pytest.mark.parametrize(("kind", "value"), [("application", "lost"), ("nothing", "draft")])
def test_a_nameless_value_is_not_shown(app: Flask, kind: str, value: str) -> None:
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
