"""Files of an office's own: the plan of a return, the text of a bylaw; handed in with a row of that office's."""

from __future__ import annotations

import secrets
from typing import IO

from flask_appbuilder.models.sqla import Model
from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, inspect, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.foundation import access, audit
from app.foundation.access import Actor
from app.foundation.database import Timestamped, db, in_transaction, state_check
from app.foundation.files import kinds, service
from app.foundation.files.kinds import CONTENT_TYPES
from app.foundation.jurisdiction import OfficeScoped
from app.foundation.tenancy.models import Office
from app.kernel.errors import N_, NotSeen

# The Casbin objects a file of an office's may be guarded as.
GUARDED_AS = ("return", "notice", "bylaw", "draft_bylaw")
LARGEST_ID = 2**31 - 1


class OfficeFile(OfficeScoped, Timestamped, Model):
    """One upload of an office's, guarded as the object named in ``obj`` with that office's facts.

    ``parent_table`` and ``parent_id`` say which row it was handed in with. The original name may carry a person's
    name and enters the audit record as a digest.
    """

    __tablename__ = "office_file"
    __obj__ = "return"
    __obj_column__ = "obj"
    __objs__ = GUARDED_AS
    __personal__ = ("name",)
    __table_args__ = (
        state_check("obj", GUARDED_AS),
        state_check("content_type", CONTENT_TYPES),
        CheckConstraint("size > 0", name="not_empty"),
        CheckConstraint("length(sha256) = 64", name="sha256_length"),
        Index("ix_office_file_parent", "parent_table", "parent_id"),
        *OfficeScoped.indexes("office_file"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    obj: Mapped[str] = mapped_column(String(40), nullable=False)
    parent_table: Mapped[str] = mapped_column(String(63), nullable=False)
    parent_id: Mapped[int] = mapped_column(Integer, nullable=False)
    name: Mapped[str] = mapped_column(String(160), nullable=False)
    content_type: Mapped[str] = mapped_column(String(40), nullable=False)
    size: Mapped[int] = mapped_column(Integer, nullable=False)
    sha256: Mapped[str] = mapped_column(String(64), nullable=False)
    stored_name: Mapped[str] = mapped_column(String(64), unique=True, nullable=False)
    uploaded_by: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)

    office: Mapped[Office] = relationship(foreign_keys="OfficeFile.office_id")

    def __repr__(self) -> str:
        return self.name


def store(
    stream: IO[bytes], filename: str, *, obj: str, parent: OfficeScoped, actor: Actor, field: str = "file"
) -> OfficeFile:
    """Take in an upload for ``parent``, inside the caller's transaction; rolled back, no file remains.

    Args:
        obj: the Casbin object that guards it, one of ``GUARDED_AS``.
        field: the form field named in a refusal.

    Raises:
        Refusal: nothing was sent, it is too large, or it is none of PDF, JPEG, PNG and OFD.
        RuntimeError: no transaction is open.
    """
    if not in_transaction():
        raise RuntimeError("office_files.store outside transaction()")
    db.session.flush()
    stored_name = secrets.token_hex(16)
    with service.recorded_if_infected(parent, filename):
        content_type, size, digest = service.take_in(stream, stored_name, field)
    row = OfficeFile(
        obj=obj,
        parent_table=_table_of(parent),
        parent_id=inspect(parent).identity[0],
        office_id=parent.office_id,
        name=kinds.clean_name(filename, content_type),
        content_type=content_type,
        size=size,
        sha256=digest,
        stored_name=stored_name,
        uploaded_by=actor.person_id,
    )
    db.session.add(row)
    after = {"name": row.name, "size": size, "sha256": digest}
    audit.record(actor, "file.stored", row, after=after)
    return row


def copy(row: OfficeFile, *, obj: str, parent: OfficeScoped, actor: Actor) -> OfficeFile:
    """The same bytes once more, for another row: a copy sent on, or a new edition."""
    with service.opened(row.stored_name) as stream:
        return store(stream, row.name, obj=obj, parent=parent, actor=actor)


def discard(row: OfficeFile, *, reason: str, actor: Actor) -> None:
    """Put a file away for good: the record now, the bytes when the caller's transaction commits."""
    audit.record(actor, "file.discarded", row, before={"sha256": row.sha256}, reason=reason)
    db.session.delete(row)
    service.drop(row.stored_name)


def of(parent: OfficeScoped) -> OfficeFile | None:
    """The file handed in with a row, the newest."""
    query = select(OfficeFile).where(
        OfficeFile.parent_table == _table_of(parent), OfficeFile.parent_id == inspect(parent).identity[0]
    )
    return db.session.scalar(query.order_by(OfficeFile.id.desc()).limit(1))


def get(pk: int) -> OfficeFile:
    """One file by number.

    Raises:
        NotSeen: no such file, or not for this actor.
    """
    row = db.session.scalar(select(OfficeFile).where(OfficeFile.id == pk)) if pk <= LARGEST_ID else None
    if row is None:
        raise NotSeen("file-not-seen", N_("没有找到该文件，或者它不在您的管辖范围内。"))
    return row


def require(row: OfficeFile) -> None:
    """Whether the present actor may read it.

    Raises:
        AccessDenied: the row is seen, but what guards it is not.
    """
    actor = access.current_actor()
    access.require(actor, row.obj, actor.reads, row)


def _table_of(parent: OfficeScoped) -> str:
    return str(inspect(type(parent)).local_table.name)
