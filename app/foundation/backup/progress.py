"""A line now and then for whoever waits longer than two seconds."""

from __future__ import annotations

import time
from collections.abc import Callable

EVERY = 2.0


class Progress:
    """Says where the work stands, at most once in ``every`` seconds; work that is over before then says nothing."""

    def __init__(
        self,
        say: Callable[[str], None],
        *,
        every: float = EVERY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._say = say
        self._every = every
        self._clock = clock
        self._last = clock()

    def note(self, what: str, done: int, total: int = 0) -> None:
        """``done`` of ``total`` (0: not known) are behind us."""
        if self._clock() - self._last < self._every:
            return
        self._last = self._clock()
        self._say(f"{what} … {done:,}" + (f" / {total:,}（{done * 100 // total}%）" if total else ""))
