"""The walk from a name and a password to a session; every failure gets the same answer and about the same work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from flask import current_app, session
from sqlalchemy import select

from app.foundation import access, clock
from app.foundation.access import Actor, actors
from app.foundation.access.actors import UNGUARDED
from app.foundation.database import db, transaction
from app.foundation.signing import factors, hashing, locks, log, passwords, sessions, signals
from app.foundation.signing.models import SignInSession
from app.foundation.signing.rules import rules_of
from app.foundation.tenancy.models import Person

HALF = "half"
TOKEN = "sid"  # noqa: S105  (the name of a key in the cookie)


@dataclass(frozen=True)
class Step:
    """Where an attempt stands: refused (``person`` is None), or the person, who may still owe a code."""

    person: Person | None
    code_owed: bool = False


def _system() -> Any:
    return access.acting_as(access.system(log.TASK, over=access.EVERYWHERE))


def _person(**wanted: Any) -> Person | None:
    return db.session.scalar(select(Person).filter_by(**wanted), execution_options=UNGUARDED)


def password_step(username: str, password: str, *, kind: str = "browser") -> Step:
    """Look at a name and a password."""
    with _system(), transaction(aside=True):
        open_ = locks.hit(username)
    person = _person(username=username)
    right = hashing.verify(person.password if person is not None else None, password)
    with _system(), transaction(aside=True):
        if person is None:
            log.write("unknown_account", None, username, kind=kind)
        elif not open_:
            log.write("locked", person, kind=kind)
        elif not right:
            log.write("wrong_password", person, kind=kind)
        elif not person.active:
            log.write("disabled", person, kind=kind)
        else:
            locks.give_back(username, done=False)
            return Step(person, factors.enrolled(person.id))
    return Step(None)


def code_step(person: Person, code: str, *, kind: str = "browser") -> bool:
    """Look at a code from the authenticator, or a recovery code."""
    with _system(), transaction(aside=True):
        if not locks.hit(person.username):
            log.write("locked", person, kind=kind)
            return False
        if not factors.accept(person, code):
            log.write("wrong_code", person, kind=kind)
            return False
        locks.give_back(person.username, done=False)
    return True


def confirm_password(person: Person, password: str) -> bool:
    """Whether somebody signed in knows his password: counted like signing in."""
    with _system(), transaction(aside=True):
        open_ = locks.hit(person.username)
    right = hashing.verify(person.password, password) and open_
    with _system(), transaction(aside=True):
        if right:
            locks.give_back(person.username, done=False)
        else:
            log.write("wrong_password" if open_ else "locked", person)
    return right


def owed(person: Person, actor: Actor) -> str | None:
    """What must be done before anything else: change the password, or enrol a second factor."""
    if person.must_change or passwords.expired(person):
        return "password"
    if not factors.enrolled(person.id) and factors.required(actor):
        return "factor"
    return None


def open_session(
    person: Person, *, kind: str = "browser", two_factor: bool = False
) -> tuple[str, SignInSession]:
    """Everything was right: count the sign-in, renew an old hash, open the session."""
    with _system(), transaction(aside=True):
        row = db.session.get_one(Person, person.id)
        actor = actors.load(row)
        locks.give_back(row.username, done=True)
        row.login_count = (row.login_count or 0) + 1
        row.fail_login_count = 0
        row.last_login = datetime.now()  # noqa: DTZ005  (FAB keeps naive local time in this column)
        row.password_changed_at = row.password_changed_at or clock.wall()
        token, made = sessions.begin(
            row, kind=kind, pending=owed(row, actor), posts=factors.office_posts(actor), two_factor=two_factor
        )
        if log.unknown_here(row.id):
            signals.new_address.send(row, address=log.address(), agent=log.agent(), at=clock.wall())
        log.write("success", row, kind=kind)
    return token, made


def renew_hash(person: Person, password: str) -> None:
    """An older hash is made anew while the password is at hand."""
    if person.password and hashing.outdated(person.password):
        hashed = hashing.hash_password(password)
        with _system(), transaction(aside=True):
            db.session.get_one(Person, person.id).password = hashed


def settle(person: Person, actor: Actor, session_id: int) -> None:
    """Look again at what is owed, after something was done or posts changed; inside the caller's transaction."""
    sessions.settle(session_id, pending=owed(person, actor), posts=factors.office_posts(actor))


# -- between the password and the code: a signed note in the cookie, good for minutes ------------------------


def _mark(person: Person) -> str:
    return sha256((person.password or "").encode()).hexdigest()[:16]


def remember_half(person: Person) -> None:
    """The password was right, the code is owed."""
    session[HALF] = {"id": person.id, "at": int(clock.wall().timestamp()), "mark": _mark(person)}


def half() -> Person | None:
    """Who owes a code: the note is fresh, the account active and the password still the same."""
    note = session.get(HALF)
    if not isinstance(note, dict):
        return None
    if clock.wall().timestamp() - int(note["at"]) > rules_of(current_app).factor.step_minutes * 60:
        return None
    person = _person(id=int(note["id"]))
    return person if person is not None and person.active and _mark(person) == note["mark"] else None


def forget_half() -> None:
    """Back to the beginning."""
    session.pop(HALF, None)
