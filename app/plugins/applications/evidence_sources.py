"""What plugins above know that stands beside a claim: each offers its lines, gathered for whoever reviews."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flask import Flask, current_app

from app.foundation.access import Actor
from app.plugins.applications.evidence import Evidence
from app.plugins.applications.models import Application

_KEY = "bianban.applications.evidence"


@dataclass(frozen=True)
class Source:
    """Evidence from elsewhere.

    Attributes:
        key: the plugin's name, or one of its own words; unique.
        build: (item number, line) pairs for this reader; it asks ``access`` itself and costs a bounded number of
            statements.
    """

    key: str
    build: Callable[[Application, Actor], Iterable[tuple[int, Evidence]]]


def offer(app: Flask, source: Source) -> None:
    """Let ``source`` speak from now on.

    Raises:
        ValueError: another one has its key.
    """
    offered: dict[str, Source] = app.extensions.setdefault(_KEY, {})
    if source.key in offered:
        raise ValueError(f"evidence {source.key} is offered twice")
    offered[source.key] = source


def gathered(application: Application, actor: Actor) -> dict[int, list[Evidence]]:
    """The lines of every source by item number, sources in the order of their keys."""
    offered: dict[str, Source] = current_app.extensions.get(_KEY, {})
    found: dict[int, list[Evidence]] = {}
    for _key, source in sorted(offered.items()):
        for number, line in source.build(application, actor):
            found.setdefault(number, []).append(line)
    return found
