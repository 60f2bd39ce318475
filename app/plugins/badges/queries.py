"""Scoped reads of badges: by id, by number, by host, and what waits for whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload

from app.foundation import access
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy.models import Office, Unit
from app.kernel.errors import N_, NotSeen
from app.plugins.applications.models import LIVE, Application
from app.plugins.badges import numbering
from app.plugins.badges.models import Badge, BadgeHost, Revocation
from app.plugins.registry.models import BatchItem
from app.plugins.registry.snapshot import Host

TODO_LIMIT = 50
COUNT_LIMIT = 1000


def get(pk: int) -> Badge:
    """A badge the actor sees, with the decision about it.

    Raises:
        NotSeen: there is none of that id within the actor's reach.
    """
    badge = db.session.scalar(
        select(Badge)
        .where(Badge.id == pk)
        .options(
            joinedload(Badge.revocation),
            joinedload(Badge.item),
            joinedload(Badge.former),
            joinedload(Badge.successor),
        )
    )
    if badge is None:
        raise NotSeen("badge-not-seen", N_("没有找到这个标识：它不存在，或者不在您的管辖范围内。"))
    return badge


def lock(badge: Badge) -> None:
    """Read the badge again and hold its row until the transaction ends."""
    db.session.refresh(badge, with_for_update={"of": Badge})


def decision(badge: Badge) -> Revocation | None:
    """What has been decided about a badge, read afresh."""
    return db.session.scalar(select(Revocation).where(Revocation.badge_id == badge.id))


def by_number(number: str) -> Badge | None:
    """The badge of a normalised number, with the decision about it; one statement."""
    if not numbering.is_number(number):
        return None
    return db.session.scalar(
        select(Badge)
        .where(Badge.number == number)
        .options(joinedload(Badge.revocation), joinedload(Badge.successor))
    )


def by_numbers(numbers: Iterable[str]) -> dict[str, Badge]:
    """Badges by number, with the decisions about them; one statement, none for no number."""
    wanted = {number for number in numbers if number}
    if not wanted:
        return {}
    rows = db.session.scalars(
        select(Badge).where(Badge.number.in_(wanted)).options(joinedload(Badge.revocation))
    )
    return {badge.number: badge for badge in rows}


def change_of(badge: Badge) -> Application | None:
    """The change of a badge that is under way, where the reader sees it."""
    return db.session.scalar(
        select(Application)
        .where(
            Application.former_id == badge.item.application_id,
            Application.kind == "change",
            Application.state.in_(LIVE),
        )
        .order_by(Application.id.desc())
        .limit(1)
    )


def number_of_host(ascii_host: str) -> str | None:
    """The number of the badge that stands for a host: the one in force, else the one revoked last."""
    statement = (
        select(Badge.number)
        .join(BadgeHost, BadgeHost.badge_id == Badge.id)
        .where(BadgeHost.ascii == ascii_host)
        .order_by(BadgeHost.live.desc(), BadgeHost.id.desc())
        .limit(1)
    )
    return db.session.scalar(statement)


def taken(hosts: Iterable[Host], *, but: Badge | None = None) -> Mapping[str, tuple[str, str]]:
    """Network host → number and organ of the badge in force that has it; ``but`` is the one that is to give it up."""
    wanted = {host.ascii for host in hosts}
    if not wanted:
        return {}
    statement = (
        select(BadgeHost.ascii, Badge.number, Badge.organ_name)
        .join(Badge, BadgeHost.badge_id == Badge.id)
        .where(BadgeHost.ascii.in_(wanted), BadgeHost.live.is_(True))
    )
    if but is not None:
        statement = statement.where(Badge.id != but.id)
    return {host: (number, organ) for host, number, organ in db.session.execute(statement)}


def lock_unit(item: BatchItem) -> Unit:
    """The unit of a reported site, its row held so that two badges of it are numbered one after the other.

    The platform holds it: the registrar, who may not change units, could not on PostgreSQL.
    """
    statement = select(Unit).where(Unit.id == item.unit_id).with_for_update(key_share=True)
    with access.acting_as(access.system("badge numbering", over=item.review_path)):
        unit = db.session.scalar(statement.execution_options(populate_existing=True))
    if unit is None:
        raise NotSeen("unit-not-seen", N_("没有找到开办单位的登记。"))
    return unit


def next_sequence(unit_id: int) -> int:
    """The next site sequence of a unit; call with the unit locked."""
    return (db.session.scalar(select(func.max(Badge.sequence)).where(Badge.unit_id == unit_id)) or 0) + 1


def issuer(actor: Actor) -> Office | None:
    """The registry whose registrar acts; for a task of the platform, the registry there is."""
    held = [post.office_id for post in actor.at("registrar") if post.office_id is not None]
    statement = select(Office).where(Office.kind == "registry").order_by(Office.path).limit(1)
    return db.session.scalar(statement.where(Office.id.in_(held)) if held else statement)


def office_at(path: str) -> Office | None:
    """The office that reviewed."""
    return db.session.scalar(select(Office).where(Office.path == path))


# -- what waits for whom -------------------------------------------------------------------------------------


def _pending_items(actor: Actor) -> Select[tuple[BatchItem]]:
    return select(BatchItem).where(
        BatchItem.state == "pending", access.scope(actor, "badge", "issue", BatchItem)
    )


def _to_strike(actor: Actor) -> Select[tuple[Badge]]:
    return (
        select(Badge)
        .join(Badge.revocation)
        .where(Revocation.executed_at.is_(None), access.scope(actor, "badge", "strike", Badge))
    )


def _to_hang(actor: Actor) -> Select[tuple[Badge]]:
    return select(Badge).where(
        Badge.state == "issued", Badge.hung_at.is_(None), access.scope(actor, "badge", "hang", Badge)
    )


def _count(statement: Select[Any]) -> int:
    some = statement.order_by(None).with_only_columns(1).limit(COUNT_LIMIT).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def count_pending(actor: Actor) -> int:
    """How many reported sites wait for the registrar; 0 for everybody else."""
    return _count(_pending_items(actor))


def count_to_strike(actor: Actor) -> int:
    """How many decided revocations wait to be executed."""
    return _count(_to_strike(actor))


def count_to_hang(actor: Actor) -> int:
    """How many issued badges the actor's unit or desk has not reported hung."""
    return _count(_to_hang(actor))


def to_strike(actor: Actor, limit: int = TODO_LIMIT) -> list[Badge]:
    """Badges whose revocation is decided and not executed, longest waiting first."""
    rows = _to_strike(actor).options(contains_eager(Badge.revocation))
    return list(db.session.scalars(rows.order_by(Revocation.decided_at, Badge.id).limit(limit)))


def to_hang(actor: Actor, limit: int = TODO_LIMIT) -> list[Badge]:
    """The actor's own badges that are to be hung, the most urgent first (S27)."""
    return list(db.session.scalars(_to_hang(actor).order_by(Badge.hang_by, Badge.id).limit(limit)))
