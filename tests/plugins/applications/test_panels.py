"""Plugins above put their parts on an application's page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from app.foundation.access import Actor, system
from app.plugins.applications import panels
from app.plugins.applications.models import Application
from app.plugins.applications.panels import Panel


def _saying(content: str | None) -> Callable[[Application, Actor], str | None]:
    return lambda _row, _actor: content


def test_panels_stand_in_order_and_only_where_they_have_something() -> None:
    app = Flask(__name__)
    panels.offer(app, Panel("late", "main", 20, _saying("second"), "late.html"))
    panels.offer(app, Panel("early", "main", 10, _saying("first"), "early.html"))
    panels.offer(app, Panel("empty", "main", 5, _saying(None), "empty.html"))
    panels.offer(app, Panel("aside", "side", 1, _saying("beside"), "aside.html"))
    with app.app_context():
        row, actor = Application(), system("applications", over="0.")
        assert list(panels.shown(row, actor, "main")) == [("early.html", "first"), ("late.html", "second")]
        assert list(panels.shown(row, actor, "side")) == [("aside.html", "beside")]


def test_a_key_is_offered_once() -> None:
    app = Flask(__name__)
    panel = Panel("one", "main", 1, _saying(None), "one.html")
    panels.offer(app, panel)
    with pytest.raises(ValueError, match="twice"):
        panels.offer(app, panel)
