"""What arrives in a request, read strictly: it is usable, or it is refused by name."""

from __future__ import annotations

import re
from collections.abc import Collection, Container
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from flask import request
from sqlalchemy import BigInteger
from werkzeug.datastructures import MultiDict

from app.foundation.clock import SHANGHAI
from app.kernel.errors import N_, NotSeen, Refusal

INT_MAX = 2**31 - 1
BIG_MAX = 2**63 - 1
TEXT_MAX = 200
LIST_MAX = 100
PAGE_SIZE_MAX = 100
PAGE_MAX = 10_000

_UNCLEAN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffd]")
_DIGITS = re.compile(r"[0-9]+\Z")
_FILTER = re.compile(r"_flt_([0-9]{1,2})_(.+)\Z", re.DOTALL)
_TRUE = frozenset({"1", "y", "yes", "true", "on"})
_FALSE = frozenset({"0", "n", "no", "false", "off"})


class BadArgument(Refusal):
    """An address or query carries something unusable; the message names it."""

    status: ClassVar[int] = 400

    def __init__(self, field: str, message: str, **params: Any) -> None:
        super().__init__("bad-argument", message, field=field, name=shown(field), **params)


@dataclass(frozen=True)
class Condition:
    """One filter of a list as it came: the column, the number of its operator, the values."""

    argument: str
    column: str
    number: int
    values: tuple[str, ...]


@dataclass(frozen=True)
class ListArguments:
    """Where a list stands: page from 0, rows a page, order, filters."""

    page: int = 0
    page_size: int | None = None
    order: tuple[str, str] | None = None
    conditions: tuple[Condition, ...] = ()


def unclean(text: str) -> bool:
    """True for text no form sends: NUL and other control characters, half characters, failed decodings."""
    return _UNCLEAN.search(text) is not None


def shown(text: str) -> str:
    """A name from outside, fit to stand in a message."""
    return _UNCLEAN.sub("□", text)[:60]


def screen_query() -> None:
    """Refuse what no page can use, before any view runs.

    Raises:
        NotSeen: an id in the address is larger than any id, or undecodable.
        BadArgument: a query argument holds control characters or failed decodings.
    """
    for value in (request.view_args or {}).values():
        if (isinstance(value, int) and value > INT_MAX) or (isinstance(value, str) and unclean(value)):
            raise unseen()
    _screen(request.args)


def screen_form() -> None:
    """The same for posted fields of pages that bind their forms by hand.

    Raises:
        BadArgument: a posted field holds control characters or failed decodings.
    """
    _screen(request.form)


def _screen(values: MultiDict[str, str]) -> None:
    for name, value in values.items(multi=True):
        if unclean(name) or unclean(value):
            raise BadArgument(name, N_("“%(name)s”含有无法识别的字符：请使用 UTF-8 编码的文字。"))


def unseen() -> NotSeen:
    """The refusal for everything that does not exist or may not be known to exist."""
    return NotSeen("not-seen", N_("没有找到这条记录：它不存在，或者不在您的管辖范围内。"))


def key(raw: object) -> int | None:
    """An integer primary key, or None when it cannot be one."""
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int):
        return raw if 0 <= raw <= INT_MAX else None
    if isinstance(raw, str) and _DIGITS.match(raw) and len(raw) <= 10:
        return key(int(raw))
    return None


def offered(name: str, among: Container[str], default: str = "") -> str:
    """A filter of the address, empty where none is asked for.

    Raises:
        BadArgument: it is not offered.
    """
    value = request.args.get(name, default)
    if value and value not in among:
        raise BadArgument(name, N_("参数“%(name)s”没有这个选项。"))
    return value


def page_number() -> int:
    """The page asked for, from 1.

    Raises:
        BadArgument: it is no such number.
    """
    number = key(request.args.get("page", "1").strip())
    if not number:
        raise BadArgument("page", N_("参数“%(name)s”应为不小于 1 的整数。"))
    return min(number, PAGE_MAX)


def ticked(field: str) -> list[int]:
    """The keys ticked in a form, each once.

    Raises:
        BadArgument: too many. NotSeen: one cannot be a key.
    """
    found = [key(raw) for raw in dict.fromkeys(request.form.getlist(field))]
    if len(found) > LIST_MAX:
        raise BadArgument(field, N_("一次最多办理 %(most)s 条。"), most=LIST_MAX)
    keys = [one for one in found if one is not None]
    if len(keys) != len(found):
        raise unseen()
    return list(dict.fromkeys(keys))


def read_list(view: str, args: MultiDict[str, str], order_columns: Collection[str]) -> ListArguments:
    """FAB's list arguments for one view; those of other views on the page are not looked at.

    Raises:
        BadArgument: a page that is no number, an order column or direction that is not offered.
    """
    return ListArguments(
        page=_page(f"page_{view}", args),
        page_size=_page_size(f"psize_{view}", args),
        order=_order(view, args, order_columns),
        conditions=_conditions(args),
    )


def _number(name: str, args: MultiDict[str, str]) -> int | None:
    raw = args.get(name, "").strip()
    if not raw:
        return None
    if not _DIGITS.match(raw):
        raise BadArgument(name, N_("参数“%(name)s”应为不小于 0 的整数。"))
    return int(raw) if len(raw) <= 9 else INT_MAX


def _page(name: str, args: MultiDict[str, str]) -> int:
    return _number(name, args) or 0


def _page_size(name: str, args: MultiDict[str, str]) -> int | None:
    size = _number(name, args)
    return None if size is None else max(1, min(size, PAGE_SIZE_MAX))


def _order(view: str, args: MultiDict[str, str], offered: Collection[str]) -> tuple[str, str] | None:
    column = args.get(f"_oc_{view}", "")
    if not column:
        return None
    if column not in offered:
        raise BadArgument(f"_oc_{view}", N_("参数“%(name)s”：不能按“%(column)s”排序。"), column=shown(column))
    direction = args.get(f"_od_{view}", "asc")
    if direction not in {"asc", "desc"}:
        raise BadArgument(f"_od_{view}", N_("参数“%(name)s”只能是 asc 或 desc。"))
    return column, direction


def _conditions(args: MultiDict[str, str]) -> tuple[Condition, ...]:
    found = []
    for name in args:
        if not name.startswith("_flt_"):
            continue
        match = _FILTER.match(name)
        if match is None:
            raise BadArgument(name, N_("筛选条件“%(name)s”的写法不对。"))
        values = tuple(value for value in args.getlist(name) if value.strip())
        if len(values) > LIST_MAX:
            raise BadArgument(name, N_("筛选条件“%(name)s”的取值过多。"))
        if values:
            found.append(Condition(name, match[2], int(match[1]), values))
    return tuple(found)


def typed(datamodel: Any, column: str, raw: object, field: str) -> Any:
    """A filter value in the column's own type.

    Raises:
        BadArgument: it cannot be one; the message names ``field``.
    """
    for test, read in _READERS:
        if getattr(datamodel, test)(column):
            value = read(raw, datamodel.list_columns[column])
            if value is None:
                raise BadArgument(field, N_("“%(name)s”的取值不符合要求。"))
            return value
    raise BadArgument(field, N_("不能按“%(name)s”筛选。"))


def _as_bool(raw: object, _column: Any) -> bool | None:
    text = str(raw).lower()
    return True if text in _TRUE else False if text in _FALSE else None


def _as_int(raw: object, column: Any) -> int | None:
    if isinstance(raw, str) and re.match(r"-?[0-9]{1,19}\Z", raw.strip()):
        raw = int(raw)
    if isinstance(raw, bool) or not isinstance(raw, int):
        return None
    limit = BIG_MAX if isinstance(column.type, BigInteger) else INT_MAX
    return raw if -limit <= raw <= limit else None


def _as_number(raw: object, _column: Any) -> Decimal | None:
    if isinstance(raw, bool) or not isinstance(raw, (int, float, str)) or len(str(raw)) > 40:
        return None
    try:
        value = Decimal(str(raw))
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value) < Decimal(10) ** 30 else None


def _as_date(raw: object, _column: Any) -> date | None:
    try:
        return date.fromisoformat(str(raw).strip())
    except ValueError:
        return None


def _as_moment(raw: object, _column: Any) -> datetime | None:
    """A moment, or a day's beginning in Asia/Shanghai; the years at either end of the calendar do not convert."""
    text = str(raw).strip()
    try:
        moment = (
            datetime.fromisoformat(text)
            if len(text) > 10
            else datetime.combine(date.fromisoformat(text), time())
        )
    except ValueError:
        return None
    if not 1 < moment.year < 9999:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).astimezone(UTC)


def _as_text(raw: object, _column: Any) -> str | None:
    if isinstance(raw, bool) or not isinstance(raw, (str, int, float)):
        return None
    text = str(raw)
    return text if 0 < len(text) <= TEXT_MAX and not unclean(text) else None


_READERS = (
    ("is_boolean", _as_bool),
    ("is_integer", _as_int),
    ("is_numeric", _as_number),
    ("is_float", _as_number),
    ("is_date", _as_date),
    ("is_datetime", _as_moment),
    ("is_enum", _as_text),
    ("is_text", _as_text),
    ("is_string", _as_text),
)
