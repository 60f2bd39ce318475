"""Two people at one form: both versions side by side, field by field, and the second save says which to take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import request

TAKE = "take-"
SETTLE = "settle"  # a hidden field for each choice a page offered, so that none is passed over


@dataclass(frozen=True)
class Conflict:
    """One field: what somebody else saved meanwhile, and what was typed here."""

    name: str
    label: str
    theirs: str
    mine: str


def takes_theirs(name: str) -> bool:
    """Whether the post takes the other's value for this field."""
    return request.form.get(TAKE + name) == "theirs"


def unsettled() -> bool:
    """Whether the page offered a choice that was not made."""
    return any(
        request.form.get(TAKE + name) not in {"theirs", "mine"} for name in request.form.getlist(SETTLE)
    )


def differing(fields: Iterable[tuple[str, str, str, str]]) -> list[Conflict]:
    """Conflicts of (name, label, theirs, mine) where the two differ."""
    return [Conflict(*one) for one in fields if one[2].strip() != one[3].strip()]
