"""What the demo's offices have told the registries, and how far their stop orders have come; by the real verbs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.plugins.demo.cast import NOW, Cast, moment
from app.plugins.results import service
from app.plugins.results.models import ResultNotice, StopOrder

# Decided so many days ago: told, or acted on.
TOLD_AFTER = 7
ADVANCED = "安乡水利网"


def _look(query: Any) -> list[Any]:
    with access.acting_as(access.system("demo", over=access.EVERYWHERE)):
        return list(db.session.scalars(query))


def _act(actor: Actor, day: date, hour: int, verb: Callable[[], object]) -> None:
    with clock.at(moment(day, hour)), access.acting_as(actor), transaction():
        verb()


def load(cast: Cast) -> tuple[int, int]:
    """Tell what was decided a week ago and more; take one county's stop order as far as its letters. How many of both."""
    told = _tell(cast)
    orders = _look(select(StopOrder).order_by(StopOrder.id))
    for order in orders:
        if order.site_name == ADVANCED:
            _advance(cast, order)
    return told, len(orders)


def _sent(rows: list[ResultNotice], number: str, day: date, clerk: Actor) -> None:
    service.mark_sent(_again(ResultNotice, rows), number, day, actor=clerk)


def _tell(cast: Cast) -> int:
    query = select(ResultNotice).where(ResultNotice.decided_on <= NOW.date() - timedelta(days=TOLD_AFTER))
    by_office: dict[str, list[ResultNotice]] = {}
    for notice in _look(query.order_by(ResultNotice.review_path, ResultNotice.id)):
        by_office.setdefault(notice.review_path, []).append(notice)
    for serial, (path, rows) in enumerate(by_office.items(), start=1):
        clerk = cast.at("clerk", path)
        day, number = max(row.decided_on for row in rows) + timedelta(days=1), f"机要〔2014〕{100 + serial}号"
        _act(clerk, day, 15, partial(_sent, rows, number, day, clerk))
    return sum(map(len, by_office.values()))


def _again(model: type[Any], rows: list[Any]) -> list[Any]:
    """The rows as whoever acts sees them."""
    keys = [row.id for row in rows]
    return list(db.session.scalars(select(model).where(model.id.in_(keys)).order_by(model.id)))


def _advance(cast: Cast, order: StopOrder) -> None:
    head, clerk = cast.office("head", order), cast.office("clerk", order)
    day = order.decided_on + timedelta(days=1)

    def confirm() -> None:
        row = _again(StopOrder, [order])[0]
        service.confirm(row, reason="已多次提醒，逾期未补正。", checked=True, actor=head)

    def send() -> None:
        row = _again(StopOrder, [order])[0]
        service.send(row, "conac", "安编办函〔2014〕3号", day, actor=clerk)

    _act(head, day, 10, confirm)
    _act(clerk, day, 16, send)
