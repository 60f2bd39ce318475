"""Reading files: only what the actor may see is found (the row guard adds the filter)."""

from __future__ import annotations

from sqlalchemy import inspect, select

from app.foundation.database import db
from app.foundation.files.models import StoredFile
from app.foundation.jurisdiction import UnitScoped
from app.kernel.errors import N_, NotSeen

LARGEST_ID = 2**31 - 1  # past it PostgreSQL refuses the comparison itself


def get(pk: int) -> StoredFile:
    """One file by number.

    Raises:
        NotSeen: no such file, or not for this actor.
    """
    row = db.session.scalar(select(StoredFile).where(StoredFile.id == pk)) if pk <= LARGEST_ID else None
    if row is None:
        raise NotSeen("file-not-seen", N_("没有找到该文件，或者它不在您的管辖范围内。"))
    return row


def of(parent: UnitScoped, kind: str | None = None) -> list[StoredFile]:
    """The files handed in with a row, newest first."""
    statement = select(StoredFile).where(
        StoredFile.parent_table == table_of(parent),
        StoredFile.parent_id == inspect(parent).identity[0],
    )
    if kind is not None:
        statement = statement.where(StoredFile.kind == kind)
    return list(db.session.scalars(statement.order_by(StoredFile.id.desc())))


def table_of(parent: UnitScoped) -> str:
    """The name of the table a parent row stands in."""
    return str(inspect(type(parent)).local_table.name)
