"""Scoped reads: what is asked about a case, what waits for a desk, which desks a level has."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import joinedload

from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.clock import ClockView
from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.kernel.errors import N_, NotSeen
from app.kernel.workdays import Clock
from app.plugins.applications.models import Application
from app.plugins.opinions import rules
from app.plugins.opinions.models import DESKS, Consultation

LARGEST_ID = 2**31 - 1
LISTED = 200


def get(pk: int) -> Consultation:
    """One consultation.

    Raises:
        NotSeen: none of that number for this actor.
    """
    query = (
        select(Consultation)
        .where(Consultation.id == pk)
        .options(joinedload(Consultation.application), joinedload(Consultation.desk))
    )
    row = db.session.scalar(query) if pk <= LARGEST_ID else None
    if row is None or row.application is None:
        raise NotSeen("opinion-not-seen", N_("没有找到这次征求意见，或者它不在您的管辖范围内。"))
    return row


def office_of(application: Application) -> Office:
    """The office that reviews it."""
    return db.session.scalars(select(Office).where(Office.path == application.review_path)).one()


def desks_of(office: Office) -> list[Office]:
    """The desks that consult an office's level: 电子政务办 or 信息化管理部门, and 网信办 (S4, S5, C-1)."""
    query = select(Office).where(
        Office.parent_id == office.id,
        Office.kind == "desk",
        Office.desk_kind.in_(DESKS),
        Office.active.is_(True),
    )
    return list(db.session.scalars(query.order_by(Office.path)))


def of_application(application: Application) -> list[Consultation]:
    """Everything asked about a case, the newest first; one statement."""
    query = (
        select(Consultation)
        .where(Consultation.application_id == application.id)
        .options(joinedload(Consultation.desk))
        .order_by(Consultation.id.desc())
        .limit(LISTED)
    )
    return list(db.session.scalars(query))


def open_of(application: Application, desk: Office) -> Consultation | None:
    """What the desk has not answered yet about a case."""
    query = select(Consultation).where(
        Consultation.application_id == application.id, Consultation.desk_id == desk.id, _open()
    )
    return db.session.scalar(query)


def _open() -> ColumnElement[bool]:
    return and_(Consultation.answered_at.is_(None), Consultation.withdrawn_at.is_(None))


def own_desks(actor: Actor) -> list[int]:
    """The desks whose opinion the actor gives."""
    lines = access.policy().lines_for
    return [
        post.office_id
        for post in actor.posts
        if post.office_id is not None and lines(post.role, "opinion", "answer")
    ]


def answers_for(actor: Actor, row: Consultation) -> bool:
    """Whether the question was put to a desk of the actor's, and he may answer it."""
    return row.desk_id in own_desks(actor) and access.can(actor, "opinion", "answer", row)


def to_answer(actor: Actor, limit: int = LISTED) -> list[Consultation]:
    """What waits for the actor's desk, the soonest due first; one statement."""
    desks = own_desks(actor)
    if not desks:
        return []
    query = (
        select(Consultation)
        .join(Consultation.application)
        .where(Consultation.desk_id.in_(desks), _open(), Application.state.in_(rules.ANSWERABLE))
        .options(joinedload(Consultation.application), joinedload(Consultation.desk))
        .order_by(Consultation.due, Consultation.id)
        .limit(limit)
    )
    return list(db.session.scalars(query))


def listed(actor: Actor, show: str) -> list[Consultation]:
    """Consultations for the page: a desk's own; for offices those they see. ``show`` is ``open`` or ``all``."""
    query = (
        select(Consultation)
        .join(Consultation.application)
        .options(joinedload(Consultation.application), joinedload(Consultation.desk))
        .limit(LISTED)
    )
    desks = own_desks(actor)
    if desks:
        query = query.where(Consultation.desk_id.in_(desks))
    if show == "open":
        query = query.where(_open(), Application.state.in_(rules.ANSWERABLE))
        return list(db.session.scalars(query.order_by(Consultation.due, Consultation.id)))
    return list(db.session.scalars(query.order_by(Consultation.id.desc())))


def due_until(last: date) -> list[int]:
    """Open ones of cases under way that are due by a day, for reminders."""
    query = (
        select(Consultation.id)
        .join(Consultation.application)
        .where(_open(), Application.state.in_(rules.ANSWERABLE), Consultation.due <= last)
        .order_by(Consultation.id)
    )
    return list(db.session.scalars(query))


def standing(row: Consultation) -> str:
    """``open``, ``withdrawn``, ``lapsed`` (decided without it), or the answer: a key of ``labels.STATE``."""
    if row.answer is not None:
        return row.answer
    if row.withdrawn_at is not None:
        return "withdrawn"
    return "open" if row.application.state in rules.ANSWERABLE else "lapsed"


def chip(row: Consultation) -> ClockView | None:
    """How the period of one that waits is shown today."""
    if standing(row) != "open":
        return None
    running = Clock(
        "consult",
        row.asked_on,
        row.days,
        row.due,
        row.rule,
        row.source,
        row.firm,
        None,
        row.counted_in,
    )
    return clock.view(running, clock.today())
