"""Business time: the drill clock, the official calendar and how a running clock is shown."""

from app.foundation.clock.service import SHANGHAI, at, calendar, drill, localise, move, now, stop, today, wall

__all__ = ["SHANGHAI", "at", "calendar", "drill", "localise", "move", "now", "stop", "today", "wall"]
