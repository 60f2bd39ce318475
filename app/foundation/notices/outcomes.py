"""What a port answers: taken, refused for good, or worth another try; with a coded reason and a bare status."""

from __future__ import annotations

import re
from dataclasses import dataclass

SENT, REFUSED, LATER = "sent", "refused", "later"
REASONS = (
    "address", "rejected", "unreachable", "dropped", "busy", "credentials", "insecure", "template", "limit",
    "unanswered", "bounced", "exhausted", "malformed",
)  # fmt: skip
_STATUS = re.compile(r"\b([245]\d\d)\b(?:[ -]+([245]\.\d{1,3}\.\d{1,3}))?")
_WORD = re.compile(r"[A-Za-z][A-Za-z.]{0,48}")


@dataclass(frozen=True)
class Outcome:
    """``state`` is one of ``sent``, ``refused`` and ``later``; ``reason`` one of ``REASONS``."""

    state: str
    reason: str = ""
    detail: str = ""


def status(code: int, said: bytes | str = b"") -> str:
    """``550 5.1.1`` out of what a mail server said: its words may name people and are not kept."""
    words = said.decode("ascii", "replace") if isinstance(said, bytes) else said
    found = _STATUS.search(f"{code} {words}")
    if found is None:
        return str(code)
    return " ".join(part for part in found.groups() if part)


def code_word(said: object) -> str:
    """An error code of a gateway such as ``LimitExceeded.Phone``; anything else is not kept."""
    found = _WORD.fullmatch(str(said))
    return found[0] if found else ""
