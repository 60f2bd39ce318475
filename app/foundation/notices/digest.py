"""The day's one mail for those who chose it: what waited is put together once, and waits no more."""

from __future__ import annotations

from sqlalchemy import select

from app.foundation import clock, jobs
from app.foundation.database import db, transaction
from app.foundation.notices.models import Message
from app.foundation.notices.parties import of_person, platform
from app.foundation.notices.telling import tell
from app.foundation.tenancy.models import Person

MOST = 50


def send_digests(work: jobs.Work) -> None:
    """Each person in a transaction of his own; somebody whose mail was put together is not met again."""
    with platform(), transaction():
        waiting = list(
            db.session.scalars(
                select(Message.person_id)
                .where(Message.digest.is_(True))
                .distinct()
                .order_by(Message.person_id)
            )
        )
    for number, person_id in enumerate(waiting, start=1):
        with platform(), transaction():
            put_together(person_id)
        work.progress(number, len(waiting))


def put_together(person_id: int) -> None:
    """One mail of everything that waits for a person; nothing where he has read it meanwhile."""
    query = select(Message).where(Message.person_id == person_id, Message.digest.is_(True))
    rows = db.session.scalars(query.order_by(Message.id)).all()
    unread = [row for row in rows if row.read_at is None]
    for row in rows:
        row.digest = False
    person = db.session.get(Person, person_id)
    if person is None or not person.active or not unread:
        return
    shown = [f"{clock.localise(row.told_at):%m-%d} {row.subject}" for row in unread[:MOST]]
    tell(
        "digest.daily",
        to=of_person(person),
        params={"name": person.display_name, "count": str(len(unread)), "list": "\n".join(shown)},
        link=("InboxView.index", {}),
        dedupe=f"digest:{unread[-1].id}",
    )
