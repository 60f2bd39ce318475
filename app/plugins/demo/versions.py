"""The demo's aggregates: Wuling's taken in by the city, the city's handed to the province and shared (S14)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.database import transaction
from app.plugins.aggregates import queries, seen, service
from app.plugins.aggregates.models import AggregateVersion
from app.plugins.demo.cast import Cast, moment
from app.plugins.surveys.place import Wanted, find

DAY = date(2014, 11, 21)
WULING, CHANGDE, HUNAN = "0.43.07.02.", "0.43.07.", "0.43."


def load(cast: Cast) -> int:
    """Write the versions in the order in which they depend on one another; returns how many."""
    county = _handed_up(cast, WULING, CHANGDE, 15)
    city = _handed_up(cast, CHANGDE, HUNAN, 16)
    with _as(cast.at("head", CHANGDE), 17) as head:
        service.share(queries.get(city, head), actor=head)
    return len({county, city})


@contextmanager
def _as(actor: Actor, hour: int, minute: int = 0) -> Iterator[Actor]:
    with clock.at(moment(DAY, hour, minute)), access.acting_as(actor), transaction():
        yield actor


def _handed_up(cast: Cast, path: str, upper: str, hour: int) -> int:
    """A version of an office, locked, reported and received by the office above."""
    clerk, head, receiver = cast.at("reviewer", path), cast.at("head", path), cast.at("head", upper)
    with _as(clerk, hour, 5) as actor:
        key = service.prepare(find(actor, Wanted()), actor=actor).id
    with _as(clerk, hour, 10) as actor:
        row: AggregateVersion = queries.get(key, actor)
        service.lock(row, seen.place_of(row, actor), "", actor=actor)
    with _as(head, hour, 30) as actor:
        service.report(queries.get(key, actor), actor=actor)
    with _as(receiver, hour, 50) as actor:
        service.receive(queries.get(key, actor), actor=actor)
    return key
