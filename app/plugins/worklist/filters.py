"""What a person asks of the queue, and what is remembered of it: his own, on the server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import select

from app.foundation.admin.arguments import BadArgument
from app.foundation.database import db
from app.kernel.errors import N_
from app.plugins.applications.models import KINDS, TRACKS
from app.plugins.worklist import labels
from app.plugins.worklist.models import LONGEST_QUERY, WorkFilter

TEXT_LONGEST = 60
OFFERED: Mapping[str, tuple[str, ...]] = {
    "task": tuple(labels.TASK),
    "kind": KINDS,
    "track": TRACKS,
    "whose": tuple(labels.WHOSE),
    "time": tuple(labels.TIME),
}


@dataclass(frozen=True)
class Asked:
    """Filters of the queue; empty is all."""

    task: str = ""
    kind: str = ""
    track: str = ""
    whose: str = ""
    time: str = ""
    q: str = ""

    @property
    def any(self) -> bool:
        """Whether anything is narrowed."""
        return any(self.said().values())

    def said(self) -> dict[str, str]:
        """Name → value of those that narrow."""
        return {one.name: value for one in fields(self) if (value := getattr(self, one.name))}


def read(args: Mapping[str, str]) -> Asked:
    """The filters of an address or form.

    Raises:
        BadArgument: one that is not offered.
    """
    found = {}
    for name, among in OFFERED.items():
        value = args.get(name, "").strip()
        if value and value not in among:
            raise BadArgument(name, N_("参数“%(name)s”没有这个选项。"))
        found[name] = value
    return Asked(**found, q=args.get("q", "").strip()[:TEXT_LONGEST])


def remembered(person_id: int | None) -> Asked:
    """What the person last worked with; what is no longer offered is forgotten."""
    if person_id is None:
        return Asked()
    kept = db.session.scalar(select(WorkFilter.query).where(WorkFilter.person_id == person_id))
    try:
        return read(dict(parse_qsl(kept or "")))
    except BadArgument:
        return Asked()


def remember(person_id: int, asked: Asked) -> None:
    """Keep it for the next time; inside the caller's transaction."""
    text = urlencode(asked.said())[:LONGEST_QUERY]
    row = db.session.get(WorkFilter, person_id)
    if row is None:
        db.session.add(WorkFilter(person_id=person_id, query=text))
    else:
        row.query = text
