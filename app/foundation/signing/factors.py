"""The second factor: an authenticator's six digits (TOTP, RFC 6238), and recovery codes for when it is lost."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import pyotp
import segno
from flask import current_app
from sqlalchemy import delete, func, select

from app.foundation import access, audit, clock
from app.foundation.access import Actor, Facts
from app.foundation.access.actors import UNGUARDED
from app.foundation.database import db
from app.foundation.signing import sessions
from app.foundation.signing.models import RecoveryCode, SecondFactor
from app.foundation.signing.rules import FactorRules, rules_of
from app.foundation.tenancy import people, people_rules
from app.foundation.tenancy.models import Office, Person
from app.foundation.tenancy.settings import setting
from app.kernel.errors import N_, AccessDenied, Refusal

STEP = 30
_CODE_BYTES = 15  # 120 bits: nothing to guess, so that a plain digest keeps it
_GROUP = 6


class WrongCode(Refusal):
    """A code that is not accepted; why is not said."""

    def __init__(self) -> None:
        super().__init__(
            "wrong-code", N_("验证码不正确或者已经用过，请核对手机时间后输入新的验证码。"), field="code"
        )


@dataclass(frozen=True)
class FactorState:
    """Whether a person has an authenticator, since when (UTC), and the recovery codes left."""

    enrolled: bool
    since: datetime | None = None
    codes_left: int = 0


def _rules() -> FactorRules:
    return rules_of(current_app).factor


def _row(person_id: int, *, lock: bool = False) -> SecondFactor | None:
    query = select(SecondFactor).where(SecondFactor.person_id == person_id)
    return db.session.scalar(query.with_for_update() if lock else query, execution_options=UNGUARDED)


def enrolled(person_id: int) -> bool:
    """Whether signing in takes a code."""
    query = select(SecondFactor.id).where(
        SecondFactor.person_id == person_id, SecondFactor.confirmed_at.is_not(None)
    )
    return db.session.scalar(query, execution_options=UNGUARDED) is not None


def state(person_id: int) -> FactorState:
    """How things stand, for a page about the person."""
    row = _row(person_id)
    if row is None or row.confirmed_at is None:
        return FactorState(False)
    left = db.session.scalar(
        select(func.count())
        .select_from(RecoveryCode)
        .where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None)),
        execution_options=UNGUARDED,
    )
    return FactorState(True, row.confirmed_at, left or 0)


def required(actor: Actor) -> bool:
    """Whether a post at an office, desk or registry asks for a second factor, by that office's setting."""
    for post in actor.posts:
        if post.office_id is None:
            continue
        office = db.session.get(Office, post.office_id)
        if office is not None and (setting(office, "second_factor") or _rules().offices) == "required":
            return True
    return False


def office_posts(actor: Actor) -> str:
    """The posts that ``required`` looks at, as one short word: when it changes, it is asked again."""
    held = sorted(post.post_id or 0 for post in actor.posts if post.office_id is not None)
    return sha256(repr(held).encode()).hexdigest()[:32] if held else ""


# -- enrolling ---------------------------------------------------------------------------------------------


def offer(person: Person, session_id: int) -> str:
    """The secret to put into an authenticator: kept unconfirmed until a code proves it arrived.

    It is the same as long as the session is: whoever read it in another one reads what will never be confirmed.
    """
    row = _row(person.id, lock=True)
    if row is not None and row.confirmed_at is not None:
        raise Refusal("factor-present", N_("已经启用两步验证。更换手机的，请先停用再重新启用。"))
    if row is None:
        row = SecondFactor(person_id=person.id, secret=pyotp.random_base32(), offered_in=session_id)
        db.session.add(row)
    elif row.offered_in != session_id:
        row.secret, row.offered_in = pyotp.random_base32(), session_id
    db.session.flush()
    return row.secret


def address_of(person: Person, secret: str) -> str:
    """The ``otpauth:`` address an authenticator reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=person.username, issuer_name=_rules().issuer)


def picture(address: str) -> str:
    """A QR code as a ``data:`` image."""
    return segno.make(address, error="m").svg_data_uri(scale=5, border=3)


def confirm(person: Person, code: str, session_id: int, *, actor: Actor) -> list[str]:
    """The first code from the authenticator: from now on signing in takes one. Returns the recovery codes, once.

    Raises:
        WrongCode: it does not fit.
        Refusal: nothing was offered in this session, or another was offered something since.
    """
    row = _row(person.id, lock=True)
    if row is None or row.confirmed_at is not None or row.offered_in != session_id:
        raise Refusal("factor-none", N_("请重新打开启用两步验证的页面，按步骤操作。"))
    if not _matches(row, code):
        raise WrongCode
    row.confirmed_at = clock.wall()
    codes = _issue_codes(person.id)
    audit.record(actor, "factor.enrolled", person)
    return codes


def new_codes(person: Person, *, actor: Actor) -> list[str]:
    """Replace all recovery codes."""
    codes = _issue_codes(person.id)
    audit.record(actor, "factor.codes_renewed", person)
    return codes


def _issue_codes(person_id: int) -> list[str]:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    codes = [_made_code() for _number in range(_rules().recovery_codes)]
    db.session.add_all(RecoveryCode(person_id=person_id, digest=_digest(person_id, code)) for code in codes)
    db.session.flush()
    return codes


def _made_code() -> str:
    text = base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode().lower()
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))


def _digest(person_id: int, code: str) -> str:
    plain = "".join(c for c in code.lower() if c.isalnum())
    return sha256(f"{person_id}:{plain}".encode()).hexdigest()


# -- using -------------------------------------------------------------------------------------------------


def accept(person: Person, code: str) -> bool:
    """Whether a code from the authenticator or a recovery code is right; it is used up. In a transaction."""
    row = _row(person.id, lock=True)
    if row is None or row.confirmed_at is None:
        return False
    return _matches(row, code) or _recovers(person.id, code)


def _matches(row: SecondFactor, code: str) -> bool:
    """One step to either side is allowed for clocks; a step at or before the last accepted one is not."""
    digits = "".join(c for c in code if not c.isspace())
    if not (digits.isascii() and digits.isdecimal() and len(digits) == 6):
        return False
    now = int(clock.wall().timestamp()) // STEP
    totp = pyotp.TOTP(row.secret)
    for step in (now - 1, now, now + 1):
        if secrets.compare_digest(totp.generate_otp(step), digits) and step > row.last_step:
            row.last_step = step
            db.session.flush()
            return True
    return False


def _recovers(person_id: int, code: str) -> bool:
    row = db.session.scalar(
        select(RecoveryCode)
        .where(RecoveryCode.digest == _digest(person_id, code), RecoveryCode.used_at.is_(None))
        .with_for_update()
    )
    if row is None:
        return False
    row.used_at = clock.wall()
    db.session.flush()
    return True


# -- leaving -----------------------------------------------------------------------------------------------


def forget(person: Person) -> None:
    """No authenticator and no recovery code of the account holds any longer; in a transaction."""
    for model in (RecoveryCode, SecondFactor):
        db.session.execute(delete(model).where(model.person_id == person.id), execution_options=UNGUARDED)


def remove(person: Person, *, actor: Actor) -> None:
    """A person gives his authenticator up.

    Raises:
        Refusal: a post asks for it.
    """
    if required(actor):
        raise Refusal(
            "factor-required",
            N_("所在机构要求机构岗位启用两步验证，不能停用。更换手机的，请联系本机构安全管理岗重置。"),
        )
    forget(person)
    audit.record(actor, "factor.removed", person)


def _reaches(actor: Actor, seat: people_rules.Seat) -> bool:
    return access.can(actor, "user", "reset-factor", Facts(seat.path, None, seat.unit_id))


def reset(person: Person, *, actor: Actor) -> None:
    """Somebody lost his authenticator (安全管理岗): he enrols anew; his sessions end.

    Raises:
        AccessDenied: the account, or a post on it, lies outside the actor's office and below; or it is his own.
        Refusal: there is none.
    """
    ensure_may_reset(person, actor=actor)
    if _row(person.id) is None:
        raise Refusal("factor-none", N_("该人员没有启用两步验证，不需重置。"))
    forget(person)
    sessions.end_all(person, by=actor.name, why="factor")
    audit.record(actor, "factor.reset", person)


def ensure_may_reset(person: Person, *, actor: Actor) -> None:
    """As for a new way in: reach over every post on the account, not over the account alone.

    Raises:
        AccessDenied: see ``reset``.
    """
    access.require(actor, "user", "reset-factor", person)
    if actor.person_id is not None and actor.person_id == person.id:
        raise AccessDenied(
            "own-factor",
            N_("不能重置自己的两步验证。请由本机构其他安全管理岗或者上级机构安全管理岗办理。"),
            source="岗位权限表",
        )
    people_rules.ensure_whole(
        people.seats_of(person.id), lambda seat: _reaches(actor, seat), people_rules.WHOLE_SECURITY
    )


def may_reset(person: Person, actor: Actor) -> bool:
    """The same answer, for a page."""
    try:
        ensure_may_reset(person, actor=actor)
    except AccessDenied:
        return False
    return True
