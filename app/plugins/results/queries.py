"""Scoped reads: results to be told, stop orders, and what waits for whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import joinedload

from app.foundation import access
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.kernel import domains
from app.kernel.errors import N_, NotSeen, Refusal
from app.plugins.applications.models import Application
from app.plugins.registry.models import ApprovedFacts
from app.plugins.results.models import CAUSES, ResultNotice, StopOrder
from app.plugins.results.rules import required

TASK = "results"
LARGEST_ID = 2**31 - 1
BOUND = 10_000
OWN, BELOW = "own", "below"
SIDES = (OWN, BELOW)
REQUIRED = tuple(cause for cause in CAUSES if required(cause))


def order(pk: int) -> StopOrder:
    """One stop order.

    Raises:
        NotSeen: there is none of that number within the reader's reach.
    """
    query = select(StopOrder).where(StopOrder.id == pk).options(joinedload(StopOrder.lapse))
    found = db.session.scalar(query) if pk <= LARGEST_ID else None
    if found is None:
        raise NotSeen("order-not-seen", N_("没有找到这件停止解析事项，或者它不在您的管辖范围内。"))
    return found


def notices(keys: Iterable[int]) -> list[ResultNotice]:
    """Several results, in the order asked for.

    Raises:
        NotSeen: one of them is not within the reader's reach.
    """
    wanted = [key for key in dict.fromkeys(keys) if key <= LARGEST_ID]
    rows = db.session.scalars(select(ResultNotice).where(ResultNotice.id.in_(wanted)))
    found = {row.id: row for row in rows}
    if any(key not in found for key in keys):
        raise NotSeen("notice-not-seen", N_("没有找到勾选的结果：它不存在，或者不在您的管辖范围内。"))
    return [found[key] for key in wanted]


def lock(model: type[Any], rows: Iterable[Any]) -> None:
    """Read rows again and hold them until the transaction ends, lowest id first."""
    keys = sorted(row.id for row in rows)
    statement = select(model).where(model.id.in_(keys)).order_by(model.id).with_for_update(of=model)
    db.session.scalars(statement.execution_options(populate_existing=True)).all()


def office_at(path: str) -> Office | None:
    """The office that decides there."""
    return db.session.scalar(select(Office).where(Office.path == path))


def notices_of(application: Application) -> list[ResultNotice]:
    """What the registries were or are to be told of an application, oldest first."""
    query = select(ResultNotice).where(ResultNotice.application_id == application.id)
    return list(db.session.scalars(query.order_by(ResultNotice.id)))


def orders_of(application: Application) -> list[StopOrder]:
    """The stop orders of an application, oldest first."""
    query = select(StopOrder).where(StopOrder.application_id == application.id)
    return list(db.session.scalars(query.order_by(StopOrder.id)))


def hosts(row: StopOrder) -> set[str]:
    """Its names as the network carries them; one that cannot be read is left out."""
    found = set()
    for text in (row.chinese_domain, row.english_domain):
        try:
            found |= {domains.host(text).ascii} if text else set()
        except Refusal:
            continue
    return found


def passed_since(row: StopOrder) -> set[str]:
    """The hosts of whatever was approved of its unit since it was proposed, and still stands."""
    query = select(ApprovedFacts.snapshot).where(
        ApprovedFacts.unit_id == row.unit_id,
        ApprovedFacts.ended_at.is_(None),
        ApprovedFacts.approved_at > row.proposed_at,
    )
    return {host["ascii"] for frozen in db.session.scalars(query) for host in frozen["hosts"]}


@dataclass(frozen=True)
class Found:
    """One page: rows, how many there are in all, and how many stand in each state."""

    rows: list[Any]
    total: int
    states: Mapping[str, int]


def page(model: type[Any], actor: Actor, *, state: str, side: str, number: int, size: int) -> Found:
    """Results or orders, the newest decision first; two statements."""
    within = _side(model, actor, side)
    counted = select(model.state, func.count()).where(within).group_by(model.state)
    states: dict[str, int] = {name: count for name, count in db.session.execute(counted)}
    chosen = [within, model.state == state] if state else [within]
    query = select(model).where(*chosen).order_by(model.decided_on.desc(), model.id.desc())
    rows = list(db.session.scalars(query.limit(size).offset((number - 1) * size)))
    return Found(rows, states.get(state, 0) if state else sum(states.values()), states)


def _side(model: type[Any], actor: Actor, side: str) -> ColumnElement[bool]:
    if side not in SIDES:
        return true()
    own: Any = model.review_path.in_([post.path for post in actor.posts])
    return own if side == OWN else ~own


@dataclass(frozen=True)
class Waiting:
    """How many results are to be told, orders to be decided, orders to be sent or closed; for one actor."""

    notices: int = 0
    to_decide: int = 0
    to_send: int = 0
    to_finish: int = 0


def waiting(actor: Actor) -> Waiting:
    """What waits for the actor's own office, counted no further than a bound; one statement."""
    if actor.is_system or not access.may(actor, "result", "send"):
        return Waiting()
    sends = access.scope(actor, "result", "send", StopOrder)
    asked = [
        _count(ResultNotice, ResultNotice.state == "waiting", access.scope(actor, "result", "send", ResultNotice)),
        _count(
            StopOrder,
            StopOrder.state == "proposed",
            StopOrder.cause.in_(REQUIRED),
            access.scope(actor, "result", "decide", StopOrder),
        ),
        _count(StopOrder, StopOrder.state == "confirmed", sends),
        _count(StopOrder, StopOrder.state == "sent", sends),
    ]  # fmt: skip
    return Waiting(*db.session.execute(select(*asked)).one())


def _count(model: type[Any], *conditions: ColumnElement[bool]) -> Any:
    some = select(model.id).where(*conditions).limit(BOUND)
    return select(func.count()).select_from(some.subquery()).scalar_subquery()
