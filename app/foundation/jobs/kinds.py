"""What kinds of work there are: declared by whoever can do them, at the start of the app."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Flask, current_app

if TYPE_CHECKING:
    from app.foundation.jobs.work import Work

_KEY = "bianban.jobs.kinds"
_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+\Z")
_QUEUE = re.compile(r"[a-z][a-z0-9_]*\Z")
NAME_LONGEST = 64
QUEUE_LONGEST = 32


class Retry(Exception):
    """Try again later: counted as an attempt; the reason is kept and shown, so it holds no personal data."""

    def __init__(self, reason: str = "", *, delay: timedelta | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.delay = delay


class GiveUp(Exception):
    """No use trying again: a dead letter at once, with the reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Stop(Exception):
    """Raised by ``Work.progress`` to end the work; let it pass."""


class Cancelled(Stop):
    """Whoever waits for the work has cancelled it."""


class Interrupted(Stop):
    """The process is being stopped: the work goes back and is taken up again, this attempt not counted."""


class Lost(Stop):
    """The lease ended and somebody else has the work; whatever this one did not commit does not count."""


@dataclass(frozen=True)
class Kind:
    """One kind of work.

    Attributes:
        name: ``part.verb``, unique; stored with each job.
        title: what people call it, translated lazily.
        run: does one job; gets a ``Work``.
        queue: for fairness, the jobs page and the workers: mail, sms, work, schedule …
        inside: ``run`` is called inside one transaction together with the done mark: exactly once. Otherwise it opens
            its own and is called at least once: idempotent by ``work.id``.
        attempts: how often it is begun before it becomes a dead letter.
        lease: seconds without a sign of life after which another worker may take it.
        on_behalf: acts as the person who asked, with the posts held when it runs; otherwise as the system actor
            ``job:<name>`` over the job's path.
    """

    name: str
    title: Any
    run: Callable[[Work], None]
    queue: str = "work"
    inside: bool = False
    attempts: int = 8
    lease: int = 120
    on_behalf: bool = False

    def __post_init__(self) -> None:
        if not _NAME.match(self.name) or len(self.name) > NAME_LONGEST:
            raise ValueError(f"job kind {self.name!r}: a name is part.verb in small letters")
        if not _QUEUE.match(self.queue) or len(self.queue) > QUEUE_LONGEST:
            raise ValueError(f"job kind {self.name}: queue {self.queue!r}")
        if self.attempts < 1 or self.lease < 1:
            raise ValueError(f"job kind {self.name}: attempts and lease are above zero")


def declare(app: Flask, kind: Kind) -> None:
    """Say that this app can do a kind of work.

    Raises:
        ValueError: another kind of that name is declared already.
    """
    known: dict[str, Kind] = app.extensions.setdefault(_KEY, {})
    if kind.name in known:
        raise ValueError(f"job kind {kind.name}: declared twice")
    known[kind.name] = kind


def catalogue(app: Flask | None = None) -> Mapping[str, Kind]:
    """Every kind this app can do, by name."""
    found: dict[str, Kind] = (app or current_app).extensions.setdefault(_KEY, {})
    return found


def longest_lease() -> timedelta:
    """No lease given by this program ends later than this from now."""
    return timedelta(seconds=max((kind.lease for kind in catalogue().values()), default=60))
