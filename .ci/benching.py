"""What every measurement uses: saying it, timing it, comparing two things fairly, signing in."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

BATCH, BATCHES, STEADY = 25, 8, 0.03

Clock = Callable[[], float]


@dataclass
class Verdict:
    """Which targets were missed."""

    missed: list[str] = field(default_factory=list)

    def at_most(self, name: str, value: float, most: float, *, binding: bool = True) -> None:
        """Say a ratio and hold it to its target."""
        say(name, value, "ratio")
        if binding and value > most:
            self.missed.append(f"{name}: {value:.2f}, at most {most:g}")

    def at_least(self, name: str, value: float, least: float, *, binding: bool = True) -> None:
        """The same for a ratio that must not be smaller."""
        say(name, value, "ratio")
        if binding and value < least:
            self.missed.append(f"{name}: {value:.2f}, at least {least:g}")


def say(name: str, value: float, unit: str) -> None:
    """One measurement."""
    shown = f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"
    print(name, shown, unit, flush=True)


@contextmanager
def timed(name: str) -> Iterator[None]:
    """Say how many seconds the block took."""
    start = time.perf_counter()
    yield
    say(name, time.perf_counter() - start, "s")


def per_call(work: Callable[[], Any], *, seconds: float = 0.3) -> float:
    """Microseconds of processor time a call, the best of three rounds."""
    rounds = []
    for _ in range(3):
        count, start = 0, time.process_time()
        while time.process_time() - start < seconds:
            work()
            count += 1
        rounds.append((time.process_time() - start) / count * 1e6)
    return min(rounds)


def medians(works: Mapping[str, Callable[[], Any]], clock: Clock, *, each: int = 1) -> dict[str, float]:
    """Seconds a call of each, by turns (A, B, A, B …) until the medians stand still.

    Args:
        clock: ``time.process_time`` where all the work is in this process, else ``time.perf_counter``.
        each: calls in a row that count as one turn, for work far below the clock's grain.
    """
    for work in works.values():
        for _ in range(3):
            work()
    taken: dict[str, list[float]] = {name: [] for name in works}
    before: dict[str, float] = {}
    for _ in range(BATCHES):
        for _ in range(BATCH):
            for name, work in works.items():
                start = clock()
                for _ in range(each):
                    work()
                taken[name].append((clock() - start) / each)
        now = {name: statistics.median(times) for name, times in taken.items()}
        if before and all(abs(now[name] / before[name] - 1) < STEADY for name in now):
            return now
        before = now
    return before


def command(app: Flask, *arguments: str) -> None:
    """Run a ``flask`` command; stop when it fails."""
    result = app.test_cli_runner().invoke(args=list(arguments))
    if result.exit_code != 0:
        sys.exit(f"flask {' '.join(arguments)}: {result.output} {result.exception!r}")


def signed_in(app: Flask, username: str, password: str) -> FlaskClient:
    """A browser that signed in through the form."""
    client = app.test_client()
    answer = client.post("/login/", data={"username": username, "password": password})
    if answer.status_code != 302:
        sys.exit(f"{username} could not sign in: {answer.status_code}")
    return client


def got(client: FlaskClient, address: str) -> Callable[[], Any]:
    """One request that must succeed."""

    def ask() -> Any:
        answer = client.get(address)
        if answer.status_code != 200:
            sys.exit(f"{address}: {answer.status_code}")
        return answer

    return ask
