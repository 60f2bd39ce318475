"""What the address and forms of these pages carry, read strictly."""

from __future__ import annotations

from flask import request

from app.foundation.admin import arguments
from app.kernel.errors import N_

LAST_PAGE = 10_000


def page_number() -> int:
    """The page asked for, from 1.

    Raises:
        BadArgument: not a whole number.
    """
    raw = request.args.get("page", "1").strip()
    number = arguments.key(raw)
    if not number:
        raise arguments.BadArgument("page", N_("参数“%(name)s”应为不小于 1 的整数。"))
    return min(number, LAST_PAGE)


def ticked(name: str) -> list[int]:
    """The keys ticked in a form, each once.

    Raises:
        NotSeen: one of them cannot be a key.
    """
    found = [arguments.key(raw) for raw in dict.fromkeys(request.form.getlist(name))]
    if None in found:
        raise arguments.unseen()
    return [key for key in found if key is not None]
