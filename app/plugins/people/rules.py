"""Codes and invitations: how a code is made and compared, and whether an invitation still opens anything."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

from app.foundation import strict_yaml
from app.kernel.errors import N_, Refusal

FILE = "invitations.yaml"
# Neither 0, O, 1, I, L nor U and V beside each other: a code is read from paper and typed.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTWXYZ"

Pick = Callable[[Sequence[str]], str]


@dataclass(frozen=True)
class InvitationRules:
    """The file: groups of characters in a code, working days it holds, wrong tries it survives, limits of the page."""

    groups: int
    size: int
    workdays: int
    attempts: int
    per_address: str
    per_account: str


def load(folder: Path) -> InvitationRules:
    """Read ``invitations.yaml``.

    Raises:
        ShapeError: a key is unknown, missing or mistyped.
    """
    file = strict_yaml.read(folder / FILE).only("code", "workdays", "attempts", "rates")
    code, rates = (
        file.section("code").only("groups", "size"),
        file.section("rates").only("address", "account"),
    )
    return InvitationRules(
        code.whole("groups"),
        code.whole("size"),
        file.whole("workdays"),
        file.whole("attempts"),
        rates.text("address"),
        rates.text("account"),
    )


def make_code(rules: InvitationRules, pick: Pick = secrets.choice) -> str:
    """A new code as it is printed: ``7KQM-2H9T-…``."""
    groups = ("".join(pick(ALPHABET) for _ in range(rules.size)) for _ in range(rules.groups))
    return "-".join(groups)


def digest(code: str) -> str:
    """What is stored of a code; spaces, hyphens and case do not count (77 random bits need no slow hash)."""
    plain = "".join(c for c in code.upper() if c.isascii() and c.isalnum())
    return sha256(f"bianban-invitation:{plain}".encode()).hexdigest()


def matches(code: str, stored: str) -> bool:
    """Whether this is the code, compared in constant time."""
    return hmac.compare_digest(digest(code), stored)


@dataclass(frozen=True)
class Standing:
    """An invitation as the rules see it; ``expires_on`` is the last day it holds (Asia/Shanghai, wall time)."""

    expires_on: date
    attempts: int
    used_at: datetime | None
    revoked_at: datetime | None


def state(one: Standing, today: date, most: int) -> str:
    """``used``, ``revoked``, ``expired``, ``spent`` (too many wrong tries) or ``open``."""
    if one.used_at is not None:
        return "used"
    if one.revoked_at is not None:
        return "revoked"
    if one.expires_on < today:
        return "expired"
    return "spent" if one.attempts >= most else "open"


def ensure_latest(seen: int | None, latest: int | None) -> None:
    """A second click, or a second administrator, does not void the code just printed.

    Raises:
        Refusal: another invitation was issued since the page was read.
    """
    if seen is not None and seen != (latest or 0):
        raise Refusal(
            "issued-meanwhile",
            N_(
                "您打开页面之后，已经签发过新的启用码，本次没有重复签发。确需重新签发的，请刷新页面后再办理。"
            ),
        )


def ensure_way(way: str, known: Sequence[str], email: str) -> None:
    """Raises:
    Refusal: an unknown way, or no address to write to.
    """
    if way not in known:
        raise Refusal("way", N_("请选择通知方式。"), field="way")
    if way == "email" and email.endswith(".invalid"):
        raise Refusal("no-email", N_("该账号没有登记电子邮箱，请打印启用通知单。"), field="way")
