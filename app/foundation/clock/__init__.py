"""Business time: the drill clock, the official calendar and how a running clock is shown."""

from app.foundation.clock.service import SHANGHAI, at, calendar, drill, localise, move, now, stop, today, wall
from app.foundation.clock.views import ClockView, view

__all__ = [
    "SHANGHAI",
    "ClockView",
    "at",
    "calendar",
    "drill",
    "localise",
    "move",
    "now",
    "stop",
    "today",
    "view",
    "wall",
]
