"""Business time: the drill clock, the official calendar and how a running clock is shown."""

from app.foundation.clock.service import (
    DRILL,
    MOVED,
    SHANGHAI,
    at,
    calendar,
    drill,
    localise,
    move,
    note_drill,
    now,
    stop,
    today,
    wall,
)
from app.foundation.clock.views import ClockView, view

__all__ = [
    "DRILL",
    "MOVED",
    "SHANGHAI",
    "ClockView",
    "at",
    "calendar",
    "drill",
    "localise",
    "move",
    "note_drill",
    "now",
    "stop",
    "today",
    "view",
    "wall",
]
