"""Filters that keep to the columns offered, leave indexes usable and share nothing between requests."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from flask_appbuilder.models.filters import BaseFilter, BaseFilterConverter, Filters
from flask_babel import lazy_gettext as _l

from app.foundation.admin import arguments
from app.foundation.admin.arguments import LIST_MAX, BadArgument, Condition
from app.foundation.clock import localise
from app.kernel.errors import N_


class ScopedFilter(BaseFilter):
    """One operator on one mapped column; ``value`` arrives in the column's type."""

    many = False

    def __init__(self, column_name: str, datamodel: Any, is_related_view: bool = False) -> None:
        # Without super(): FAB would enter the class into a table shared by every API of the process.
        self.column_name = column_name
        self.datamodel = datamodel
        self.model = datamodel.obj
        self.is_related_view = is_related_view

    @property
    def column(self) -> Any:
        """The mapped attribute."""
        return getattr(self.model, self.column_name)

    @property
    def on_postgres(self) -> bool:
        """Whether ILIKE exists; on SQLite LIKE ignores case by itself. Neither wraps the column in lower()."""
        return bool(self.datamodel.session.get_bind().dialect.name == "postgresql")

    def like(self, pattern: str) -> Any:
        """LIKE without lower() around the column; the pattern is escaped with a slash."""
        return (
            self.column.ilike(pattern, escape="/")
            if self.on_postgres
            else self.column.like(pattern, escape="/")
        )


def escaped(text: str) -> str:
    """Text in which no LIKE wildcard stands."""
    return text.replace("/", "//").replace("%", "/%").replace("_", "/_")


class Contains(ScopedFilter):
    name = _l("包含")
    arg_name = "ct"

    def apply(self, query: Any, value: Any) -> Any:
        return query.filter(self.like(f"%{escaped(str(value))}%"))


class StartsWith(ScopedFilter):
    """SQLite compares text byte by byte, so there a range narrows by the index before LIKE decides."""

    name = _l("开头是")
    arg_name = "sw"

    def apply(self, query: Any, value: Any) -> Any:
        text = str(value)
        if not self.on_postgres and text.upper() == text.lower():
            query = query.filter(self.column >= text, self.column < text + "\U0010ffff")
        return query.filter(self.like(f"{escaped(text)}%"))


class Equal(ScopedFilter):
    name = _l("等于")
    arg_name = "eq"

    def apply(self, query: Any, value: Any) -> Any:
        return query.filter(self.column == value)


class NotEqual(ScopedFilter):
    name = _l("不等于")
    arg_name = "neq"

    def apply(self, query: Any, value: Any) -> Any:
        return query.filter(self.column != value)


class Greater(ScopedFilter):
    name = _l("大于")
    arg_name = "gt"

    def apply(self, query: Any, value: Any) -> Any:
        return query.filter(self.column > value)


class Smaller(ScopedFilter):
    name = _l("小于")
    arg_name = "lt"

    def apply(self, query: Any, value: Any) -> Any:
        return query.filter(self.column < value)


class AtLeast(ScopedFilter):
    """From; on a moment, from the beginning of a day where no time is given."""

    name = _l("从")
    arg_name = "ge"

    def apply(self, query: Any, value: Any) -> Any:
        return query.filter(self.column >= value)


class AtMost(ScopedFilter):
    """Up to and including; on a moment, the whole day where no time is given."""

    name = _l("到")
    arg_name = "le"

    def apply(self, query: Any, value: Any) -> Any:
        if isinstance(value, datetime) and localise(value).time() == time():
            return query.filter(self.column < value + timedelta(days=1))
        return query.filter(self.column <= value)


class In(ScopedFilter):
    name = _l("属于")
    arg_name = "in"
    many = True

    def apply(self, query: Any, value: Any) -> Any:
        return query.filter(self.column.in_(value))


class NotIn(ScopedFilter):
    name = _l("不属于")
    arg_name = "not_in"
    many = True

    def apply(self, query: Any, value: Any) -> Any:
        return query.filter(self.column.not_in(value))


class RelatedTo(ScopedFilter):
    """Rows whose relation points at one key. FAB's own turns an unseen parent into IS NULL."""

    name = _l("所属")
    arg_name = "rel_o_m"

    def apply(self, query: Any, value: Any) -> Any:
        local = self.datamodel.get_relation_fk(self.column_name)
        return query.filter(local == value)


_WORDS = [Contains, StartsWith, Equal, NotEqual, In, NotIn]
_NUMBERS = [Equal, AtLeast, AtMost, Greater, Smaller, NotEqual, In, NotIn]
_DATES = [Equal, AtLeast, AtMost, Greater, Smaller, NotEqual]
CLOSED = [Equal, In, NotEqual, NotIn]


class ScopedFilterConverter(BaseFilterConverter):
    """Operators by column type, in the order their numbers have in an address."""

    conversion_table = (
        ("is_enum", CLOSED),
        ("is_boolean", [Equal]),
        ("is_text", _WORDS),
        ("is_string", _WORDS),
        ("is_integer", _NUMBERS),
        ("is_numeric", _NUMBERS),
        ("is_float", _NUMBERS),
        ("is_date", _DATES),
        ("is_datetime", _DATES),
    )

    def convert(self, col_name: str) -> list[ScopedFilter]:
        if self.datamodel.is_json(col_name):
            return []
        for test, kinds in self.conversion_table:
            if getattr(self.datamodel, test)(col_name):
                return [kind(col_name, self.datamodel) for kind in kinds]
        return []


class RequestFilters(Filters):
    """The operators of one view, and the conditions of one request: ``fresh()`` gives each request its own."""

    def __init__(
        self, datamodel: Any, search_columns: Iterable[str] = (), closed: Iterable[str] = ()
    ) -> None:
        self.datamodel = datamodel
        self.filter_converter = datamodel.filter_converter_class
        self.search_columns = list(search_columns)
        self._search_filters = {
            column: [kind(column, datamodel) for kind in CLOSED]
            if column in set(closed)
            else self.filter_converter(datamodel).convert(column)
            for column in self.search_columns
        }
        self._all_filters = self._search_filters
        self.clear_filters()

    def fresh(self) -> RequestFilters:
        """The same operators without conditions."""
        made = copy.copy(self)
        made.clear_filters()
        return made

    def copy(self) -> RequestFilters:
        made = self.fresh()
        made.filters, made.values = list(self.filters), list(self.values)
        return made

    def get_joined_filters(self, filters: Filters) -> RequestFilters:
        made = self.copy()
        made.filters, made.values = made.filters + filters.filters, made.values + filters.values
        return made

    def apply_all(self, query: Any) -> Any:
        for one, value in zip(self.filters, self.values, strict=True):
            query = one.apply(query, value)
        return query

    def take(self, condition: Condition) -> None:
        """Add a condition of a list's address.

        Raises:
            BadArgument: the column is not offered, the operator does not exist, a value does not fit.
        """
        offered = self._search_filters.get(condition.column, [])
        if condition.number >= len(offered):
            raise BadArgument(condition.argument, N_("不能按“%(name)s”筛选。"))
        self._take(offered[condition.number], list(condition.values), condition.argument)

    def take_named(self, column: str, operator: str, value: object) -> None:
        """Add a condition of an API query.

        Raises:
            BadArgument: as ``take``; also a list where one value belongs, or the reverse.
        """
        offered = {one.arg_name: one for one in self._search_filters.get(column, [])}
        if column not in self._search_filters:
            raise BadArgument(column, N_("不能按“%(name)s”筛选。"))
        if operator not in offered:
            raise BadArgument(column, N_("“%(name)s”不支持 %(opr)s。"), opr=arguments.shown(operator))
        chosen = offered[operator]
        if chosen.many is not isinstance(value, list):
            text = (
                N_("“%(name)s”的 %(opr)s 需要一个列表。")
                if chosen.many
                else N_("“%(name)s”的 %(opr)s 只接受单个值。")
            )
            raise BadArgument(column, text, opr=operator)
        self._take(chosen, value if isinstance(value, list) else [value], column)

    def _take(self, chosen: Any, raw: list[Any], field: str) -> None:
        if not raw or len(raw) > LIST_MAX:
            raise BadArgument(field, N_("“%(name)s”的取值过多或为空。"))
        values = [arguments.typed(self.datamodel, chosen.column_name, one, field) for one in raw]
        if chosen.many:
            self._add_filter(chosen, values)
        else:
            for value in values:
                self._add_filter(chosen, value)
