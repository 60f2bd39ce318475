"""Badge numbers: readable, hierarchical, and forgiving to people who type them."""

from __future__ import annotations

import re
import unicodedata

from app.kernel.errors import N_, Refusal
from app.plugins.registry.numbering import office_digits

PREFIX = "CB"
SEQUENCE_LAST = 9999

_ACCOUNT = re.compile(r"[0-9]{8}", re.ASCII)
_NUMBER = re.compile(r"CB[0-9]{21}", re.ASCII)
_LONGEST_TYPED = 120


def badge_number(office_path: str, account: str, sequence: int, own_segment: str | None = None) -> str:
    """``CB`` + the reviewing office's province, city and county + unit account (8) + site sequence (4).

    Raises:
        Refusal: the office has no digits, the account is not eight digits, or the sequence is used up.
    """
    digits = office_digits(office_path, own_segment)
    if not _ACCOUNT.fullmatch(account):
        raise Refusal("badge-account", N_("单位账号“%(account)s”应为 8 位数字。"), account=account)
    if not 1 <= sequence <= SEQUENCE_LAST:
        raise Refusal("badge-sequence", N_("该单位的网站序号已超出四位，不能再编号。"))
    return f"{PREFIX}{digits}{account}{sequence:04d}"


def normalise(typed: str) -> str:
    """What somebody typed or pasted, as a number is written: half-width, upper case, no spaces or hyphens."""
    text = unicodedata.normalize("NFKC", typed[:_LONGEST_TYPED]).upper()
    return "".join(char for char in text if char.isalnum() or not _dropped(char))


def _dropped(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) in {"Pd", "Cf", "Cc"}


def is_number(text: str) -> bool:
    """Whether a normalised text has the form of a number of ours."""
    return _NUMBER.fullmatch(text) is not None
