"""Who lapses, and what may be decided of it: pure (S26)."""

from __future__ import annotations

from collections.abc import Iterable

from app.kernel.errors import N_, Finding, Invalid

REASON_LONGEST = 500
NOT_FILED = frozenset({"draft", "withdrawn"})

LIST, RELIST, FILE, LIFT = "list", "relist", "file", "lift"


def owes(states: Iterable[str]) -> bool:
    """Whether nothing was filed for a site: no application of either kind, or only drafts and withdrawn ones.

    One returned for correction stands; so does one that was decided, whatever the decision, and an opening review.
    """
    return all(state in NOT_FILED for state in states)


def step(state: str | None, *, owing: bool, passed: bool) -> str:
    """What the daily look does with a surveyed site.

    Args:
        state: of its row in this campaign; None when it has none.
        passed: whether its filing date is over.

    Returns:
        ``list``, ``relist``, ``file``, ``lift``; empty when nothing is to be done.
    """
    if state is None:
        return LIST if owing and passed else ""
    if state == "candidate":
        return FILE if not owing else "" if passed else LIFT
    if state in ("filed", "lifted"):
        return RELIST if owing and passed else ""
    return ""


def ensure_reason(reason: str) -> str:
    """A reason with something in it, trimmed.

    Raises:
        Invalid: empty or too long.
    """
    said = reason.strip()
    if not said:
        raise Invalid([Finding("reason", N_("请写明理由，开办单位将看到这段文字。"), code="reason-empty")])
    if len(said) > REASON_LONGEST:
        params = {"n": REASON_LONGEST}
        raise Invalid([Finding("reason", N_("理由不超过 %(n)s 个字。"), code="reason-long", params=params)])
    return said


def ensure_checked(checked: bool) -> None:
    """Whoever confirms has looked at it.

    Raises:
        Invalid: not said so.
    """
    if not checked:
        raise Invalid(
            [Finding("checked", N_("请核对后勾选确认事项，再行确认。"), code="lapse-unchecked")],
            source="通知第四条",
        )
