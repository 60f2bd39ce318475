"""What the public may list: sites that passed review, from frozen snapshots and badges alone (C-art.12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.kernel import paths
from app.plugins.badges.models import Badge
from app.plugins.registry.models import BatchItem

COUNT_LIMIT = 10_000
OFFICE_LEVELS = ("central", "province", "city", "county", "zone")
_LEVEL_COLUMN = {
    "province": BatchItem.province_id,
    "city": BatchItem.city_id,
    "county": BatchItem.county_id,
    "zone": BatchItem.county_id,
}


@dataclass(frozen=True)
class Passed:
    """One line of the published list; without a number its badge is still being issued."""

    organ_name: str
    site_name: str
    hosts: tuple[str, ...]
    office_name: str
    number: str | None
    state: str | None
    issued_at: datetime | None


def office(code: str) -> Office | None:
    """An office of establishment in service, by its code."""
    statement = select(Office).where(Office.code == code, Office.kind == "office", Office.active.is_(True))
    return db.session.scalar(statement)


def around(chosen: Office | None) -> tuple[list[Office], list[Office]]:
    """The offices from the centre down to the chosen one, and those directly below it; one statement."""
    path = chosen.path if chosen is not None else paths.ROOT
    trail = (*paths.ancestors(path), path)
    statement = (
        select(Office)
        .where(Office.kind == "office", Office.active.is_(True))
        .where(Office.path.in_(trail) | (Office.parent_id == _id_of(path)))
        .order_by(Office.path)
    )
    found = list(db.session.scalars(statement))
    return [one for one in found if one.path in trail], [one for one in found if one.path not in trail]


def _id_of(path: str) -> Any:
    own = aliased(Office)
    return select(own.id).where(own.path == path).scalar_subquery()


def _passed(chosen: Office | None, exact: bool, words: str) -> Any:
    statement: Any = (
        select(BatchItem, Badge.number, Badge.state, Badge.issued_at)
        .outerjoin(Badge, Badge.item_id == BatchItem.id)
        .where(BatchItem.state.in_(("pending", "issued")), or_(Badge.id.is_(None), Badge.state != "revoked"))
    )
    if chosen is not None:
        column = _LEVEL_COLUMN.get(chosen.level)
        statement = statement.where(
            BatchItem.review_path == chosen.path if exact or column is None else column == chosen.id
        )
    if words:
        named = (BatchItem.organ_name, BatchItem.site_name)
        statement = statement.where(or_(*(one.contains(words, autoescape=True) for one in named)))
    return statement


def passed(
    chosen: Office | None, words: str, page: int, size: int, *, exact: bool = False
) -> tuple[list[Passed], int]:
    """One page of the published list, newest first, and its length counted no further than ``COUNT_LIMIT`` + 1.

    ``chosen`` narrows to an office and those below it, or with ``exact`` to the office alone.
    """
    statement = _passed(chosen, exact, words)
    rows = db.session.execute(
        statement.order_by(BatchItem.id.desc()).limit(size).offset((page - 1) * size)
    ).all()
    lines = [
        Passed(
            organ_name=item.organ_name,
            site_name=item.site_name,
            hosts=tuple(host["unicode"] for host in item.snapshot["hosts"]),
            office_name=item.snapshot["office_name"],
            number=number,
            state=state,
            issued_at=issued_at,
        )
        for item, number, state, issued_at in rows
    ]
    if page == 1 and len(lines) < size:
        return lines, len(lines)
    some = statement.with_only_columns(BatchItem.id).limit(COUNT_LIMIT + 1).subquery()
    return lines, db.session.scalar(select(func.count()).select_from(some)) or 0
