"""What a register entry says of a name on a day, and whether an entry is well-formed: pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.kernel import domains
from app.kernel.domains import Domain
from app.kernel.errors import N_, Finding, Refusal

VALID = "valid"
EXPIRED = "expired"
NOT_WORKING = "not-working"
UNREGISTERED = "unregistered"
STATUSES = (VALID, EXPIRED, NOT_WORKING, UNREGISTERED)


@dataclass(frozen=True)
class Standing:
    """How a name stands in the register on a day; ``expires_on`` is None for one that is not registered."""

    ascii: str
    status: str
    expires_on: date | None = None

    @property
    def usable(self) -> bool:
        """Registered, not expired and working (S20)."""
        return self.status == VALID


def judge(ascii_name: str, expires_on: date, working: bool, day: date) -> Standing:
    """The standing of a registered name: the last registered day still counts (S21)."""
    in_force = VALID if working else NOT_WORKING
    return Standing(ascii_name, EXPIRED if expires_on < day else in_force, expires_on)


def read(text: str) -> tuple[Domain, str]:
    """A name for the register and its kind: with Han it is a Chinese domain, else an English one.

    Raises:
        Refusal: field ``domain``; not a well-formed name of either kind.
    """
    try:
        if any(domains.is_han(char) for char in domains.host(text, field="domain").unicode):
            return domains.chinese(text), "chinese"
        return domains.english(text), "english"
    except Refusal as refusal:
        raise Refusal(
            refusal.code, refusal.message, source=refusal.source, field="domain", **refusal.params
        ) from None


def day_findings(registered_on: date, expires_on: date) -> Iterator[Finding]:
    """A registration ends no earlier than it began."""
    if expires_on < registered_on:
        yield Finding("expires_on", N_("到期日期不能早于注册日期。"), code="days-in-order")


def taken() -> Refusal:
    """The name stands in the register already; whose it is remains unsaid."""
    return Refusal(
        "domain-taken",
        N_("该域名已经登记。同一域名只登记一次；确属本单位的，请联系注册管理中心更正。"),
        field="domain",
    )
