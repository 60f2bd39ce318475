"""Where plugins above say which letters there are to print for a result or an order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask, current_app

from app.foundation.access import Actor
from app.plugins.results.models import ResultNotice, StopOrder

_KEY = "bianban.results.papers"
Links = Sequence[tuple[Any, str]]
Offer = Callable[[ResultNotice | StopOrder, Actor], Links]


def offer(app: Flask, links: Offer) -> None:
    """Let ``links`` say label and address of the letters of a row; it asks ``access`` itself."""
    app.extensions.setdefault(_KEY, []).append(links)


def of(row: ResultNotice | StopOrder, actor: Actor) -> list[tuple[Any, str]]:
    """Every letter offered for a row."""
    offered: list[Offer] = current_app.extensions.get(_KEY, [])
    return [link for links in offered for link in links(row, actor)]
