"""What ``policies/jobs.yaml`` says, read once at the start; and how long to wait before trying again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import Flask, current_app

from app.foundation import strict_yaml

FILE = "jobs.yaml"
_KEY = "bianban.jobs.rules"


@dataclass(frozen=True)
class Rules:
    """How long things are kept, and how failures are tried again; the rest are the paces of the processes."""

    result_days: int
    done_days: int
    dead_days: int
    first_wait: timedelta
    longest_wait: timedelta
    handed: timedelta
    alive: timedelta
    mending: timedelta


def load(folder: Path) -> Rules:
    """Read the file.

    Raises:
        ShapeError: a key is unknown, missing or mistyped.
    """
    file = strict_yaml.read(folder / FILE).only("keep_days", "retry_seconds", "lease_seconds")
    keep = file.section("keep_days").only("result", "done", "dead")
    retry = file.section("retry_seconds").only("first", "longest")
    lease = file.section("lease_seconds").only("handed", "alive", "mending")

    def seconds(section: strict_yaml.Section, key: str) -> timedelta:
        return timedelta(seconds=section.whole(key))

    return Rules(
        keep.whole("result"),
        keep.whole("done"),
        keep.whole("dead"),
        seconds(retry, "first"),
        seconds(retry, "longest"),
        seconds(lease, "handed"),
        seconds(lease, "alive"),
        seconds(lease, "mending"),
    )


def init_app(app: Flask) -> None:
    """Read the rules of this app."""
    app.extensions[_KEY] = load(Path(app.config["POLICIES_DIR"]))


def rules() -> Rules:
    """The rules this app was started with."""
    found: Rules = current_app.extensions[_KEY]
    return found


def wait(attempt: int, chance: float, given: Rules) -> timedelta:
    """How long after failed ``attempt`` (1, 2 …) to wait: doubled each time, spread over its upper half.

    Args:
        chance: random, from 0 up to 1; jobs that failed together do not come back together.
    """
    whole = min(given.first_wait * 2 ** min(attempt - 1, 30), given.longest_wait)
    return whole * (0.5 + chance / 2)
