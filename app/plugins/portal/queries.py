"""What the public may list: sites that passed review, from approved facts and badges alone (C-art.12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.kernel import paths
from app.plugins.badges.models import Badge
from app.plugins.registry.models import ApprovedFacts, BatchItem

COUNT_LIMIT = 10_000
OFFICE_LEVELS = ("central", "province", "city", "county", "zone")
_LEVEL_COLUMN = {
    "province": ApprovedFacts.province_id,
    "city": ApprovedFacts.city_id,
    "county": ApprovedFacts.county_id,
    "zone": ApprovedFacts.county_id,
}


@dataclass(frozen=True)
class Passed:
    """One line of the published list; without a number its badge is still being issued."""

    organ_name: str
    organ_type: str
    site_name: str
    chinese_domain: str
    english_domain: str
    hosts: tuple[str, ...]
    office_name: str
    approved_at: datetime
    sha256: str
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
    """What stands approved; a change is listed when it is in force: until then the old facts are (S32)."""
    statement: Any = (
        select(ApprovedFacts, Badge.number, Badge.state, Badge.issued_at)
        .outerjoin(
            BatchItem,
            and_(BatchItem.facts_id == ApprovedFacts.id, BatchItem.state.in_(("pending", "issued"))),
        )
        .outerjoin(Badge, Badge.item_id == BatchItem.id)
        .where(ApprovedFacts.ended_at.is_(None), or_(ApprovedFacts.kind != "change", Badge.id.is_not(None)))
    )
    if chosen is not None:
        column = _LEVEL_COLUMN.get(chosen.level)
        statement = statement.where(
            ApprovedFacts.review_path == chosen.path if exact or column is None else column == chosen.id
        )
    if words:
        named = (ApprovedFacts.organ_name, ApprovedFacts.site_name)
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
        statement.order_by(ApprovedFacts.id.desc()).limit(size).offset((page - 1) * size)
    ).all()
    lines = [_line(*row) for row in rows]
    if page == 1 and len(lines) < size:
        return lines, len(lines)
    some = statement.with_only_columns(ApprovedFacts.id).limit(COUNT_LIMIT + 1).subquery()
    return lines, db.session.scalar(select(func.count()).select_from(some)) or 0


def _line(facts: ApprovedFacts, number: str | None, state: str | None, issued_at: datetime | None) -> Passed:
    frozen = facts.snapshot
    return Passed(
        organ_name=facts.organ_name,
        organ_type=frozen["organ_type"],
        site_name=facts.site_name,
        chinese_domain=frozen["chinese_domain"],
        english_domain=frozen["english_domain"],
        hosts=tuple(host["unicode"] for host in frozen["hosts"]),
        office_name=frozen["office_name"],
        approved_at=facts.approved_at,
        sha256=facts.sha256,
        number=number,
        state=state,
        issued_at=issued_at,
    )
