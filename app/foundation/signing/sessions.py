"""One record for each sign-in: opened, recognised at every request, ended by its person, an officer or time."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any

from flask import current_app
from sqlalchemy import bindparam, select

from app.foundation import access, audit, clock
from app.foundation.access import Actor, Facts
from app.foundation.access.actors import UNGUARDED
from app.foundation.database import PREPARED, db, in_transaction, transaction
from app.foundation.signing import log
from app.foundation.signing.models import SignInSession
from app.foundation.signing.rules import SessionRules, rules_of
from app.foundation.tenancy import people, people_rules
from app.foundation.tenancy.models import Office, Person
from app.foundation.tenancy.settings import setting
from app.kernel.errors import N_, NotSeen, WrongState

TASK = log.TASK
TOUCH = timedelta(minutes=1)


@dataclass(frozen=True)
class Held:
    """What a request needs to know of its session; a copy, so that nothing is read again for it."""

    id: int
    kind: str
    pending: str | None
    posts: str
    two_factor: bool
    idle_minutes: int
    seen_at: datetime
    expires_at: datetime
    ends_at: datetime
    ended: str


@dataclass(frozen=True)
class Found:
    """A session and its person; ``refused`` says why it no longer counts."""

    held: Held
    person: Person
    refused: str = ""


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _rules() -> SessionRules:
    return rules_of(current_app).session


def limits(office: Office | None) -> tuple[int, int]:
    """Minutes without use and hours at most, for accounts kept by ``office``: an office may only ask for less."""
    rules = _rules()
    idle, hours = rules.idle_minutes, rules.hours
    if office is not None:
        idle = min(idle, setting(office, "session_idle") or idle)
        hours = min(hours, setting(office, "session_hours") or hours)
    return idle, hours


def begin(
    person: Person,
    *,
    kind: str = "browser",
    pending: str | None = None,
    posts: str = "",
    two_factor: bool = False,
) -> tuple[str, SignInSession]:
    """Open a session inside the caller's transaction; the id to hand out, and the record that keeps its digest.

    A token for another system has no idle limit: it is not used by hand.
    """
    token, now = secrets.token_urlsafe(32), clock.wall()
    with access.acting_as(access.system(TASK, over=access.EVERYWHERE)):
        _close_expired(person.id, now)
        idle, hours = limits(person.office)
        idle = idle if kind == "browser" else hours * 60
        ends_at = now + timedelta(hours=hours)
        row = SignInSession(
            digest=_digest(token), kind=kind, person_id=person.id, username=person.username,
            name=person.display_name, address=log.address(), agent=log.agent(), started_at=now, seen_at=now,
            idle_minutes=idle, ends_at=ends_at, expires_at=_expiry(now, idle, ends_at), pending=pending, posts=posts, two_factor=two_factor,
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
    return token, row


def _expiry(used: datetime, idle_minutes: int, ends_at: datetime) -> datetime:
    return min(used + timedelta(minutes=idle_minutes), ends_at)


def _close_expired(person_id: int, now: datetime) -> None:
    """Sessions left without signing out are closed when their person comes back."""
    query = select(SignInSession).where(
        SignInSession.person_id == person_id,
        SignInSession.ended_at.is_(None),
        SignInSession.expires_at <= now,
    )
    for row in db.session.scalars(query):
        _end(row, TASK, "timed_out")
        log.write("timed_out", row.person, kind=row.kind)


_HELD = (
    "id", "kind", "pending", "posts", "two_factor", "idle_minutes", "seen_at", "expires_at", "ends_at", "ended_at",
    "end_reason",
)  # fmt: skip


@lru_cache(maxsize=1)
def _recognising() -> Any:
    """The statement that finds a session and its person, where the drill clock stands and how new the calendar is: made once, run in every request."""
    return (
        select(
            *(getattr(SignInSession, name) for name in _HELD),
            Person,
            clock.DRILL.scalar_subquery(),
            clock.ARRANGED.scalar_subquery(),
        )
        .join(Person, Person.id == SignInSession.person_id)
        .where(SignInSession.digest == bindparam("digest"), SignInSession.person_id == bindparam("person"))
        .execution_options(**PREPARED)
    )


def _read(token: str, person_id: int) -> Found | None:
    asked = {"digest": _digest(token), "person": person_id}
    row = db.session.execute(_recognising(), asked, execution_options=UNGUARDED).first()
    if row is None:
        return None
    *_columns, person, drilled, arranged = row
    clock.note_drill(drilled)
    clock.note_arranged(arranged)
    held = _held(row)
    refused = held.ended or ("" if person.active else "disabled")
    return Found(held, person, refused or ("timed_out" if clock.wall() >= held.expires_at else ""))


def _held(row: Any) -> Held:
    ended = (row.end_reason or "signed_out") if row.ended_at is not None else ""
    return Held(
        row.id,
        row.kind,
        row.pending,
        row.posts,
        row.two_factor,
        row.idle_minutes,
        row.seen_at,
        row.expires_at,
        row.ends_at,
        ended,
    )


def recognise(token: str, person_id: int, *, touch: bool = True) -> Found | None:
    """The session behind an id, in one statement; ``refused`` says why it no longer counts. None: no such session.

    Being used is noted at most once a minute, in a transaction of its own.
    """
    found = _read(token, person_id)
    if found is None or in_transaction():
        return found
    if found.refused == "timed_out" and not found.held.ended:
        _time_out(found.held.id)
        return _read(token, person_id)
    if touch and not found.refused and clock.wall() - found.held.seen_at >= TOUCH:
        keep(found.held.id)
        return _read(token, person_id)
    return found


def keep(session_id: int) -> None:
    """Note that a session was used just now, in a transaction of its own."""
    with access.acting_as(access.system(TASK, over=access.EVERYWHERE)), transaction(aside=True) as session:
        row = session.get(SignInSession, session_id)
        if row is not None and row.ended_at is None:
            row.seen_at = clock.wall()
            row.expires_at = _expiry(row.seen_at, row.idle_minutes, row.ends_at)


def fresh(held: Held) -> Held:
    """The same session, used just now."""
    now = clock.wall()
    return replace(held, seen_at=now, expires_at=_expiry(now, held.idle_minutes, held.ends_at))


def _time_out(session_id: int) -> None:
    with access.acting_as(access.system(TASK, over=access.EVERYWHERE)), transaction(aside=True) as session:
        row = session.get(SignInSession, session_id)
        if row is not None and row.ended_at is None:
            _end(row, TASK, "timed_out")
            log.write("timed_out", row.person, kind=row.kind)


def _end(row: SignInSession, by: str, why: str) -> None:
    row.ended_at, row.ended_by, row.end_reason = clock.wall(), by, why
    db.session.flush()


def sign_out(session_id: int) -> None:
    """The person leaves; inside the caller's transaction."""
    with access.acting_as(access.system(TASK, over=access.EVERYWHERE)):
        row = db.session.get(SignInSession, session_id)
        if row is not None and row.ended_at is None:
            _end(row, row.name, "signed_out")
            log.write("signed_out", row.person, kind=row.kind)


def settle(session_id: int, *, pending: str | None, posts: str) -> None:
    """Say what is still to be done in a session, and for which posts; inside the caller's transaction."""
    with access.acting_as(access.system(TASK, over=access.EVERYWHERE)):
        row = db.session.get(SignInSession, session_id)
        if row is not None:
            row.pending, row.posts = pending, posts
            db.session.flush()


def force_out(row: SignInSession, *, actor: Actor) -> None:
    """End somebody's session (安全管理岗).

    Raises:
        AccessDenied: the account is not kept by the actor's office or one below it, or it also acts for others: a
            county does not sign out an officer of the city's whose account it keeps.
        WrongState: it has already ended.
    """
    access.require(actor, "session", "end", row)
    people_rules.ensure_whole(
        people.seats_of(row.person_id),
        lambda seat: access.can(actor, "session", "end", Facts(seat.path, None, seat.unit_id)),
        people_rules.WHOLE_SECURITY,
    )
    if row.ended_at is not None:
        raise WrongState("session-ended", N_("该会话已经结束。"))
    with access.acting_as(access.system(TASK, over=access.EVERYWHERE)):
        _end(row, actor.name, "forced")
        log.write("forced", row.person, kind=row.kind)
    audit.record(actor, "session.ended", row, after={"username": row.username, "reason": "forced"})


def own(person_id: int, limit: int = 20) -> Sequence[SignInSession]:
    """A person's open sessions, newest first: his own only, which needs no post."""
    query = (
        select(SignInSession)
        .where(
            SignInSession.person_id == person_id,
            SignInSession.ended_at.is_(None),
            SignInSession.expires_at > clock.wall(),
        )
        .order_by(SignInSession.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(query, execution_options=UNGUARDED))


def end_own(person_id: int, session_id: int, *, actor: Actor) -> None:
    """A person ends one of his own sessions.

    Raises:
        NotSeen: it is not his, or has ended.
    """
    with access.acting_as(access.system(TASK, over=access.EVERYWHERE)):
        row = db.session.get(SignInSession, session_id)
        if row is None or row.person_id != person_id or row.ended_at is not None:
            raise NotSeen("not-seen", N_("没有找到这个会话，或者它已经结束。"))
        _end(row, actor.name, "forced")
        log.write("forced", row.person, kind=row.kind)
    audit.record(actor, "session.ended", row, after={"username": row.username, "reason": "own"})


def end_all(person: Person, *, by: str, why: str, keep: int | None = None) -> int:
    """End every open session of a person but ``keep``, inside the caller's transaction; how many there were."""
    with access.acting_as(access.system(TASK, over=access.EVERYWHERE)):
        query = select(SignInSession).where(
            SignInSession.person_id == person.id, SignInSession.ended_at.is_(None)
        )
        rows = [row for row in db.session.scalars(query) if row.id != keep]
        for row in rows:
            _end(row, by, why)
            log.write("forced", person, kind=row.kind)
    return len(rows)
