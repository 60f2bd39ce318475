"""What plugins above show on the page of an application: each offers its part, built for whoever looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from flask import Flask, current_app

from app.foundation.access import Actor
from app.plugins.applications.models import Application

_KEY = "bianban.applications.panels"


@dataclass(frozen=True)
class Panel:
    """A part of the page.

    Attributes:
        key: the plugin's name, or one of its own words; unique.
        place: ``first`` before anything is decided, ``main`` beside the work, ``side`` beside the facts.
        order: small ones stand above.
        build: what the template draws, or None when there is nothing for this reader; it asks ``access`` itself.
        template: drawn with ``panel`` (what ``build`` gave), ``application`` and ``page``.
    """

    key: str
    place: Literal["first", "main", "side"]
    order: int
    build: Callable[[Application, Actor], Any | None]
    template: str


def offer(app: Flask, panel: Panel) -> None:
    """Let ``panel`` stand on the page from now on.

    Raises:
        ValueError: another one has its key.
    """
    offered: dict[str, Panel] = app.extensions.setdefault(_KEY, {})
    if panel.key in offered:
        raise ValueError(f"panel {panel.key} is offered twice")
    offered[panel.key] = panel


def shown(application: Application, actor: Actor, place: str) -> Iterator[tuple[str, Any]]:
    """Template and content of each panel of a place that has something for the reader, in order."""
    offered: dict[str, Panel] = current_app.extensions.get(_KEY, {})
    for panel in sorted(offered.values(), key=lambda one: (one.order, one.key)):
        if panel.place == place:
            content = panel.build(application, actor)
            if content is not None:
                yield panel.template, content
