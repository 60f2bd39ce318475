"""Scoped reads: the bylaws that bind one, one's own office's, and who below has none (S29)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.foundation import access
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.kernel.errors import N_, NotSeen
from app.plugins.bylaws.models import Bylaw

LISTED = 300
LARGEST_ID = 2**31 - 1
# 市、县两级机构编制部门要结合实际制定细则（通知第五条）；四区比照县级。
LEVELS = ("city", "county", "zone")


def get(pk: int) -> Bylaw:
    """One bylaw.

    Raises:
        NotSeen: there is none of that number for this actor.
    """
    query = select(Bylaw).where(Bylaw.id == pk).options(joinedload(Bylaw.office), joinedload(Bylaw.replaces))
    row = db.session.scalar(query) if pk <= LARGEST_ID else None
    if row is None:
        raise NotSeen("bylaw-not-seen", N_("没有找到这份细则，或者它不是印发给您所在层级的。"))
    return row


def binding(*, former: bool = False) -> list[Bylaw]:
    """Those in force at or above one's level (and below it, for offices that oversee); or those that were."""
    states = ("replaced", "withdrawn") if former else ("published",)
    query = (
        select(Bylaw)
        .where(Bylaw.state.in_(states))
        .options(joinedload(Bylaw.office))
        .order_by(Bylaw.review_path, Bylaw.effective_on.desc(), Bylaw.id)
        .limit(LISTED)
    )
    return list(db.session.scalars(query))


def drafts() -> list[Bylaw]:
    """The drafts of one's own office."""
    query = select(Bylaw).where(Bylaw.state == "draft").options(joinedload(Bylaw.office))
    return list(db.session.scalars(query.order_by(Bylaw.id.desc()).limit(LISTED)))


def office_of(actor: Actor) -> Office | None:
    """The office the actor drafts for; None where he drafts for none."""
    for post in actor.posts:
        if post.office_id is not None and access.policy().lines_for(post.role, "draft_bylaw", "edit"):
            return db.session.get(Office, post.office_id)
    return None


@dataclass(frozen=True)
class Below:
    """One office directly below, and its newest bylaw in force, or None."""

    office: Office
    row: Bylaw | None


def below(actor: Actor) -> list[Below]:
    """The offices directly below the actor's own, those without a bylaw first: two statements."""
    lines = access.policy().lines_for
    keys = [
        post.office_id
        for post in actor.posts
        if post.office_id is not None
        and "supervises" in {one.relation for one in lines(post.role, "bylaw", "see")}
    ]
    if not keys:
        return []
    query = select(Office).where(Office.parent_id.in_(keys), Office.kind == "office", Office.active.is_(True))
    offices = list(db.session.scalars(query.order_by(Office.path)))
    rows = select(Bylaw).where(Bylaw.state == "published", Bylaw.office_id.in_([one.id for one in offices]))
    newest = {row.office_id: row for row in db.session.scalars(rows.order_by(Bylaw.effective_on, Bylaw.id))}
    found = [Below(office, newest.get(office.id)) for office in offices]
    return sorted(found, key=lambda one: (one.row is not None, one.office.path))


def without(actor: Actor) -> str | None:
    """What the actor's own office is called, when it has neither a bylaw in force nor a draft (市、县两级, S29)."""
    lines = access.policy().lines_for
    for post in actor.posts:
        if post.level in LEVELS and post.office_id is not None and lines(post.role, "draft_bylaw", "edit"):
            query = select(Bylaw.id).where(
                Bylaw.office_id == post.office_id, Bylaw.state.in_(("published", "draft"))
            )
            return post.holder if db.session.scalar(query.limit(1)) is None else None
    return None
