"""Whom a result is told, whether it asks for a stop order, and what a sending must say: pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from app.kernel.errors import N_, Finding, Invalid, WrongState

NUMBER_LONGEST, REASON_LONGEST = 60, 500
STOP_SOURCE = "办法第十一条"
REPORT_SOURCE = "办法第九条"
BATCH_LARGEST = 100

# CONAC hears of what passed by the batch that asks for badges (P-3.5); of everything else, and CNNIC of all, by letter.
_TOLD = {
    "passed": ("cnnic",),
    "recalled": ("cnnic",),
    "refused": ("conac", "cnnic"),
    "lapsed": ("conac", "cnnic"),
}
_CAUSES = {"requalification": "refused", "opening": "opening"}


def told(outcome: str) -> tuple[str, ...]:
    """The registries that are told of an outcome (C-art.9, P-3.4)."""
    return _TOLD[outcome]


def cause(kind: str) -> str | None:
    """The cause of a stop order that a refusal asks for; None for a change, after which the old badge stands."""
    return _CAUSES.get(kind)


def required(cause: str) -> bool:
    """Whether the text asks for the order (C-art.11, S26); after a refused opening it is only proposed."""
    return cause != "opening"


def ensure_sending(number: str, day: date, *, first: date, today: date, prefix: str = "") -> str:
    """What a sending must say: the number it left under, and the day.

    Args:
        first: the day of the decision it is about.
        prefix: of the fields' names.

    Returns:
        The number, trimmed.

    Raises:
        Invalid: one of both is missing or cannot be.
    """
    said, found = " ".join(number.split()), []
    if not said:
        found.append(
            Finding(f"{prefix}number", N_("请填写文号或者机要交换号。"), REPORT_SOURCE, "number-missing")
        )
    elif len(said) > NUMBER_LONGEST:
        params = {"n": NUMBER_LONGEST}
        found.append(Finding(f"{prefix}number", N_("不超过 %(n)s 个字。"), code="number-long", params=params))
    if not first <= day <= today:
        found.append(
            Finding(
                f"{prefix}day", N_("发出日期应在作出决定之日（%(first)s）至今天之间。"), REPORT_SOURCE, "day",
                {"first": first.isoformat()},
            )
        )  # fmt: skip
    if found:
        raise Invalid(found)
    return said


def ensure_some(count: int) -> None:
    """Something is ticked, and not too much.

    Raises:
        Invalid: nothing, or more than a letter lists.
    """
    if count < 1:
        raise Invalid([Finding("notices", N_("请至少勾选一项结果。"), REPORT_SOURCE, "notices")])
    if count > BATCH_LARGEST:
        params = {"n": BATCH_LARGEST}
        raise Invalid([Finding("notices", N_("一次最多登记 %(n)s 项。"), code="notices", params=params)])


def ensure_reason(reason: str, *, needed: bool = True) -> str:
    """A reason, trimmed.

    Raises:
        Invalid: missing where it is needed, or too long.
    """
    said = reason.strip()
    if needed and not said:
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
        raise Invalid([Finding("checked", N_("请核对后勾选确认事项，再行确认。"), STOP_SOURCE, "checked")])


def ensure_not_passed(hosts: Collection[str], passed: Collection[str]) -> None:
    """None of the names belongs to a website that has passed since.

    Args:
        hosts: of the order, as the network carries them.
        passed: of what has been approved of the unit since the order was proposed and still stands.

    Raises:
        WrongState: one does.
    """
    if set(hosts) & set(passed):
        raise WrongState(
            "passed-since",
            N_("该网站此后已经审核通过，不能停止解析。请决定不予停止解析并写明理由。"),
            source=STOP_SOURCE,
        )


def ensure_nothing_sent(*days: date | None) -> None:
    """No letter has left.

    Raises:
        WrongState: one has.
    """
    if any(days):
        raise WrongState("stop-sent", N_("停止解析函已经发出，不能再决定不予停止。"), source=STOP_SOURCE)


def ensure_to_send(state: str, sent: date | None) -> None:
    """Confirmed, and this letter has not left.

    Raises:
        WrongState: otherwise.
    """
    if state != "confirmed" or sent is not None:
        raise WrongState(
            "stop-not-to-send",
            N_("只有负责人确认后、尚未发出的停止解析函才能登记发出。请刷新页面查看现在的状态。"),
            source=STOP_SOURCE,
        )


def ensure_stopped(day: date, *, sent: date, today: date) -> None:
    """Resolution stops after both registries were asked to stop it.

    Raises:
        Invalid: an earlier day, or one to come.
    """
    if not sent <= day <= today:
        raise Invalid(
            [
                Finding(
                    "stopped", N_("停止解析日期应在发函之日（%(first)s）至今天之间。"), STOP_SOURCE, "stopped",
                    {"first": sent.isoformat()},
                )
            ]
        )  # fmt: skip
