"""Scoped reads of the register."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from app.foundation import access
from app.foundation.access import Actor, Facts
from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.kernel.errors import N_, AccessDenied, NotSeen
from app.plugins.applications.models import Application
from app.plugins.exchange import rules
from app.plugins.exchange.models import ExchangeEntry, ExchangeLine

LARGEST_ID = 2**31 - 1
BOUND = 10_000
OFFERED = 100


@dataclass(frozen=True)
class Asked:
    """Which part of the book: direction, year, words in names or numbers; empty for all."""

    direction: str = ""
    year: int | None = None
    text: str = ""


def get(pk: int) -> ExchangeEntry:
    """One envelope with its lines.

    Raises:
        NotSeen: there is none of that number, or it stands in another office's book.
    """
    query = (
        select(ExchangeEntry)
        .where(ExchangeEntry.id == pk)
        .options(selectinload(ExchangeEntry.lines), joinedload(ExchangeEntry.office))
        .execution_options(populate_existing=True)
    )
    found = db.session.scalar(query) if pk <= LARGEST_ID else None
    if found is None:
        raise NotSeen("exchange-not-seen", N_("没有找到这条登记，或者它不是本机构的登记。"))
    return found


def line(pk: int) -> ExchangeLine:
    """One line with its envelope.

    Raises:
        NotSeen: as for ``get``.
    """
    query = select(ExchangeLine).where(ExchangeLine.id == pk).options(joinedload(ExchangeLine.entry))
    found = db.session.scalar(query) if pk <= LARGEST_ID else None
    if found is None:
        raise NotSeen("exchange-not-seen", N_("没有找到这条登记，或者它不是本机构的登记。"))
    return found


def _matching(asked: Asked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.direction:
        found.append(ExchangeEntry.direction == asked.direction)
    if asked.year is not None:
        found.append(ExchangeEntry.year == asked.year)
    if asked.text:
        inside = exists().where(
            ExchangeLine.entry_id == ExchangeEntry.id,
            or_(
                ExchangeLine.site_name.contains(asked.text, autoescape=True),
                ExchangeLine.organ_name.contains(asked.text, autoescape=True),
            ),
        )
        own = (
            getattr(ExchangeEntry, name).contains(asked.text, autoescape=True)
            for name in ("counterpart", "slip", "note")
        )
        found.append(or_(inside, *own))
    return found


def _book(asked: Asked) -> Select[tuple[ExchangeEntry]]:
    return (
        select(ExchangeEntry)
        .where(*_matching(asked))
        .options(selectinload(ExchangeEntry.lines))
        .order_by(ExchangeEntry.day.desc(), ExchangeEntry.id.desc())
    )


def count(asked: Asked, most: int = BOUND) -> int:
    """How many envelopes, counted no further than one past ``most``."""
    some = select(ExchangeEntry.id).where(*_matching(asked)).limit(most + 1)
    return db.session.scalar(select(func.count()).select_from(some.subquery())) or 0


def page(asked: Asked, number: int, size: int) -> list[ExchangeEntry]:
    """One page of the book, the newest first."""
    return list(db.session.scalars(_book(asked).limit(size).offset((number - 1) * size)))


def walk(asked: Asked, piece: int) -> Iterator[Sequence[ExchangeEntry]]:
    """The whole book in the order it was written, piece by piece."""
    after = 0
    while True:
        query = (
            select(ExchangeEntry)
            .where(*_matching(asked), ExchangeEntry.id > after)
            .options(selectinload(ExchangeEntry.lines))
            .order_by(ExchangeEntry.id)
            .limit(piece)
        )
        rows = db.session.scalars(query).all()
        if not rows:
            return
        yield rows
        after = rows[-1].id


def years() -> list[int]:
    """The years the reader's books have entries of, the latest first."""
    return list(
        db.session.scalars(
            select(ExchangeEntry.year).distinct().order_by(ExchangeEntry.year.desc()).limit(30)
        )
    )


def own_office(actor: Actor) -> Office:
    """The office whose book the actor keeps.

    Raises:
        AccessDenied: none.
    """
    for post in actor.posts:
        if post.unit_id is None and access.can(actor, "exchange", "register", Facts(post.path)):
            return db.session.scalars(select(Office).where(Office.path == post.path)).one()
    access.require_any(actor, "exchange", "register")
    raise AccessDenied("exchange-no-office", N_("您的岗位不在登记机要交换的机构。"))


def chosen(keys: Sequence[int]) -> list[Application]:
    """The ticked cases, by unit and site.

    Raises:
        NotSeen: one is not there for the actor.
    """
    query = select(Application).where(Application.id.in_(keys)).order_by(Application.unit_id, Application.id)
    rows = list(db.session.scalars(query))
    if len(rows) != len(set(keys)):
        raise NotSeen("application-not-seen", N_("没有找到该申请，或者它不在您的管辖范围内。"))
    return rows


def awaited(actor: Actor) -> list[Application]:
    """Cases of the actor's office whose paper is awaited, the soonest due first."""
    query = (
        select(Application)
        .where(
            Application.state == "awaiting_paper", access.scope(actor, "exchange", "register", Application)
        )
        .options(joinedload(Application.running_clock))
        .order_by(Application.due_order, Application.id)
        .limit(OFFERED)
    )
    return list(db.session.scalars(query))


def to_send(actor: Actor) -> list[Application]:
    """Decided cases of the actor's office of which nothing has gone out in the present round."""
    gone = exists().where(
        ExchangeLine.application_id == Application.id,
        ExchangeLine.round == Application.round,
        ExchangeLine.entry_id == ExchangeEntry.id,
        ExchangeEntry.direction == "out",
    )
    query = (
        select(Application)
        .where(
            Application.state.in_(rules.OUT),
            access.scope(actor, "exchange", "register", Application),
            ~gone,
        )
        .order_by(Application.paper_reviewed_at, Application.id)
        .limit(OFFERED)
    )
    return list(db.session.scalars(query))


def of_application(application: Application) -> list[ExchangeLine]:
    """Everything in the book about a case, the newest first; one statement."""
    query = (
        select(ExchangeLine)
        .join(ExchangeLine.entry)
        .where(ExchangeLine.application_id == application.id)
        .options(contains_eager(ExchangeLine.entry))
        .order_by(ExchangeEntry.day.desc(), ExchangeEntry.id.desc(), ExchangeLine.id)
        .limit(50)
    )
    return list(db.session.scalars(query))
