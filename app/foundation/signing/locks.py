"""Failures of an account at an address, and the pause after too many of them.

An attempt is counted before the password is looked at, so that many at once do not slip through; what turns out
right is given back. Unknown names are counted the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from app.foundation import access, audit, clock
from app.foundation.access import Actor, Facts
from app.foundation.database import db, savepoint
from app.foundation.signing.log import address, digest
from app.foundation.signing.models import SignInLock
from app.foundation.signing.rules import LockRules, rules_of
from app.foundation.tenancy import people, people_rules
from app.foundation.tenancy.models import Person

ANYWHERE = ""
CODES = "code"  # in the place of an address: codes of invitations that were wrong
ACCOUNT_WINDOW = timedelta(hours=1)
KEPT = timedelta(days=1)
CODES_KEPT = timedelta(days=60)


@dataclass(frozen=True)
class LockState:
    """Whether signing in is paused for a person anywhere, until when (UTC), and the failures counted."""

    locked: bool
    until: datetime | None
    failures: int


def _rules() -> LockRules:
    return rules_of(current_app).lock


def _row(account: str, where: str, now: datetime) -> SignInLock:
    query = select(SignInLock).where(SignInLock.account == account, SignInLock.address == where)
    row = db.session.scalar(query.with_for_update())
    if row is not None:
        return row
    kept = CODES_KEPT if where == CODES else KEPT
    same_kind = SignInLock.address == CODES if where == CODES else SignInLock.address != CODES
    db.session.execute(delete(SignInLock).where(SignInLock.since < now - kept, same_kind))
    row = SignInLock(account=account, address=where, failures=0, since=now)
    try:
        with savepoint():
            db.session.add(row)
            db.session.flush()
    except IntegrityError:
        return db.session.scalars(query.with_for_update()).one()
    return row


def _count(row: SignInLock, most: int, window: timedelta, pause: timedelta, now: datetime) -> bool:
    """Count one attempt; False when the row is locked. What was counted is forgotten once ``window`` has passed, not
    when the pause is over: until then each further failure pauses again.
    """
    if row.locked_until is not None and now < row.locked_until:
        return False
    if now - row.since >= window:
        row.failures, row.since, row.locked_until = 0, now, None
    row.failures += 1
    if row.failures >= most:
        row.locked_until = now + pause
    return True


def hit(username: str) -> bool:
    """Count an attempt for an account name at this address, inside the caller's transaction; False: it is paused."""
    rules, now, account = _rules(), clock.wall(), digest(username)
    pause = timedelta(minutes=rules.minutes)
    here = _count(_row(account, address(), now), rules.failures, pause, pause, now)
    anywhere = _count(_row(account, ANYWHERE, now), rules.account_failures, ACCOUNT_WINDOW, pause, now)
    db.session.flush()
    return here and anywhere


def give_back(username: str, *, done: bool) -> None:
    """The attempt counted last was right; ``done``: signed in, so that this address starts afresh."""
    now, account = clock.wall(), digest(username)
    for where in (address(),) if done else (address(), ANYWHERE):
        row = _row(account, where, now)
        row.failures = 0 if done else max(0, row.failures - 1)
        row.locked_until = None
    db.session.flush()


def _code_account(username: str) -> str:
    return digest(f"{CODES}:{username.strip()}")


def count_code(username: str) -> int:
    """Count a wrong code for an account name, known or not, with or without an open code: the same is written for
    all, so that how long it takes tells nothing. How many there were since ``forget_codes``.
    """
    row = _row(_code_account(username), CODES, clock.wall())
    row.failures += 1
    db.session.flush()
    return row.failures


def forget_codes(username: str) -> None:
    """A new code was given out: the wrong ones of before do not count against it."""
    db.session.execute(delete(SignInLock).where(SignInLock.account == _code_account(username)))


def state(person: Person) -> LockState:
    """How things stand with a person the caller sees."""
    now = clock.wall()
    rows = list(db.session.scalars(select(SignInLock).where(SignInLock.account == digest(person.username))))
    until = max(
        (row.locked_until for row in rows if row.locked_until and row.locked_until > now), default=None
    )
    return LockState(until is not None, until, max((row.failures for row in rows), default=0))


def unlock(person: Person, *, actor: Actor) -> None:
    """End the pause and forget the failures (系统管理岗); inside the caller's transaction.

    Raises:
        AccessDenied: the account, or a post on it, lies outside the actor's office and below, or it is his own (whoever got hold
            of his session could else guess his password for ever).
    """
    access.require(actor, "user", "unlock", person)
    people_rules.ensure_not_oneself(actor.person_id, person.id)
    people_rules.ensure_whole(
        people.seats_of(person.id),
        lambda seat: access.can(actor, "user", "unlock", Facts(seat.path, None, seat.unit_id)),
    )
    db.session.execute(delete(SignInLock).where(SignInLock.account == digest(person.username)))
    audit.record(actor, "person.unlocked", person)
