"""An upper office urges or guides; the deciding office signs for it. Nothing of the case changes (P-4)."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.foundation.database import db
from app.kernel.errors import N_, Invalid, NotSeen, WrongState
from app.plugins.applications import clocks
from app.plugins.applications.models import Application
from app.plugins.worklist import rules, signals
from app.plugins.worklist.models import Guidance

TASK = "guidance"
LARGEST_ID = 2**31 - 1


def urge(application: Application, words: str, *, actor: Actor) -> Guidance:
    """Ask the deciding office to see to a case it is late with; once a business day.

    Raises:
        AccessDenied: the actor's office is not above the deciding one, and guides it by no document.
        WrongState: the office is not late with it, or it was urged by the same office today.
        Invalid: too many words.
    """
    access.require(actor, "application", "guide", application)
    running = clocks.running(application)
    if not rules.late(running.kind if running else None, running.due if running else None, clock.today()):
        raise WrongState(
            "guidance-not-late", N_("本件的审核没有超期，不能催办；可以提出指导意见。"), source="办法第十二条"
        )
    holder = _holder(application, actor)
    if any(one.kind == "urge" and one.office_name == holder for one in _today(application)):
        raise WrongState("urged-today", N_("今天已经催办过本件。"))
    return _give(application, "urge", words, holder, actor)


def guide(application: Application, words: str, *, actor: Actor) -> Guidance:
    """Give guidance on a case that is being dealt with.

    Raises:
        AccessDenied: as for ``urge``.
        WrongState: a draft, or closed.
        Invalid: no words, or too many.
    """
    access.require(actor, "application", "guide", application)
    if application.state not in rules.GUIDABLE:
        raise WrongState("guidance-closed", N_("本件还没有提交或者已经办结，不需要指导。"))
    return _give(application, "guide", words, _holder(application, actor), actor)


def read(row: Guidance, *, actor: Actor) -> Guidance:
    """Sign for it: the upper office sees when and by whom.

    Raises:
        AccessDenied: not of the deciding office.
        WrongState: signed for already.
    """
    access.require(actor, "guidance", "read", row)
    if row.read_at is not None:
        raise WrongState("guidance-read", N_("%(who)s已经阅知。"), who=row.read_by)
    now = clock.now()
    row.read_at, row.read_by_id, row.read_by = now, actor.person_id, actor.name
    audit.record(actor, "guidance.read", row)  # on the row itself: the applicant reads the case's record
    return row


def get(pk: int) -> Guidance:
    """One by id.

    Raises:
        NotSeen: there is none of that number, or it is not for this actor.
    """
    row = db.session.scalar(select(Guidance).where(Guidance.id == pk)) if pk <= LARGEST_ID else None
    if row is None:
        raise NotSeen("guidance-not-seen", N_("没有找到这条催办或者指导，或者它不在您的管辖范围内。"))
    return row


def of(application: Application) -> list[Guidance]:
    """What was said from above about a case, the newest first; one statement."""
    query = (
        select(Guidance)
        .where(Guidance.application_id == application.id)
        .order_by(Guidance.id.desc())
        .limit(50)
    )
    return list(db.session.scalars(query))


def _today(application: Application) -> list[Guidance]:
    today = clock.today()
    return [one for one in of(application) if clock.localise(one.given_at).date() == today]


def _holder(application: Application, actor: Actor) -> str:
    """The office or desk by whose post the actor speaks."""
    return next(
        post.holder
        for post in actor.posts
        if access.can(replace(actor, posts=(post,)), "application", "guide", application)
    )


def _give(application: Application, kind: str, words: str, holder: str, actor: Actor) -> Guidance:
    said = words.strip()
    found = list(rules.said(kind, said))
    if found:
        raise Invalid(found)
    now = clock.now()
    db.session.flush()
    with access.acting_as(access.system(TASK, over=application.review_path)):
        row = Guidance(
            application_id=application.id, application=application, kind=kind, words=said, office_name=holder,
            given_by_id=actor.person_id, given_by=actor.name, given_at=now,
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
    audit.record(actor, f"guidance.{kind}", row, reason=said)
    signals.guided.send(application, guidance=row, actor=actor)
    return row
