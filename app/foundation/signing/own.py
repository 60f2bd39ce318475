"""What everybody may do with his own account; no post is needed, and nobody else's row is reachable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import current_app

from app.foundation import access
from app.foundation.access import Actor, actors
from app.foundation.database import db, transaction
from app.foundation.signing import entry, factors, log, passwords
from app.foundation.signing.rules import PasswordRules, rules_of
from app.foundation.tenancy.models import Person
from app.kernel.errors import N_, Finding, Invalid


@dataclass(frozen=True)
class Offer:
    """What is put into an authenticator: as a picture (``data:`` address), and by hand in groups of four."""

    picture: str
    typed: str
    address: str


def password_rules() -> PasswordRules:
    """What a page says about a good password."""
    return rules_of(current_app).password


def _actor(person: Person) -> Actor:
    return actors.load(person)


def _row(person: Person) -> Person:
    return db.session.get_one(Person, person.id)


def change_password(
    person: Person, form: Mapping[str, str], session_id: int, *, forced: bool = False
) -> None:
    """Change one's password: the present one, the new one twice. All other sessions end.

    Raises:
        Invalid: the present one is wrong, the two differ, or the new one does not meet the rules.
    """
    person_id, actor = person.id, _actor(person)
    if not entry.confirm_password(person, form.get("current", "")):
        raise Invalid([Finding("current", N_("现在的密码不正确，请重新输入。"), code="password-wrong")])
    if form.get("password", "") != form.get("repeat", ""):
        raise Invalid(
            [Finding("repeat", N_("两次输入的新密码不一致，请重新输入。"), code="password-differs")]
        )
    with access.acting_as(access.system(log.TASK, over=access.EVERYWHERE)), transaction():
        row = db.session.get_one(Person, person_id)
        passwords.set_password(row, form.get("password", ""), actor=actor, keep=session_id)
        if forced:
            entry.settle(row, actor, session_id)


def offer_factor(person: Person, session_id: int) -> Offer:
    """What the page of enrolment shows; the same secret until it is confirmed, in one session.

    Raises:
        Refusal: there is one already.
    """
    with access.acting_as(access.system(log.TASK, over=access.EVERYWHERE)), transaction(aside=True):
        row = _row(person)
        secret = factors.offer(row, session_id)
        address = factors.address_of(row, secret)
    typed = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return Offer(factors.picture(address), typed, address)


def confirm_factor(person: Person, code: str, session_id: int) -> list[str]:
    """The first code; returns the recovery codes, to be shown once. Other sessions stay: they had the password.

    Raises:
        WrongCode: it does not fit.
        Refusal: this session was not shown the secret it belongs to.
    """
    actor = _actor(person)
    with access.acting_as(access.system(log.TASK, over=access.EVERYWHERE)), transaction():
        row = _row(person)
        codes = factors.confirm(row, code, session_id, actor=actor)
        entry.settle(row, actor, session_id)
    return codes


def renew_codes(person: Person, password: str) -> list[str]:
    """New recovery codes instead of the old ones.

    Raises:
        Invalid: the password is wrong.
    """
    actor = _actor(person)
    ensure_password(person, password)
    with access.acting_as(access.system(log.TASK, over=access.EVERYWHERE)), transaction():
        return factors.new_codes(_row(person), actor=actor)


def remove_factor(person: Person, password: str, session_id: int) -> None:
    """Give the authenticator up.

    Raises:
        Invalid: the password is wrong.
        Refusal: a post asks for a second factor.
    """
    actor = _actor(person)
    ensure_password(person, password)
    with access.acting_as(access.system(log.TASK, over=access.EVERYWHERE)), transaction():
        row = _row(person)
        factors.remove(row, actor=actor)
        entry.settle(row, actor, session_id)


def ensure_password(person: Person, password: str) -> None:
    """Before the account is made harder or easier to get into, its owner says his password.

    Raises:
        Invalid: it is wrong, or signing in is paused.
    """
    if not entry.confirm_password(person, password):
        raise Invalid([Finding("current", N_("密码不正确，请重新输入。"), code="password-wrong")])
