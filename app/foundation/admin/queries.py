"""An API's ``q``: rison or JSON, read strictly against what the resource offers."""

from __future__ import annotations

import json
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import prison

from app.foundation.admin import arguments
from app.foundation.admin.arguments import INT_MAX, PAGE_SIZE_MAX, BadArgument
from app.foundation.admin.interface import COUNT_LIMIT
from app.kernel.errors import N_

LONGEST = 4000
FILTERS_MAX = 20
ALL_ROWS = -1
LIST_KEYS = frozenset(
    {"list_columns", "order_columns", "label_columns", "description_columns", "list_title", "none"}
)
ITEM_KEYS = frozenset({"show_columns", "label_columns", "description_columns", "show_title", "none"})
INFO_KEYS = frozenset(
    {"permissions", "list_columns", "show_columns", "order_columns", "search_columns", "none"}
)
_LIST = frozenset(
    {"keys", "columns", "select_columns", "filters", "order_column", "order_direction", "page", "page_size"}
)
_ITEM = frozenset({"keys", "columns", "select_columns"})


@dataclass(frozen=True)
class Query:
    """What a client asks for; empty ``columns`` or ``keys`` means all that are offered."""

    columns: tuple[str, ...] = ()
    keys: frozenset[str] = frozenset()
    filters: tuple[tuple[str, str, Any], ...] = ()
    order: tuple[str, str] | None = None
    page: int = 0
    page_size: int | None = None


def read_list(raw: str, columns: Collection[str], order_columns: Collection[str]) -> Query:
    """The query of a list.

    Raises:
        BadArgument: unreadable, or something asked for that is not offered; the message names it.
    """
    given = _decode(raw, _LIST)
    page, size = _number(given, "page", 0), _number(given, "page_size", ALL_ROWS)
    limit = min(size, PAGE_SIZE_MAX) if size and size > 0 else PAGE_SIZE_MAX
    if page and page * limit >= COUNT_LIMIT:
        raise BadArgument(
            "page",
            N_("参数“%(name)s”超出范围：%(most)s 条之后请按 id 分段取（id 大于上一页最后一条）。"),
            most=COUNT_LIMIT,
        )
    return Query(
        columns=_columns(given, columns),
        keys=_keys(given, LIST_KEYS),
        filters=_filters(given),
        order=_order(given, order_columns),
        page=page or 0,
        page_size=None if size is None else limit,
    )


def read_item(raw: str, columns: Collection[str]) -> Query:
    """The query of one row.

    Raises:
        BadArgument: as ``read_list``.
    """
    given = _decode(raw, _ITEM)
    return Query(columns=_columns(given, columns), keys=_keys(given, ITEM_KEYS))


def read_info(raw: str) -> Query:
    """The query about the resource itself.

    Raises:
        BadArgument: as ``read_list``.
    """
    return Query(keys=_keys(_decode(raw, frozenset({"keys"})), INFO_KEYS))


def _decode(raw: str, known: frozenset[str]) -> dict[str, Any]:
    if not raw.strip():
        return {}
    if len(raw) > LONGEST:
        raise BadArgument("q", N_("参数“%(name)s”过长。"))
    value = _parse(raw)
    if not isinstance(value, dict):
        raise BadArgument("q", N_("参数“%(name)s”应为 rison 或 JSON 对象。"))
    for name in value:
        if name not in known:
            raise BadArgument(str(name), N_("参数“q”中没有“%(name)s”这一项。"))
    return value


def _parse(raw: str) -> Any:
    for read in (prison.loads, json.loads):
        with suppress(Exception):  # prison raises whatever its parser stumbles into; JSON is tried next
            return read(raw)
    raise BadArgument("q", N_("参数“%(name)s”应为 rison 或 JSON 对象。"))


def _number(given: dict[str, Any], name: str, least: int) -> int | None:
    value = given.get(name)
    if value is None:
        return None
    if (
        isinstance(value, bool)
        or not isinstance(value, int)
        or not least <= value <= INT_MAX
        or (least < 0 and not value)
    ):
        raise BadArgument(name, N_("参数“%(name)s”应为范围内的整数。"))
    return value


def _words(given: dict[str, Any], name: str) -> list[str]:
    value = given.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise BadArgument(name, N_("参数“%(name)s”应为文字的列表。"))
    return value


def _columns(given: dict[str, Any], offered: Collection[str]) -> tuple[str, ...]:
    chosen = [*_words(given, "columns"), *_words(given, "select_columns")]
    for one in chosen:
        if one not in offered:
            raise BadArgument(
                "columns", N_("参数“%(name)s”：没有“%(column)s”这一列。"), column=arguments.shown(one)
            )
    return tuple(dict.fromkeys(chosen))


def _keys(given: dict[str, Any], offered: frozenset[str]) -> frozenset[str]:
    chosen = _words(given, "keys")
    for one in chosen:
        if one not in offered:
            raise BadArgument(
                "keys", N_("参数“%(name)s”：没有“%(column)s”这一项。"), column=arguments.shown(one)
            )
    return frozenset(chosen)


def _order(given: dict[str, Any], offered: Collection[str]) -> tuple[str, str] | None:
    column, direction = given.get("order_column"), given.get("order_direction", "asc")
    if direction not in ("asc", "desc"):
        raise BadArgument("order_direction", N_("参数“%(name)s”只能是 asc 或 desc。"))
    if column in (None, ""):
        return None
    if not isinstance(column, str) or column not in offered:
        text = N_("参数“%(name)s”：不能按“%(column)s”排序。")
        raise BadArgument("order_column", text, column=arguments.shown(str(column)))
    return column, direction


def _filters(given: dict[str, Any]) -> tuple[tuple[str, str, Any], ...]:
    value = given.get("filters")
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > FILTERS_MAX:
        raise BadArgument(
            "filters", N_("参数“%(name)s”应为筛选条件的列表，不超过 %(most)s 项。"), most=FILTERS_MAX
        )
    found = []
    for one in value:
        if not isinstance(one, dict) or set(one) != {"col", "opr", "value"}:
            raise BadArgument("filters", N_("参数“%(name)s”的每一项须有 col、opr 和 value。"))
        if not isinstance(one["col"], str) or not isinstance(one["opr"], str):
            raise BadArgument("filters", N_("参数“%(name)s”的每一项须有 col、opr 和 value。"))
        found.append((one["col"], one["opr"], one["value"]))
    return tuple(found)
