"""Scoped reads: what may be reported, what was reported, and each item of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import joinedload, selectinload

from app.foundation import access
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.kernel.errors import N_, NotSeen
from app.plugins.applications.models import Application
from app.plugins.registry.models import ITEM_STATES, Batch, BatchItem
from app.plugins.registry.rules import BATCH_LARGEST

COUNT_LIMIT = 1000


def offices_of(actor: Actor) -> list[Office]:
    """The offices this actor may report for, by their posts."""
    rules = access.policy()
    held = {
        post.office_id
        for post in actor.posts
        if post.office_id is not None and rules.lines_for(post.role, "badge", "request")
    }
    if not held:
        return []
    return list(db.session.scalars(select(Office).where(Office.id.in_(held)).order_by(Office.path)))


def _reportable(actor: Actor) -> Select[tuple[Application]]:
    return select(Application).where(
        Application.state == "approved", access.scope(actor, "badge", "request", Application)
    )


def reportable(actor: Actor, office: Office, limit: int = BATCH_LARGEST) -> list[Application]:
    """Approved sites of an office that are not reported yet, longest waiting first, with what was decided on them."""
    rows = _reportable(actor).where(Application.review_path == office.path)
    rows = rows.options(selectinload(Application.decisions))
    return list(db.session.scalars(rows.order_by(Application.paper_reviewed_at, Application.id).limit(limit)))


def count_reportable(actor: Actor) -> int:
    """How many approved sites wait for this head to report them; 0 for everybody else."""
    some = _reportable(actor).with_only_columns(Application.id).order_by(None).limit(COUNT_LIMIT).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def applications(keys: Sequence[int]) -> list[Application]:
    """Several applications the actor sees, in the order asked for.

    Raises:
        NotSeen: one of them is not within the actor's reach.
    """
    found = {row.id: row for row in db.session.scalars(select(Application).where(Application.id.in_(keys)))}
    if any(key not in found for key in keys):
        raise NotSeen("application-not-seen", N_("没有找到勾选的申请：它不存在，或者不在您的管辖范围内。"))
    return [found[key] for key in dict.fromkeys(keys)]


def lock(model: type[Any], rows: Iterable[Any]) -> None:
    """Read rows again and hold them until the transaction ends, lowest id first so that nobody waits in a ring."""
    keys = sorted(row.id for row in rows)
    statement = select(model).where(model.id.in_(keys)).order_by(model.id).with_for_update(of=model)
    db.session.scalars(statement.execution_options(populate_existing=True)).all()


def lock_office(office: Office) -> None:
    """Hold an office, so that its batches are numbered one after the other."""
    statement = select(Office.id).where(Office.id == office.id).with_for_update(key_share=True)
    db.session.execute(statement)


def batches_in_year(office: Office, year: int) -> int:
    """How many batches an office sent in a year, whose numbers are therefore taken."""
    statement = select(func.count()).where(Batch.office_id == office.id, Batch.year == year)
    return db.session.scalar(statement) or 0


def batch(pk: int) -> Batch:
    """A batch the actor sees.

    Raises:
        NotSeen: there is none of that id within the actor's reach.
    """
    found = db.session.scalar(select(Batch).where(Batch.id == pk).options(joinedload(Batch.office)))
    if found is None:
        raise NotSeen("batch-not-seen", N_("没有找到这个报送批次：它不存在，或者不在您的管辖范围内。"))
    return found


def item(pk: int) -> BatchItem:
    """An item the actor sees.

    Raises:
        NotSeen: there is none of that id within the actor's reach.
    """
    found = db.session.scalar(
        select(BatchItem).where(BatchItem.id == pk).options(joinedload(BatchItem.batch))
    )
    if found is None:
        raise NotSeen("item-not-seen", N_("没有找到这个报送项：它不存在，或者不在您的管辖范围内。"))
    return found


def items_of(one: Batch) -> list[BatchItem]:
    """The items of a batch the actor sees, in the order they were sent (a batch holds at most 200)."""
    rows = select(BatchItem).where(BatchItem.batch_id == one.id).order_by(BatchItem.id)
    return list(db.session.scalars(rows))


@dataclass(frozen=True)
class BatchLine:
    """A batch in a list: how many of its items wait, were issued, came back."""

    batch: Batch
    pending: int
    issued: int
    returned: int


def page_of_batches(
    where: Any, page: int, size: int, *, oldest_first: bool = False
) -> tuple[list[BatchLine], int]:
    """One page of batches and how many there are, counted no further than ``COUNT_LIMIT``; at most two statements."""
    order = Batch.id.asc() if oldest_first else Batch.id.desc()
    chosen = select(Batch.id).where(where).order_by(order)
    on_page = chosen.limit(size).offset((page - 1) * size).subquery()
    counts = [func.sum(case((BatchItem.state == state, 1), else_=0)) for state in ITEM_STATES]
    statement = (
        select(Batch, *counts)
        .join(BatchItem, BatchItem.batch_id == Batch.id)
        .where(Batch.id.in_(select(on_page.c.id)))
        .group_by(Batch.id)
        .order_by(order)
    )
    lines = [
        BatchLine(batch, pending=pending, returned=returned, issued=issued)
        for batch, pending, returned, issued in db.session.execute(statement)
    ]
    if page == 1 and len(lines) < size:
        return lines, len(lines)
    some = chosen.order_by(None).limit(COUNT_LIMIT + 1).subquery()
    return lines, db.session.scalar(select(func.count()).select_from(some)) or 0
