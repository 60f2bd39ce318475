"""Scoped reads: versions, what they hold, and what waits for whom.

The policy lets those an office shares its figures with see its versions at all; which of them, is said here: only
those that are shared now (S14).
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased, joinedload

from app.foundation import access
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy.models import Grant, Office
from app.kernel.errors import N_, NotSeen, Refusal
from app.plugins.aggregates import content as contents
from app.plugins.aggregates.content import Content
from app.plugins.aggregates.models import AggregateSnapshot, AggregateVersion

TASK = "aggregate versions"
LARGEST_ID = 2**31 - 1
LISTED = 100


def visible(actor: Actor) -> ColumnElement[bool]:
    """Versions of one's own office and those below, and those that are shared with one."""
    own = access.scope(actor, "aggregate", "history", AggregateVersion)
    shared = access.scope(actor, "aggregate", "see", AggregateVersion)
    return or_(own, and_(AggregateVersion.shared_at.is_not(None), shared))


def get(pk: int, actor: Actor) -> AggregateVersion:
    """One version.

    Raises:
        NotSeen: there is none of that number for this actor.
    """
    statement = (
        select(AggregateVersion)
        .where(AggregateVersion.id == pk, visible(actor))
        .options(joinedload(AggregateVersion.office), joinedload(AggregateVersion.campaign))
    )
    found = db.session.scalar(statement) if pk <= LARGEST_ID else None
    if found is None:
        raise unseen()
    return found


def unseen() -> NotSeen:
    """The refusal for what is not there, not the reader's, or no longer shared."""
    return NotSeen(
        "aggregate-version-not-seen", N_("没有找到这一版汇总，它可能不在您的管辖范围内，或者已经撤销共享。")
    )


def versions(actor: Actor, office: Office, campaign_id: int | None = None) -> Sequence[AggregateVersion]:
    """An office's versions, the newest first."""
    where = [AggregateVersion.campaign_id == campaign_id] if campaign_id is not None else []
    return db.session.scalars(
        select(AggregateVersion)
        .where(AggregateVersion.review_path == office.path, visible(actor), *where)
        .options(joinedload(AggregateVersion.campaign))
        .order_by(AggregateVersion.campaign_id.desc(), AggregateVersion.number.desc())
        .limit(LISTED)
    ).all()


def stored(version: AggregateVersion) -> Content:
    """What a version held when it was locked: whoever sees the version may read it.

    Raises:
        Refusal: what is stored is not what was locked.
    """
    return tree(version)[0]


def tree(version: AggregateVersion, *, deep: bool = False) -> list[Content]:
    """A version's content; ``deep``: then those of the lower versions taken in, and of theirs.

    Lower versions belong to what was locked, whoever reads it: the platform reads them within the office's place.

    Raises:
        Refusal: something stored is not what was locked.
    """
    found: list[Content] = []
    wanted = {version.id: version.digest}
    with access.acting_as(access.system(TASK, over=version.review_path)):
        while wanted:
            rows = db.session.execute(
                select(AggregateSnapshot.version_id, AggregateSnapshot.content)
                .where(AggregateSnapshot.version_id.in_(wanted))
                .order_by(AggregateSnapshot.review_path)
            ).all()
            if len(rows) != len(wanted) or any(contents.digest(plain) != wanted[pk] for pk, plain in rows):
                raise Refusal(
                    "aggregate-tampered",
                    N_("所存内容与锁定时的校验值不一致，不能使用这一版汇总。请联系系统管理员核查数据。"),
                )
            read = [contents.read(plain) for _pk, plain in rows]
            found += read
            wanted = (
                {
                    line.version_id: line.digest
                    for one in read
                    for line in one.lower
                    if line.version_id is not None
                }
                if deep
                else {}
            )
    return found


def sharing(office: Office, day: object) -> list[tuple[str, str]]:
    """With whom the office's figures are shared on a day, by which document."""
    statement = (
        select(Office.short_name, Grant.document)
        .join(Grant, Grant.holder_path == Office.path)
        .where(
            Grant.relation == "shares",
            Grant.where_path == office.path,
            Grant.since <= day,
            Grant.stopped_on.is_(None),
            or_(Grant.until.is_(None), Grant.until >= day),
        )
        .order_by(Office.path)
    )
    with access.acting_as(access.system(TASK, over=office.path)):
        return [(name, document) for name, document in db.session.execute(statement)]


def waiting(actor: Actor, limit: int) -> Sequence[AggregateVersion]:
    """Lower offices' versions that wait to be received by the actor's own office."""
    own = [post.office_id for post in actor.posts if post.office_id is not None]
    return db.session.scalars(
        select(AggregateVersion)
        .join(Office, Office.id == AggregateVersion.office_id)
        .where(
            AggregateVersion.state == "reported",
            Office.parent_id.in_(own),
            access.scope(actor, "aggregate", "receive", AggregateVersion),
        )
        .options(joinedload(AggregateVersion.office))
        .order_by(AggregateVersion.reported_at, AggregateVersion.id)
        .limit(limit)
    ).all()


def unfinished(actor: Actor, act: str, states: Sequence[str], limit: int) -> Sequence[AggregateVersion]:
    """The own office's versions that wait for one of its own acts; only where no newer one has taken their place."""
    newer = aliased(AggregateVersion)
    return db.session.scalars(
        select(AggregateVersion)
        .where(
            AggregateVersion.state.in_(states),
            access.scope(actor, "aggregate", act, AggregateVersion),
            ~select(newer.id)
            .where(
                newer.office_id == AggregateVersion.office_id,
                newer.campaign_id == AggregateVersion.campaign_id,
                newer.number > AggregateVersion.number,
            )
            .exists(),
        )
        .options(joinedload(AggregateVersion.office))
        .order_by(AggregateVersion.id)
        .limit(limit)
    ).all()
