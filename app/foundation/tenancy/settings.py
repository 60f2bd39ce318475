"""An office's own settings: which keys there are, what they may hold, and how they are looked up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_network
from typing import Any

from app.foundation.limits import Limits, LimitsError, national_materials
from app.foundation.tenancy.models import RANKS, Office
from app.kernel.errors import N_

Fault = tuple[str, dict[str, object]]

INHERITED = frozenset(
    {
        "area_code",
        "document",
        "ip_ranges",
        "lapse",
        "quiet_hours",
        "second_factor",
        "session_hours",
        "session_idle",
        "three_administrators",
    }
)


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _filing(value: Any) -> Iterator[Fault]:
    if not isinstance(value, Mapping) or set(value) != {"own_from", "source"}:
        yield N_("filing 应写明 own_from 和 source。"), {}
        return
    if value["own_from"] not in RANKS:
        yield N_("filing 的 own_from 不是规格：%(rank)s。"), {"rank": value["own_from"]}
    if not _text(value["source"]):
        yield N_("filing 没有写明来源。"), {}


def _lapse(value: Any) -> Iterator[Fault]:
    if not isinstance(value, Mapping) or set(value) != {"words", "source"}:
        yield N_("lapse 应写明 words 和 source。"), {}
        return
    if not _text(value["words"]) or not _text(value["source"]):
        yield N_("lapse 的 words（后果）和 source（来源）不能为空。"), {}


def _materials(value: Any) -> Iterator[Fault]:
    try:
        national_materials().overridden(value)
    except LimitsError as error:
        yield N_("materials 有误：%(error)s。"), {"error": error}


def _pattern(pattern: str, message: str) -> Callable[[Any], Iterator[Fault]]:
    def check(value: Any) -> Iterator[Fault]:
        if not isinstance(value, str) or not re.fullmatch(pattern, value, re.ASCII):
            yield message, {"value": value}

    return check


def _some_text(value: Any) -> Iterator[Fault]:
    if not _text(value):
        yield N_("document 应为文件名称或文号。"), {}


def _one_of(words: tuple[str, ...], message: str) -> Callable[[Any], Iterator[Fault]]:
    def check(value: Any) -> Iterator[Fault]:
        if value not in words:
            yield message, {"value": value}

    return check


def _whole(most: int, message: str) -> Callable[[Any], Iterator[Fault]]:
    def check(value: Any) -> Iterator[Fault]:
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
            yield message, {"value": value, "most": most}

    return check


def _switch(message: str) -> Callable[[Any], Iterator[Fault]]:
    def check(value: Any) -> Iterator[Fault]:
        if not isinstance(value, bool):
            yield message, {"value": value}

    return check


def _ranges(value: Any) -> Iterator[Fault]:
    if not isinstance(value, list) or not value:
        yield N_("ip_ranges 应为地址段的列表。"), {}
        return
    for one in value:
        try:
            ip_network(str(one))
        except ValueError:
            yield N_("ip_ranges 应为地址段，例如 203.0.113.0/24：%(value)s。"), {"value": one}


CLOCKS = "clocks"
SCHEMA: Mapping[str, Callable[[Any], Iterator[Fault]]] = {
    "application_prefix": _pattern(
        r"[A-Z]{2,8}", N_("application_prefix 应为 2 至 8 个大写字母：%(value)s。")
    ),
    "area_code": _pattern(r"0\d{2,3}", N_("area_code 应为带引号的固定电话区号：%(value)s。")),
    "badge_segment": _pattern(r"\d{4}", N_("badge_segment 应为带引号的 4 位数字：%(value)s。")),
    "document": _some_text,
    "filing": _filing,
    "ip_ranges": _ranges,
    "lapse": _lapse,
    "materials": _materials,
    "second_factor": _one_of(
        ("required", "optional"), N_("second_factor 应为 required（须启用）或 optional（自愿）：%(value)s。")
    ),
    "session_hours": _whole(24 * 7, N_("session_hours 应为 1 至 %(most)s 的整数（小时）：%(value)s。")),
    "three_administrators": _switch(
        N_("three_administrators 应为 true（系统、安全、审计管理岗须由三人担任）或 false：%(value)s。")
    ),
    "quiet_hours": _pattern(
        r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d",
        N_("quiet_hours 应为带引号的时段，例如 21:00-08:00：%(value)s。"),
    ),
    "session_idle": _whole(24 * 60, N_("session_idle 应为 1 至 %(most)s 的整数（分钟）：%(value)s。")),
}


def faults(settings: Any, national: Limits) -> Iterator[Fault]:
    """What is wrong with one office's settings: unknown keys and bad values, as msgid and parameters.

    ``clocks`` are laid over the ``national`` limits, which refuse an unknown clock or a departure from a firm
    one without a reason.
    """
    if not isinstance(settings, Mapping):
        yield N_("机构设定应为“键: 值”形式。"), {}
        return
    for key, value in settings.items():
        if key == CLOCKS:
            yield from _clocks(value, national)
        elif key in SCHEMA:
            yield from SCHEMA[key](value)
        else:
            yield N_("不认识的设定：%(key)s。"), {"key": key}


def _clocks(value: Any, national: Limits) -> Iterator[Fault]:
    if not isinstance(value, Mapping):
        yield N_("clocks 应为时限名称到时限的对应。"), {}
        return
    try:
        national.overridden(value)
    except LimitsError as error:
        yield N_("clocks 有误：%(error)s。"), {"error": error}


def setting(office: Office, key: str) -> Any:
    """An office's setting, or None.

    ``INHERITED`` keys are looked for upwards too; clocks and filing rules bind only the office
    that sets them.

    Raises:
        KeyError: no setting of that name exists.
    """
    if key not in SCHEMA and key not in {CLOCKS, "source"}:
        raise KeyError(key)
    node: Office | None = office
    while node is not None:
        if key in node.settings:
            return node.settings[key]
        node = node.parent if key in INHERITED else None
    return None
