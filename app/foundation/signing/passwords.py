"""What a password must be, and setting one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select

from app.foundation import audit, clock
from app.foundation.access import Actor
from app.foundation.access.actors import UNGUARDED
from app.foundation.database import db
from app.foundation.signing import sessions
from app.foundation.signing.hashing import hash_password, normal, verify
from app.foundation.signing.models import FormerPassword
from app.foundation.signing.rules import PasswordRules, rules_of
from app.foundation.tenancy.models import Person
from app.kernel.errors import N_, Finding, Invalid

FIELD = "password"
_REPLACED = str.maketrans("0134578@$!", "oleastbasi")
_RUNS = (
    "0123456789012345",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv",
)
_RUN = 6
_TAIL = re.compile(
    r"[\W_][\W_\d]*\Z"
)  # a sign and a year: what is put behind a word that the rules would refuse


def _rules() -> PasswordRules:
    return rules_of(current_app).password


def _finding(code: str, message: str, **params: object) -> Finding:
    return Finding(FIELD, message, code=code, params=params)


def _classes(password: str) -> int:
    return sum(
        (
            any(c.isascii() and c.isupper() for c in password),
            any(c.isascii() and c.islower() for c in password),
            any(c.isdigit() for c in password),
            any(not (c.isascii() and c.isalnum()) and not c.isspace() and not c.isdigit() for c in password),
        )
    )


def _shape(password: str, rules: PasswordRules) -> Iterator[Finding]:
    if len(password) < rules.length:
        yield _finding("password-short", N_("密码至少 %(n)s 位，请加长。"), n=rules.length)
    if len(password) > rules.longest:
        yield _finding("password-long", N_("密码最多 %(n)s 位，请缩短。"), n=rules.longest)
    if any(not c.isprintable() for c in password):
        yield _finding("password-unprintable", N_("密码含有不可见字符，请重新输入。"))
    if _classes(password) < rules.classes:
        yield _finding(
            "password-classes",
            N_("请使用大写字母、小写字母、数字、其他字符四类中的至少 %(n)s 类。"),
            n=rules.classes,
        )


def _plain(password: str) -> Iterator[str]:
    """The words a password may be a disguise of."""
    folded = password.casefold()
    for form in (folded, folded.translate(_REPLACED)):
        yield form
        yield form.strip("0123456789!@#$%^&*()_-+=.,?~`'\"\\/|:;<>[]{} ")
        yield _TAIL.sub("", form)
        yield "".join(c for c in form if c.isalnum())
        yield "".join(c for c in form if c.isalpha())


def _is_run(password: str) -> bool:
    """Mostly one character repeated, or a row of the keyboard, the alphabet or the digits."""
    folded = password.casefold()
    if len(set(folded)) <= 4:
        return True
    longest = 0
    for row in (*_RUNS, *(row[::-1] for row in _RUNS)):
        for start in range(len(folded)):
            size = next(
                (n for n in range(len(folded) - start, _RUN - 1, -1) if folded[start : start + n] in row), 0
            )
            longest = max(longest, size)
    return longest * 2 > len(folded)


def _common(password: str, rules: PasswordRules) -> Iterator[Finding]:
    if _is_run(password) or any(form in rules.common for form in _plain(password)):
        yield _finding("password-common", N_("这个密码过于常见或有规律，容易被猜出，请另设一个。"))


def _names(password: str, person: Any) -> Iterator[Finding]:
    folded = password.casefold()
    names = {str(person.username or ""), *str(person.username or "").split("."), str(person.last_name or "")}
    if any(len(name) >= 3 and name.casefold() in folded for name in names):
        yield _finding("password-name", N_("密码中不得含有用户名或姓名，请另设一个。"))


def _used(password: str, person: Any, rules: PasswordRules) -> Iterator[Finding]:
    if person.id is None:
        return
    former = db.session.scalars(
        select(FormerPassword.hashed)
        .where(FormerPassword.person_id == person.id)
        .order_by(FormerPassword.id.desc())
        .limit(rules.history - 1),
        execution_options=UNGUARDED,
    )
    if any(verify(hashed, password) for hashed in (person.password, *former) if hashed):
        yield _finding("password-used", N_("不得使用最近 %(n)s 次用过的密码，请另设一个。"), n=rules.history)


def check(password: str, person: Any) -> tuple[Finding, ...]:
    """What is wrong with a new password for ``person`` (who need not be stored yet); empty when it will do."""
    rules, text = _rules(), normal(password)
    if len(text) > rules.longest:  # nor is it looked at: what follows takes time that grows with its length
        return tuple(one for one in _shape(text[: rules.longest + 1], rules) if one.code == "password-long")
    found = [*_shape(text, rules), *_common(text, rules), *_names(text, person)]
    return tuple(found or _used(password, person, rules))


def set_password(
    person: Person, password: str, *, actor: Actor, must_change: bool = False, keep: int | None = None
) -> None:
    """Give a person a new password and end his sessions (``keep``: the session it is done from).

    Args:
        must_change: somebody else chose it, so that it only opens the page where it is changed.

    Raises:
        Invalid: it does not meet the rules; one finding for each.
    """
    findings = check(password, person)
    if findings:
        raise Invalid(findings)
    if person.id is not None and person.password:
        db.session.add(FormerPassword(person_id=person.id, hashed=person.password, replaced_at=clock.wall()))
    person.password = hash_password(password)
    person.password_changed_at = clock.wall()
    person.must_change = must_change
    db.session.add(person)
    audit.record(actor, "person.password_set", person, after={"must_change": must_change})
    sessions.end_all(person, by=actor.name, why="password", keep=keep)


def expires_on(person: Person) -> datetime | None:
    """When the password has to be changed; None for a demo account and where the count has not begun."""
    changed = person.password_changed_at
    return None if changed is None or person.demo else changed + timedelta(days=_rules().expires_days)


def expired(person: Person) -> bool:
    """Whether the password is older than it may get."""
    last = expires_on(person)
    return last is not None and clock.wall() > last
