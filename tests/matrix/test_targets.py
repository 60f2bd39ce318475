"""No route slips out of the matrix: each argument says what it names, and the list of those left out is short."""

from __future__ import annotations

from flask import Flask

from app.foundation.admin import targets
from tests.matrix.routes import NOT_ASKED, arguments_of, asked_rules, own, routes, undeclared


def test_every_argument_of_a_guarded_route_says_what_it_names(app: Flask) -> None:
    """Add ``targets = {"pk": Model}`` to the view (``app.foundation.admin.targets``)."""
    assert undeclared(app) == []


def test_every_rule_is_asked(app: Flask) -> None:
    asked = {route.rule.endpoint for route in routes(app)}
    for rule, view, method in asked_rules(app):
        if view is None or not own(view) or (method == "action_post" and not view.actions):
            continue
        assert rule.endpoint in asked or method == "action", rule.endpoint


def test_rules_nobody_asks_exist(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert set(NOT_ASKED) <= endpoints


def test_only_our_own_views_have_arguments_of_rows(app: Flask) -> None:
    """Flask-AppBuilder's own views name no row of ours."""
    for rule, view, _method in asked_rules(app):
        if view is None or not own(view):
            assert not rule.arguments - {"locale", "version"}, rule.endpoint


def test_targets_name_arguments_or_fields(app: Flask) -> None:
    """A declaration for a method that does not exist declares nothing."""
    for view in app.appbuilder.baseviews:  # type: ignore[attr-defined]
        for key in getattr(view, "targets", {}):
            owner, dot, name = key.rpartition(".")
            assert not dot or hasattr(view, owner), f"{type(view).__name__}: {key}"
            assert targets.of(view, owner, name) is not None
    assert arguments_of(app, "ApplicationView") == {"pk", "file_id", "outcome"}
