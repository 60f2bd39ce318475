"""Scoped reads: candidates and what became of them, and whether a site has been filed for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import joinedload

from app.foundation import access
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy.models import Office, Site, Unit
from app.kernel.errors import N_, NotSeen
from app.plugins.applications.models import Application
from app.plugins.campaigns import queries as campaigns
from app.plugins.campaigns.rules import Deadline, Whose
from app.plugins.lapses.models import STATES, Lapse
from app.plugins.surveys.rules import same

TASK = "lapses"
FILING = "filing"
LARGEST_ID = 2**31 - 1
BOUND = 10_000
OWN, BELOW = "own", "below"
SIDES = (OWN, BELOW)


def get(pk: int) -> Lapse:
    """One candidate, or former candidate.

    Raises:
        NotSeen: there is none of that number, or it is outside the reader's scope.
    """
    query = select(Lapse).where(Lapse.id == pk).options(joinedload(Lapse.campaign), joinedload(Lapse.site))
    found = db.session.scalar(query) if pk <= LARGEST_ID else None
    if found is None:
        raise NotSeen("lapse-not-seen", N_("没有找到这个网站的记录，或者它不在您的管辖范围内。"))
    return found


def lock(row: Lapse) -> None:
    """Read it again and hold it until the transaction ends."""
    statement = select(Lapse).where(Lapse.id == row.id).with_for_update(of=Lapse)
    db.session.scalars(statement.execution_options(populate_existing=True)).all()


def filings(sites: Collection[Site]) -> Mapping[int, list[str]]:
    """Site id → states of its applications, among those the actor sees; one statement.

    One that was begun for a website "not registered yet" names no site: it is the site's where unit and domain, or
    name, are the same.
    """
    found: dict[int, list[str]] = defaultdict(list)
    by_unit: dict[int, list[Site]] = defaultdict(list)
    for site in sites:
        by_unit[site.unit_id].append(site)
    query = select(Application).where(
        or_(
            Application.site_id.in_([site.id for site in sites]),
            and_(Application.site_id.is_(None), Application.unit_id.in_(by_unit)),
        )
    )
    for row in db.session.scalars(query):
        if row.site_id is not None:
            found[row.site_id].append(row.state)
            continue
        for site in by_unit[row.unit_id]:
            if means(row, site):
                found[site.id].append(row.state)
    return found


def means(row: Application, site: Site) -> bool:
    """Whether an application is for a registered site."""
    if row.site_id is not None:
        return row.site_id == site.id
    pairs = (
        (row.chinese_domain, site.chinese_domain),
        (row.english_domain, site.english_domain),
        (row.site_name, site.name),
    )
    return any(same(one) and same(one) == same(other) for one, other in pairs)


def deadline_of(row: Lapse) -> Deadline | None:
    """The filing date that binds its site now."""
    nature = db.session.scalar(select(Unit.nature).where(Unit.id == row.unit_id))
    return campaigns.timetable().deadline(FILING, Whose(row.review_path, row.filing_path), nature)


def candidates_of(unit_id: int) -> list[Lapse]:
    """The open candidates of a unit, with their sites."""
    query = select(Lapse).where(Lapse.unit_id == unit_id, Lapse.state == "candidate")
    return list(db.session.scalars(query.options(joinedload(Lapse.site)).order_by(Lapse.id)))


def office_of(row: Lapse) -> Office | None:
    """The site's own office."""
    return db.session.scalar(select(Office).where(Office.path == row.review_path))


@dataclass(frozen=True)
class Found:
    """One page of the list: rows, how many there are in all, and how many stand in each state."""

    rows: list[Lapse]
    total: int
    states: Mapping[str, int]


def page(actor: Actor, *, state: str, side: str, number: int, size: int) -> Found:
    """The list, the longest overdue first; ``side`` narrows to one's own office's sites or those of offices below."""
    within = _side(actor, side)
    counted = select(Lapse.state, func.count()).where(within).group_by(Lapse.state)
    states = dict.fromkeys(STATES, 0) | {name: count for name, count in db.session.execute(counted)}
    chosen = [within, Lapse.state == state] if state else [within]
    query = select(Lapse).where(*chosen).order_by(Lapse.due, Lapse.id)
    rows = db.session.scalars(query.limit(size).offset((number - 1) * size))
    return Found(list(rows), states[state] if state else sum(states.values()), states)


def _side(actor: Actor, side: str) -> ColumnElement[bool]:
    if side not in SIDES:
        return true()
    own: Any = Lapse.review_path.in_([post.path for post in actor.posts])
    return own if side == OWN else ~own


def waiting(actor: Actor) -> int:
    """How many candidates wait for this head to decide; counted no further than a bound."""
    if not access.may(actor, "lapse", "decide"):
        return 0
    some = select(Lapse.id).where(
        Lapse.state == "candidate", access.scope(actor, "lapse", "decide", Lapse)
    ).limit(BOUND)  # fmt: skip
    return db.session.scalar(select(func.count()).select_from(some.subquery())) or 0


def of_filer(actor: Actor, limit: int = 50) -> list[Lapse]:
    """Candidates among the sites the actor files for."""
    if not access.may(actor, "application", "submit"):
        return []
    query = select(Lapse).where(
        Lapse.state == "candidate", access.scope(actor, "application", "submit", Lapse)
    )
    return list(db.session.scalars(query.order_by(Lapse.due, Lapse.id).limit(limit)))
