"""One's own messages and choice: every row is found by the person's own id, never by one that was sent alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from app.foundation import clock
from app.foundation.database import db
from app.foundation.notices.models import Message, NoticeChoice
from app.kernel.errors import N_, NotSeen

COUNTED = 99
LARGEST_ID = 2**31 - 1


def counting(person_id: int) -> Any:
    """How many are unread, counted no further than ``COUNTED`` + 1, as a column of somebody's statement."""
    some = (
        select(Message.id)
        .where(Message.person_id == person_id, Message.read_at.is_(None))
        .limit(COUNTED + 1)
        .subquery()
    )
    return select(func.count()).select_from(some).scalar_subquery()


def unread(person_id: int) -> int:
    """How many are unread; see ``counting``."""
    return db.session.scalar(select(counting(person_id))) or 0


def page(person_id: int, *, unread_only: bool, number: int, size: int) -> tuple[Sequence[Message], int]:
    """One page, newest first, and how many there are."""
    where = [Message.person_id == person_id, *([Message.read_at.is_(None)] if unread_only else [])]
    count = db.session.scalar(select(func.count(Message.id)).where(*where)) or 0
    newest = (Message.told_at.desc(), Message.id.desc())
    query = select(Message).where(*where).order_by(*newest).limit(size).offset((number - 1) * size)
    return db.session.scalars(query).all(), count


def own(person_id: int, pk: int) -> Message:
    """One of one's own.

    Raises:
        NotSeen: there is none of that id, or it is somebody else's.
    """
    query = select(Message).where(Message.id == pk, Message.person_id == person_id)
    found = db.session.scalar(query) if pk <= LARGEST_ID else None
    if found is None:
        raise NotSeen("message-not-seen", N_("没有找到这条消息。"))
    return found


def read(message: Message) -> None:
    """Note that it was opened; inside the caller's transaction."""
    if message.read_at is None:
        message.read_at = clock.wall()
    db.session.flush()


def read_all(person_id: int) -> int:
    """Note all of one's own as read; how many there were."""
    rows = db.session.scalars(
        select(Message).where(Message.person_id == person_id, Message.read_at.is_(None)).limit(1000)
    ).all()
    for row in rows:
        row.read_at = clock.wall()
    db.session.flush()
    return len(rows)


def digests(person_id: int) -> bool:
    """Whether somebody chose one mail a day."""
    return bool(db.session.scalar(select(NoticeChoice.digest).where(NoticeChoice.person_id == person_id)))


def choose(person_id: int, *, digest: bool) -> None:
    """One mail a day, or one for each message."""
    row = db.session.get(NoticeChoice, person_id)
    if row is None:
        db.session.add(NoticeChoice(person_id=person_id, digest=digest))
    else:
        row.digest = digest
    db.session.flush()
