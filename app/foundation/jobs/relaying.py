"""The relay: hands what is due to the broker, no more at a time than is worked off in about a second.

So an office's ten thousand mails wait in the table, where others' turns come between them, not in the broker.
"""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Flask
from kombu.exceptions import OperationalError

from app.foundation.jobs import handing, leases
from app.foundation.jobs.rules import rules
from app.foundation.jobs.transport import Transport, in_process

NAME = "relay"
LEAST, MOST = 8, 2000  # jobs of one queue handed over that no worker has taken yet
HORIZON, MEMORY = 1.0, 0.3  # seconds of work to have ready; over which the pace is averaged
LARGEST_MESSAGE = 50
BUSY, IDLE, STANDBY = 0.02, 0.5, 1.0  # seconds until it looks again


@dataclass
class Pace:
    """How fast the workers take the jobs of one queue, and so how many should lie ready for them."""

    rate: float = 0.0
    sent: int = 0
    at: float = 0.0

    def window(self, handed: int, now: float) -> int:
        """Told how many lie ready now (of ``sent``, when it was last asked), how many may."""
        elapsed = max(now - self.at, 1e-3)
        if self.at:
            taken = max(self.sent - handed, 0)
            weight = 1 - math.exp(-elapsed / MEMORY)
            self.rate += weight * (taken / elapsed - self.rate)
        self.at = now
        return max(LEAST, min(MOST, round(self.rate * HORIZON)))


@dataclass
class Relay:
    """One process's relay; does something only while it has the lease."""

    app: Flask
    transport: Transport
    holder: str
    chance: Callable[[], float] = field(default=secrets.SystemRandom().random)
    paces: dict[str, Pace] = field(default_factory=dict)
    _renewed: float = -math.inf
    _mended: float = -math.inf

    def step(self) -> float:
        """Look once; seconds until it should look again."""
        with self.app.app_context():
            if not self._has_lease():
                self.paces.clear()
                return STANDBY
            self._mend()
            return self._hand_over()

    def _has_lease(self) -> bool:
        now = time.monotonic()
        if now - self._renewed < rules().alive.total_seconds() / 3:
            return True
        if not leases.acquire(NAME, self.holder):
            self._renewed = -math.inf
            return False
        if self._renewed == -math.inf:
            self._mended = -math.inf  # taken over: see at once to what the last one left
        self._renewed = now
        return True

    def _mend(self) -> None:
        now = time.monotonic()
        if now - self._mended < rules().mending.total_seconds():
            return
        leases.live(self.holder)
        freed = handing.mend(self.chance(), in_process=in_process(self.app))
        if freed:
            self.app.logger.warning("jobs: %s set free", freed)
        self._mended = now

    def _hand_over(self) -> float:
        busy = False
        for queue, load in handing.loads().items():
            pace = self.paces.setdefault(queue, Pace())
            window = pace.window(load.handed, time.monotonic())
            room = window - load.handed
            pace.sent = load.handed
            if room > 0 and load.waiting:
                pace.sent += self._send(queue, load, room, max(1, min(LARGEST_MESSAGE, window // 16)))
            busy = busy or pace.sent > 0 or bool(load.flying)
        return BUSY if busy else IDLE

    def _send(self, queue: str, load: handing.Load, room: int, size: int) -> int:
        """Mark, then send: what is marked and never sent is set free when its lease ends."""
        ids = handing.hand(handing.pick(queue, load, room), self.holder)
        waiting = handing.messages(ids, size) if ids else []
        while waiting:
            try:
                self.transport.send(queue, waiting[0])
            except (OperationalError, OSError) as error:
                self.app.logger.warning("jobs: the broker does not answer: %s", type(error).__name__)
                unsent = [one for message in waiting for one in message]
                handing.take_back(unsent)
                time.sleep(IDLE)
                return len(ids) - len(unsent)
            waiting.pop(0)
        return len(ids)
