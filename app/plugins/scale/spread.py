"""How many units each office has, and what becomes of an application: pure, from a seeded source of chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

# Shares of the units by the level of their home. A few counties have very many, most a handful
# (Zipf–Mandelbrot: weight 1 / (rank + FLAT) ** STEEP).
SHARES = {"central": 0.01, "province": 0.06, "city": 0.18, "county": 0.75}
FLAT, STEEP = 40.0, 1.7
FILED = frozenset({1, 4, 7})  # which of ten units in a row have an application: three
IDLE = 0  # … and which has a website without one

NEVER_SUBMITTED, WITHDRAWN = 0.03, 0.03
RETURNED, INELIGIBLE, REFUSED = 0.10, 0.03, 0.04


@dataclass(frozen=True, slots=True)
class Home:
    """An office that units belong to, by code; ``level`` is one of ``SHARES``."""

    code: str
    level: str


@dataclass(slots=True)
class Course:
    """What happened to one application, in days since it was begun; None where it has not come to that."""

    state: str = "draft"
    submitted: int | None = None
    returned: int | None = None
    resubmitted: int | None = None
    reviewed: int | None = None
    received: int | None = None
    decided: int | None = None
    reported: int | None = None
    closed: int | None = None


def apportion(total: int, weights: Sequence[float]) -> list[int]:
    """``total`` split by weight into whole numbers that add up to it (largest remainders)."""
    if not weights:
        return []
    scale = total / sum(weights)
    exact = [weight * scale for weight in weights]
    parts = [int(value) for value in exact]
    order = sorted(range(len(exact)), key=lambda i: (parts[i] - exact[i], i))
    for index in order[: total - sum(parts)]:
        parts[index] += 1
    return parts


def counts(homes: Sequence[Home], total: int, chance: Random) -> dict[str, int]:
    """Units by office code; they add up to ``total``. The rank of an office in its level is a matter of chance."""
    levels = [level for level in SHARES if any(home.level == level for home in homes)]
    found: dict[str, int] = {}
    for level, share in zip(levels, apportion(total, [SHARES[one] for one in levels]), strict=True):
        ranked = sorted(home.code for home in homes if home.level == level)
        chance.shuffle(ranked)
        weights = [(rank + FLAT) ** -STEEP for rank in range(len(ranked))]
        found.update(zip(ranked, apportion(share, weights), strict=True))
    return found


def course(days: int, chance: Random) -> Course:
    """One application's way until today, ``days`` after it was begun: each step takes as long as it takes."""
    made, roll = Course(), chance.random()
    day = made.submitted = chance.randint(0, 5)
    if roll < NEVER_SUBMITTED or day > days:
        made.submitted = None
        return made
    made.state = "submitted"
    if roll < NEVER_SUBMITTED + WITHDRAWN:
        return _close(made, day + chance.randint(1, 4), days, "withdrawn")
    return _review(made, day + chance.randint(1, 8), days, chance)


def _close(made: Course, day: int, days: int, state: str) -> Course:
    if day <= days:
        made.state, made.closed = state, day
    return made


def _review(made: Course, day: int, days: int, chance: Random) -> Course:
    roll = chance.random()
    if day > days:
        return made
    if roll < INELIGIBLE:
        made.reviewed = day
        return _close(made, day, days, "ineligible")
    if roll < INELIGIBLE + RETURNED:
        made.state, made.returned, made.reviewed = "returned", day, day
        day += chance.randint(1, 30)
        if day > days:
            return made
        made.state, made.resubmitted, made.reviewed = "submitted", day, None
        day += chance.randint(1, 8)
        if day > days:
            return made
    made.state, made.reviewed = "awaiting_paper", day
    return _decide(made, day + chance.randint(1, 15), days, chance)


def _decide(made: Course, day: int, days: int, chance: Random) -> Course:
    if day > days:
        return made
    made.state, made.received = "paper_review", day
    day += chance.randint(1, 14)
    if day > days:
        return made
    made.decided = day
    if chance.random() < REFUSED:
        return _close(made, day, days, "refused")
    made.state = "approved"
    day += chance.randint(1, 10)
    if day > days:
        return made
    made.state, made.reported = "reported", day
    return _close(made, day + chance.randint(2, 15), days, "badged")
