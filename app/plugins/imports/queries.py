"""Scoped reads: batches of one's own office, one with its lines, what waits on the desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from app.foundation import access
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.kernel.errors import N_, NotSeen
from app.plugins.imports.models import READ, ImportBatch, ImportFile, ImportLine
from app.plugins.surveys.models import SurveySheet

LARGEST_ID = 2**31 - 1
OBJ = "import"


def offices(actor: Actor) -> list[Office]:
    """The offices and desks for which the actor may upload."""
    held = sorted({post.path for post in actor.posts if post.unit_id is None})
    found = db.session.scalars(select(Office).where(Office.path.in_(held)).order_by(Office.path))
    return [one for one in found if access.can(actor, OBJ, "run", one)]


def get(pk: int) -> ImportBatch:
    """One batch with its files.

    Raises:
        NotSeen: there is none of that number, or it is another office's.
    """
    statement = select(ImportBatch).where(ImportBatch.id == pk).options(selectinload(ImportBatch.files))
    found = db.session.scalar(statement) if pk <= LARGEST_ID else None
    if found is None:
        raise NotSeen("import-not-seen", N_("没有找到这个导入批次，或者它是其他机构的。"))
    return found


def file(batch: ImportBatch, pk: int) -> ImportFile:
    """One file of a batch.

    Raises:
        NotSeen: it has none of that number.
    """
    found = next((one for one in batch.files if one.id == pk), None)
    if found is None:
        raise NotSeen("import-file-not-seen", N_("这个批次没有这份文件。"))
    return found


def contents(batch: ImportBatch) -> list[tuple[ImportFile, bytes]]:
    """The files of a batch with what is in them, in their order; none of one withdrawn."""
    statement = (
        select(ImportFile, ImportFile.content)
        .where(ImportFile.batch_id == batch.id, ImportFile.content.is_not(None))
        .order_by(ImportFile.number)
    )
    return [(one, content) for one, content in db.session.execute(statement) if content]


def page(page_number: int, size: int) -> tuple[Sequence[ImportBatch], int]:
    """One page of batches, newest first, and how many there are."""
    statement = (
        select(ImportBatch)
        .options(selectinload(ImportBatch.files), joinedload(ImportBatch.office))
        .order_by(ImportBatch.id.desc())
        .limit(size)
        .offset((page_number - 1) * size)
    )
    total = db.session.scalar(select(func.count(ImportBatch.id))) or 0
    return list(db.session.scalars(statement)), total


def lines(batch: ImportBatch, act: str, page_number: int, size: int) -> tuple[Sequence[ImportLine], int]:
    """One page of a batch's lines, of one act if it is given, and how many there are."""
    where = [ImportLine.batch_id == batch.id, *([ImportLine.act == act] if act else [])]
    statement = (
        select(ImportLine)
        .where(*where)
        .options(joinedload(ImportLine.file))
        .order_by(ImportLine.number)
        .limit(size)
        .offset((page_number - 1) * size)
    )
    total = db.session.scalar(select(func.count(ImportLine.id)).where(*where)) or 0
    return list(db.session.scalars(statement)), total


def sheets_of(some: Sequence[ImportLine]) -> dict[int, int]:
    """The newest sheet of each unit named in lines that were taken in, as far as the reader sees them."""
    units = [one.unit_id for one in some if one.outcome == "applied" and one.unit_id is not None]
    statement = (
        select(SurveySheet.unit_id, func.max(SurveySheet.id))
        .where(SurveySheet.unit_id.in_(units), SurveySheet.filing_desk_id.is_(None))
        .group_by(SurveySheet.unit_id)
    )
    return {unit: key for unit, key in db.session.execute(statement)} if units else {}


def refused(batch: ImportBatch, one: ImportFile) -> Sequence[ImportLine]:
    """The lines of a file with something to correct."""
    statement = (
        select(ImportLine)
        .where(
            ImportLine.batch_id == batch.id,
            ImportLine.file_id == one.id,
            (ImportLine.act == "refuse") | (ImportLine.outcome == "refused"),
        )
        .order_by(ImportLine.number)
    )
    return list(db.session.scalars(statement))


def faulty(batch: ImportBatch) -> set[int]:
    """The files of a batch with something to correct."""
    statement = (
        select(ImportLine.file_id)
        .where(
            ImportLine.batch_id == batch.id,
            (ImportLine.act == "refuse") | (ImportLine.outcome == "refused"),
        )
        .distinct()
    )
    return set(db.session.scalars(statement))


@dataclass(frozen=True)
class Waiting:
    """A batch that was tried and waits for its uploader."""

    batch: ImportBatch
    good: int


def waiting(actor: Actor, limit: int = 20) -> list[Waiting]:
    """Batches of the actor's own that were tried and are neither taken in nor withdrawn; one statement."""
    statement = (
        select(ImportBatch)
        .where(
            ImportBatch.state == READ,
            ImportBatch.uploaded_by == actor.person_id,
            access.scope(actor, OBJ, "run", ImportBatch),
        )
        .options(selectinload(ImportBatch.files))
        .order_by(ImportBatch.id)
        .limit(limit)
    )
    return [
        Waiting(one, one.counts.get("create", 0) + one.counts.get("change", 0))
        for one in db.session.scalars(statement)
    ]


def outcomes(batch: ImportBatch) -> dict[str, int]:
    """How many lines of a batch were taken in, and how many were not although they were to be."""
    statement = (
        select(ImportLine.outcome, func.count())
        .where(ImportLine.batch_id == batch.id, ImportLine.outcome.is_not(None))
        .group_by(ImportLine.outcome)
    )
    return {f"{outcome}": count for outcome, count in db.session.execute(statement)}


def open_lines(batch: ImportBatch) -> dict[int, ImportLine]:
    """The lines still to be taken in, by number."""
    statement = select(ImportLine).where(
        ImportLine.batch_id == batch.id,
        ImportLine.act.in_(("create", "change")),
        ImportLine.outcome.is_(None),
    )
    return {one.number: one for one in db.session.scalars(statement)}


def lines_by_id(keys: Sequence[int]) -> dict[int, ImportLine]:
    """Lines by their keys."""
    return {one.id: one for one in db.session.scalars(select(ImportLine).where(ImportLine.id.in_(keys)))}
