"""Scoped reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.foundation import access
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.kernel.errors import N_, NotSeen
from app.plugins.applications.models import Application
from app.plugins.badges.models import Badge
from app.plugins.letters.drafts.orders import STANDING
from app.plugins.letters.models import Letter
from app.plugins.registry.models import BatchItem
from app.plugins.results.models import StopOrder

LARGEST_ID = 2**31 - 1
SHOWN = 20
BATCH_MOST = 100


def by_token(token: str) -> Letter:
    """The letter a code names.

    Raises:
        NotSeen: no such letter, or not for this actor.
    """
    row = db.session.scalar(select(Letter).where(Letter.token == token))
    if row is None:
        raise NotSeen("letter-not-seen", N_("没有找到该文书，或者它不在您的管辖范围内。"))
    return row


def of(subject: Any, name: str, *, badge: Badge | None = None) -> list[Letter]:
    """The letters about a row (and, for an application, about its badge), newest first."""
    mine = getattr(Letter, f"{name}_id") == subject.id
    if badge is not None:
        mine = mine | (Letter.badge_id == badge.id)
    return list(db.session.scalars(select(Letter).where(mine).order_by(Letter.id.desc()).limit(SHOWN)))


def latest(name: str, pk: int, kind: str) -> Letter | None:
    """The last letter of a kind about a row."""
    return latest_of(name, [pk], kind).get(pk)


def latest_of(name: str, keys: Sequence[int], kind: str) -> dict[int, Letter]:
    """The last letter of a kind about each of several rows; one statement."""
    about = getattr(Letter, f"{name}_id")
    newest = select(func.max(Letter.id)).where(about.in_(keys), Letter.kind == kind).group_by(about)
    rows = db.session.scalars(select(Letter).where(Letter.id.in_(newest)))
    return {getattr(row, f"{name}_id"): row for row in rows}


def badge_of(application: Application) -> Badge | None:
    """The badge an application was given, where the actor sees it."""
    return db.session.scalar(
        select(Badge)
        .join(BatchItem, Badge.item_id == BatchItem.id)
        .where(BatchItem.application_id == application.id)
    )


def orders(actor: Actor) -> list[StopOrder]:
    """The confirmed orders for which the actor may make letters, newest first."""
    statement = (
        select(StopOrder)
        .where(StopOrder.state.in_(sorted(STANDING)), access.scope(actor, "letter", "issue", StopOrder))
        .order_by(StopOrder.id.desc())
        .limit(BATCH_MOST)
    )
    return list(db.session.scalars(statement))


def applications(keys: Sequence[int]) -> list[Application]:
    """Several applications the actor sees, in the order asked for.

    Raises:
        NotSeen: one of them is not within the actor's reach.
    """
    rows = db.session.scalars(
        select(Application)
        .where(Application.id.in_([key for key in keys if key <= LARGEST_ID]))
        .options(joinedload(Application.unit))
    )
    found = {row.id: row for row in rows}
    if any(key not in found for key in keys):
        raise NotSeen("application-not-seen", N_("没有找到该申请，或者它不在您的管辖范围内。"))
    return [found[key] for key in keys]


def own_office(actor: Actor) -> Office | None:
    """The office in whose name the actor makes letters, by his posts."""
    rules = access.policy()
    held = [
        post.office_id
        for post in actor.posts
        if post.office_id is not None and rules.lines_for(post.role, "letter", "issue")
    ]
    if not held:
        return None
    return db.session.scalar(
        select(Office).where(Office.id.in_(held), Office.kind == "office").order_by(Office.path).limit(1)
    )
