"""Publishing, withdrawing and confirming an announcement; whom it reaches, and who has read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import joinedload

from app.foundation import access, audit, clock
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy.models import Office, Person, Post, Unit
from app.kernel import paths
from app.kernel.errors import N_, Finding, Invalid, NotSeen, WrongState
from app.plugins.messages.models import Announcement, AnnouncementReading

TASK = "announcements"
TITLE_LONGEST, TEXT_LONGEST, REASON_LONGEST = 100, 5000, 200
LARGEST_ID = 2**31 - 1
LISTED = 300


def office_of(actor: Actor) -> Office | None:
    """The office the actor publishes for; None where he publishes for none."""
    for post in actor.posts:
        if post.office_id is not None and access.policy().lines_for(post.role, "announcement", "publish"):
            return db.session.get(Office, post.office_id)
    return None


def publish(
    office: Office, title: str, text: str, *, to_offices: bool, to_units: bool, actor: Actor
) -> Announcement:
    """Tell those below of something.

    Raises:
        AccessDenied: not the actor's office to speak for.
        Invalid: no title or text, too long, or to nobody.
    """
    access.require(actor, "announcement", "publish", office)
    title, text = " ".join(title.split()), text.replace("\r\n", "\n").strip()
    found = [
        *_length("title", title, TITLE_LONGEST),
        *_length("text", text, TEXT_LONGEST),
        *([] if to_offices or to_units else [Finding("to", N_("请选择发布范围。"), code="to")]),
    ]
    if found:
        raise Invalid(found)
    row = Announcement(
        office_id=office.id, title=title, text=text, to_offices=to_offices, to_units=to_units,
        published_at=clock.now(), published_by=actor.name, withdrawn_because="",
    )  # fmt: skip
    db.session.add(row)
    audit.record(
        actor, "announcement.published", row,
        after={"title": title, "to_offices": to_offices, "to_units": to_units},
    )  # fmt: skip
    return row


def _length(field: str, text: str, longest: int) -> Iterator[Finding]:
    if not text:
        yield Finding(field, N_("请填写此项。"), code="missing")
    elif len(text) > longest:
        yield Finding(field, N_("不超过 %(n)s 个字。"), code="too-long", params={"n": longest})


def withdraw(row: Announcement, reason: str, *, actor: Actor) -> Announcement:
    """Take it back: those below no longer find it, the office keeps it with the reason.

    Raises:
        AccessDenied: another office's.
        WrongState: withdrawn already.
        Invalid: no reason.
    """
    access.require(actor, "announcement", "publish", row)
    if row.withdrawn_at is not None:
        raise WrongState("announcement-withdrawn", N_("该公告已经撤回。"))
    said = reason.strip()
    found = list(_length("reason", said, REASON_LONGEST))
    if found:
        raise Invalid(found)
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_because = clock.now(), actor.name, said
    audit.record(actor, "announcement.withdrawn", row, reason=said)
    return row


def confirm(row: Announcement, *, actor: Actor) -> None:
    """Note that the actor has read it; a second time changes nothing.

    Raises:
        AccessDenied: it is not the actor's to see.
        NotSeen: it is not addressed to him.
    """
    access.require(actor, "announcement", "see", row)
    if actor.person_id is None or not addressed(actor, row):
        raise _unseen()
    db.session.flush()
    with access.acting_as(access.system(TASK, over=row.review_path)):
        query = select(AnnouncementReading.id).where(
            AnnouncementReading.announcement_id == row.id, AnnouncementReading.person_id == actor.person_id
        )
        if db.session.scalar(query) is None:
            db.session.add(
                AnnouncementReading(announcement_id=row.id, person_id=actor.person_id, read_at=clock.now())
            )
            db.session.flush()


def addressed(actor: Actor, row: Announcement) -> bool:
    """Whether it is meant for one of the actor's posts."""
    return row.withdrawn_at is None and any(
        row.to_units and post.path == row.review_path
        if post.unit_id is not None
        else row.to_offices and paths.below(row.review_path, post.path)
        for post in actor.posts
    )


def _mine(actor: Actor) -> ColumnElement[bool]:
    """The same as a condition: addressed to the actor, and not withdrawn."""
    clauses: list[ColumnElement[bool]] = []
    for post in actor.posts:
        if post.unit_id is not None:
            clauses.append(and_(Announcement.to_units, Announcement.review_path == post.path))
        else:
            above = paths.ancestors(post.path)
            clauses.append(and_(Announcement.to_offices, Announcement.review_path.in_(above)))
    return and_(Announcement.withdrawn_at.is_(None), or_(*clauses)) if clauses else false()


def _own(actor: Actor) -> ColumnElement[bool]:
    """Of one's own office, withdrawn ones too: for whoever may publish there."""
    return access.scope(actor, "announcement", "publish", Announcement)


def _read_by(person_id: int | None) -> Any:
    return (
        select(AnnouncementReading.id)
        .where(
            AnnouncementReading.announcement_id == Announcement.id, AnnouncementReading.person_id == person_id
        )
        .exists()
    )


def counting(actor: Actor) -> Any:
    """How many are addressed to the actor and not confirmed, as a column of somebody's statement."""
    query = select(func.count(Announcement.id)).where(_mine(actor), ~_read_by(actor.person_id))
    return query.scalar_subquery()


def page(actor: Actor, number: int, size: int) -> tuple[Sequence[tuple[Announcement, bool]], int]:
    """Those addressed to the actor and those of his own office, newest first, each with whether he has read it."""
    where = or_(_mine(actor), _own(actor))
    count = db.session.scalar(select(func.count(Announcement.id)).where(where)) or 0
    query = (
        select(Announcement, _read_by(actor.person_id))
        .where(where)
        .options(joinedload(Announcement.office))
        .order_by(Announcement.id.desc())
        .limit(size)
        .offset((number - 1) * size)
    )
    return [(row, bool(read)) for row, read in db.session.execute(query)], count


def get(pk: int, actor: Actor) -> Announcement:
    """One of them.

    Raises:
        NotSeen: there is none of that id for this actor.
    """
    query = select(Announcement).where(Announcement.id == pk, or_(_mine(actor), _own(actor)))
    row = db.session.scalar(query.options(joinedload(Announcement.office))) if pk <= LARGEST_ID else None
    if row is None:
        raise _unseen()
    return row


def confirmed(row: Announcement, actor: Actor) -> bool:
    """Whether the actor has confirmed it."""
    query = select(AnnouncementReading.id).where(
        AnnouncementReading.announcement_id == row.id, AnnouncementReading.person_id == actor.person_id
    )
    return db.session.scalar(query) is not None


def _unseen() -> NotSeen:
    return NotSeen("announcement-not-seen", N_("没有找到这份公告，它可能已经撤回，或者不是发给您的。"))


@dataclass(frozen=True)
class Reader:
    """One person the announcement is addressed to, and when he confirmed."""

    holder: str
    name: str
    read_at: datetime | None


def readers(row: Announcement) -> list[Reader]:
    """Everybody it is addressed to today, those who have not read it first; at most ``LISTED`` of a kind."""
    found: list[Reader] = []
    base = (
        select(Person.last_name, Person.first_name, AnnouncementReading.read_at)
        .join(Post, Post.person_id == Person.id)
        .outerjoin(
            AnnouncementReading,
            and_(AnnouncementReading.announcement_id == row.id, AnnouncementReading.person_id == Person.id),
        )
        .where(Post.in_force(clock.today()), Person.active.is_(True))
        .limit(LISTED)
    )
    unread_first = AnnouncementReading.read_at.is_not(None)
    with access.acting_as(access.system(TASK, over=row.review_path)):
        if row.to_offices:
            inside = and_(Office.path > row.review_path, Office.path < paths.upper_bound(row.review_path))
            query = base.add_columns(Office.short_name).join(Office, Office.id == Post.office_id)
            found += _lines(query.where(inside).order_by(unread_first, Office.path, Person.id))
        if row.to_units:
            query = base.add_columns(Unit.name).join(Unit, Unit.id == Post.unit_id)
            own = Unit.review_path == row.review_path
            found += _lines(query.where(own).order_by(unread_first, Unit.account, Person.id))
    return found


def _lines(query: Any) -> list[Reader]:
    lines = {
        (holder, f"{last}{first}"): Reader(holder, f"{last}{first}", read_at)
        for last, first, read_at, holder in db.session.execute(query)
    }
    return list(lines.values())
