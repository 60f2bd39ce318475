"""Where the measures say 原则上: what the office has to let pass, and how its reason is printed (C-art.3). Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from flask_babel import lazy_gettext as _l

from app.kernel.errors import N_, Finding

LONGEST = 500
# What is let pass, in the words of the opinion the office prints.
LABELS: dict[str, Any] = {
    "no-administration": _l("同意不具有行政管理职能的事业单位开办"),
    "use-upper-site": _l("同意县级部门、乡镇单独建设"),
}


def missing(found: Iterable[Finding], allowed: Collection[str]) -> list[Finding]:
    """What stands in the way of passing: an exception nobody has let pass with a reason."""
    return [
        Finding(
            f"exception-{one.code}",
            N_("“原则上”的例外还没有写明同意的理由，不能通过。"),
            one.source,
            "exception-missing",
        )
        for one in found
        if one.code not in allowed
    ]


def reasoned(code: str, reason: str) -> list[Finding]:
    """What is wrong with the reason given for one exception."""
    where = f"exception-{code}"
    if not reason:
        return [
            Finding(
                where, N_("请写明同意的理由，理由将印在申请表“机构编制部门意见”栏。"), "办法第三条", "empty"
            )
        ]
    if len(reason) > LONGEST:
        return [Finding(where, N_("说明不超过 %(n)s 个字。"), code="too-long", params={"n": LONGEST})]
    return []
