"""Stored due dates that rest on the calendar: each plugin that stores some says how they are found and moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from flask import Flask, current_app

from app.kernel.workdays import Calendar

if TYPE_CHECKING:
    from app.foundation.access import Actor

_KEY = "bianban.clock.recounting"


@dataclass(frozen=True)
class Moved:
    """One running clock whose last day another calendar puts elsewhere; nothing in it is personal.

    ``number`` is what the case is called, ``office_path`` whose case it is.
    """

    kind: Any
    number: str
    office_path: str
    start: date
    days: int
    before: date
    after: date


@dataclass(frozen=True)
class Running:
    """The running working-day clocks of one plugin; all of it is run as the platform.

    Attributes:
        affected: those that a calendar moves, of the clocks that a change between two days can touch.
        keys: the ids of all clocks that such a change can touch.
        recount: move these to the calendar's dates and record it, inside the open transaction; how many moved.
    """

    affected: Callable[[Calendar, date, date], Iterator[Moved]]
    keys: Callable[[date, date], Sequence[int]]
    recount: Callable[[Sequence[int], Calendar, Actor, str], int]


def offer(app: Flask, running: Running) -> None:
    """Let these clocks follow the calendar."""
    app.extensions.setdefault(_KEY, []).append(running)


def offered() -> Sequence[Running]:
    """The clocks of this app."""
    found: Sequence[Running] = current_app.extensions.get(_KEY, ())
    return found
