"""What of the applications stands in a person's name when he leaves, and who may take it over."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, func, select

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy.models import Person, Post
from app.foundation.tenancy.people_handover import Share, offer
from app.kernel.errors import AccessDenied
from app.plugins.applications.models import Application
from app.plugins.applications.service import claiming


def _in_hand(person: Person) -> ColumnElement[bool]:
    return and_(Application.claimed_by_id == person.id, Application.state.in_(claiming.ACTS))


def _claimed(person: Person) -> Sequence[Application]:
    """Applications that the person has in hand: first review, paper to receive, written review."""
    return db.session.scalars(select(Application).where(_in_hand(person)).order_by(Application.id)).all()


def _count_claimed(person: Person) -> int:
    return db.session.scalar(select(func.count(Application.id)).where(_in_hand(person))) or 0


def _may_review(person: Person, successor: Actor) -> bool:
    """The successor may do what each waits for, and did none of the steps another must have done."""
    try:
        for one in _claimed(person):
            claiming.ensure_may_take(one, actor=successor)
    except AccessDenied:
        return False
    return True


def _move_claimed(person: Person, successor: Person, actor: Actor) -> int:
    rows = _claimed(person)
    for row in rows:
        before = {"claimed_by": row.claimed_by}
        row.claimed_by_id, row.claimed_by = successor.id, successor.display_name
        audit.record(
            actor, "application.handed_over", row, before=before, after={"claimed_by": row.claimed_by}
        )
    return len(rows)


def _unfinished(person: Person) -> Sequence[Application]:
    """Drafts and returned applications of the units the person files for: whoever files there next goes on."""
    units = select(Post.unit_id).where(
        Post.person_id == person.id, Post.unit_id.is_not(None), Post.in_force(clock.today())
    )
    query = select(Application).where(
        Application.unit_id.in_(units), Application.state.in_(("draft", "returned"))
    )
    return db.session.scalars(query.order_by(Application.id)).all()


def _may_file(person: Person, successor: Actor) -> bool:
    return all(access.can(successor, "application", "edit", one) for one in _unfinished(person))


def register() -> None:
    """Contribute both kinds to 离岗交接."""
    offer(
        Share(
            "application-claimed",
            _l("正在承办的申请"),
            _count_claimed,
            _may_review,
            _move_claimed,
            hint=_l("改由接手人办理，已作的判定和意见保留。"),
        )
    )
    offer(
        Share(
            "application-unfinished",
            _l("未提交和退回补正的申请"),
            lambda person: len(_unfinished(person)),
            _may_file,
            lambda person, _successor, _actor: len(_unfinished(person)),
            hint=_l("归单位所有，由接手人凭本单位经办人岗位继续填报。"),
        )
    )
