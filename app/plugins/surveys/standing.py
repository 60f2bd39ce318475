"""How one's own survey stands, for the desk: counted now, or of a large one within the last minute and saying so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from flask import current_app

from app.foundation import access, clock
from app.foundation.access import Actor, Facts
from app.kernel import paths
from app.plugins.campaigns.rules import Plan, Timetable
from app.plugins.surveys import progress
from app.plugins.surveys.groups import Counts, total

# Up to so many sheets a count is as quick as looking up an earlier one.
AT_ONCE = 2000
KEPT_FOR = timedelta(seconds=60)
MOST_KEPT = 500
_KEY = "bianban.surveys.standing"


@dataclass(frozen=True)
class Standing:
    """The numbers; ``as_of`` (wall time) where they were counted a little earlier, else None."""

    counts: Counts
    as_of: datetime | None = None


class _Kept:
    """What this process has counted, by place, survey and business day."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int, str], Standing] = {}
        self._lock = Lock()

    def get(self, key: tuple[str, int, str], now: datetime) -> Standing | None:
        """What was counted within the last minute."""
        found = self._found.get(key)
        fresh = found is not None and found.as_of is not None and now - found.as_of < KEPT_FOR
        return found if fresh else None

    def put(self, key: tuple[str, int, str], found: Standing) -> None:
        """Keep it, the oldest going when there are too many."""
        with self._lock:
            self._found.pop(key, None)
            self._found[key] = found
            while len(self._found) > MOST_KEPT:
                self._found.pop(next(iter(self._found)))


def standing(actor: Actor, plan: Plan, table: Timetable) -> Standing:
    """The numbers of a plan within what the actor may see; at most one statement."""
    now, place = clock.wall(), _place(actor)
    kept: _Kept = current_app.extensions.setdefault(_KEY, _Kept())
    key = (place, plan.id, clock.today().isoformat())
    found = kept.get(key, now) if place else None
    if found is not None:
        return found
    counts = total(cell.counts for cell in progress.cells(actor, plan, table, clock.today()))
    if place and counts.total > AT_ONCE:
        found = Standing(counts, now)
        kept.put(key, found)
        return found
    return Standing(counts)


def _place(actor: Actor) -> str:
    """The one office whose whole subtree is the actor's to count; empty where it is another reach."""
    own = progress.own_paths(actor)
    if len(own) != 1 or not access.can(actor, "aggregate", "see", Facts(paths.child(own[0], "0"))):
        return ""
    return own[0]
