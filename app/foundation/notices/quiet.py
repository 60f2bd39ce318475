"""Quiet hours: mails and texts that are not urgent wait until they end. By the wall, never by the drill clock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from app.foundation.clock import SHANGHAI

_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_RANGE = re.compile(r"(\S{5})-(\S{5})", re.ASCII)


def clock_time(text: str) -> time | None:
    """``21:00`` as a time of day; None when it is none."""
    found = _HOURS.fullmatch(text)
    return time(int(found[1]), int(found[2])) if found else None


@dataclass(frozen=True)
class QuietHours:
    """From one time of day until another (Beijing), over midnight where the end is earlier; equal: none."""

    begin: time
    end: time

    @classmethod
    def read(cls, text: str) -> QuietHours | None:
        """``21:00-08:00``; None when it is written otherwise."""
        found = _RANGE.fullmatch(text)
        begin, end = (clock_time(found[1]), clock_time(found[2])) if found else (None, None)
        return cls(begin, end) if begin is not None and end is not None else None

    def quiet(self, moment: datetime) -> bool:
        """Whether a moment lies in them; the end itself does not."""
        now = moment.astimezone(SHANGHAI).time()
        if self.begin <= self.end:
            return self.begin <= now < self.end
        return now >= self.begin or now < self.end

    def after(self, moment: datetime) -> datetime:
        """The moment itself outside of them, else when they end."""
        if not self.quiet(moment):
            return moment
        return next_time(self.end, moment)


def next_time(at: time, moment: datetime) -> datetime:
    """The next moment with this time of day, strictly later."""
    local = moment.astimezone(SHANGHAI)
    found = datetime.combine(local.date(), at, tzinfo=SHANGHAI)
    return found if found > local else found + timedelta(days=1)
