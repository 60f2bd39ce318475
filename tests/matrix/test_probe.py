"""The matrix can fail: each fault of the probe is found, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from app.foundation.admin import access_map
from app.foundation.database import db
from tests.matrix.conftest import MakeWalk
from tests.matrix.probe import ProbeView, UndeclaredView
from tests.matrix.routes import routes, undeclared
from tests.services.instance import TEST_CONFIG, Browser, MakeApp

FOUND = {
    "read": ("got 200", "no word of unseen rows"),
    "write": ("got 302", "nothing written", "asks access.require"),
    "undo": ("nothing written",),
    "move": ("writes within reach",),
    "export": ("no word of unseen rows",),
    "find": ("no word of unseen rows",),
    "hint": ("the same page as for an id that is not there",),
    "quiet": ("got 403",),
    "fine": (),
}


@pytest.fixture
def app(make_app: MakeApp) -> Iterator[Flask]:
    """An application of its own with the probe in it."""
    made = make_app(**TEST_CONFIG)
    made.test_client_class = Browser
    with made.app_context():
        for view in (ProbeView, UndeclaredView):
            made.appbuilder.add_view_no_menu(view())  # type: ignore[attr-defined]
        yield made
        db.session.remove()
        db.engine.dispose()
    for name in ("ProbeView", "UndeclaredView"):
        access_map._classes.pop(name)
        for key in [key for key in access_map._pairs if key[0] == name]:
            del access_map._pairs[key]


@pytest.fixture
def found(app: Flask, walk: MakeWalk) -> dict[str, list[str]]:
    """What the walk of a county's clerk says of each route of the probe."""
    one = walk("wuling.clerk")
    faults: dict[str, list[str]] = {name: [] for name in FOUND}
    for route in routes(app):
        if isinstance(route.view, ProbeView):
            one.faults.clear()
            one.take(route)
            faults[route.name] += one.faults
    return faults


def test_each_fault_is_found_and_nothing_else(found: dict[str, list[str]]) -> None:
    for name, words in FOUND.items():
        said = "\n".join(found[name])
        for word in words:
            assert word in said, f"{name}: nobody noticed {word!r}:\n{said}"
        if not words:
            assert said == ""


def test_a_route_that_does_not_say_what_it_names_is_reported(app: Flask) -> None:
    assert undeclared(app) == ["UndeclaredView.read: pk"]
