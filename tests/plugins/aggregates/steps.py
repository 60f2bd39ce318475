"""Short ways through the verbs."""

from __future__ import annotations

from typing import Any

from app.foundation.access import Actor
from app.foundation.tenancy.models import Office
from app.plugins.aggregates import queries, seen, service
from app.plugins.aggregates.models import AggregateVersion
from app.plugins.surveys.place import Place, Wanted, find
from tests.plugins.aggregates.conftest import As

CLERKS = {
    "430702": "wuling.clerk",
    "430703": "dingcheng.reviewer",
    "430700": "changde.clerk",
    "430000": "hunan.head",
}
HEADS = {
    "430702": "wuling.head",
    "430703": "dingcheng.head",
    "430700": "changde.head",
    "430000": "hunan.head",
}


def place(actor: Actor, code: str = "") -> Place:
    """The actor's place (or another's, by code)."""
    return find(actor, Wanted(code))


def locked(acting: As, code: str, note: str = "") -> int:
    """A new version of an office, locked."""
    with acting(CLERKS[code]) as actor:
        pk = service.prepare(place(actor, code), actor=actor).id
    with acting(CLERKS[code]) as actor:
        row = queries.get(pk, actor)
        service.lock(row, seen.place_of(row, actor), note, actor=actor)
    return pk


def reported(acting: As, code: str, note: str = "") -> int:
    """A new version, reported."""
    pk = locked(acting, code, note)
    with acting(HEADS[code]) as actor:
        service.report(queries.get(pk, actor), actor=actor)
    return pk


def received(acting: As, code: str, upper: str, note: str = "") -> int:
    """A new version, received by the office above."""
    pk = reported(acting, code, note)
    with acting(CLERKS[upper]) as actor:
        service.receive(queries.get(pk, actor), actor=actor)
    return pk


def read(acting: As, username: str, pk: int) -> dict[str, Any]:
    """What a person sees of a version."""
    with acting(username) as actor:
        row: AggregateVersion = queries.get(pk, actor)
        office: Office = row.office
        return {"state": row.state, "digest": row.digest, "totals": row.totals, "office": office.code}
