"""The list page of a view: what the address asks for, the rows, and everything around them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.foundation import access
from app.foundation.access import current_actor
from app.foundation.admin import arguments, memory, widgets
from app.foundation.admin.arguments import ListArguments
from app.foundation.admin.formatters import Cell, cell
from app.foundation.admin.interface import BoundedCount
from app.foundation.admin.operators import RelatedTo, RequestFilters
from app.foundation.admin.widgets import Address, Row, Table

Asked = tuple[ListArguments, RequestFilters]


class Listing:
    """List pages, alone or below another view's row. Mixed into ScopedModelView."""

    def list_page(self: Any) -> dict[str, Any]:
        """The widgets of the list page at the present address.

        Raises:
            BadArgument: a page, order or filter that is not offered.
        """
        args, (asked, filters) = memory.list_arguments(self.name, self.read_list)
        address = Address(f"{self.endpoint}.list", self.name, args, {})
        return {"list": self.list_table(asked, filters, address, alone=True), "search": _nothing}

    def read_list(self: Any, args: MultiDict[str, str]) -> Asked:
        """What an address asks of this list, checked against what the view offers."""
        asked = arguments.read_list(self.name, args, self.order_columns)
        filters = self.filters_prototype.fresh()
        for condition in asked.conditions:
            filters.take(condition)
        return asked, filters

    def related_tables(self: Any, row: Any, args: MultiDict[str, str]) -> list[tuple[Any, Any]]:
        """Each related view whose rows the actor may see at all, with its list."""
        found = []
        for other in self._related_views:
            if not access.may(current_actor(), other.obj, "see"):
                continue
            own = MultiDict(
                (name, value) for name, value in args.items(multi=True) if not name.startswith("_flt_")
            )
            asked = arguments.read_list(other.name, own, other.order_columns)
            filters = other.filters_prototype.fresh()
            relation = other.datamodel.get_related_fk(self.datamodel.obj)
            filters.add_filter_related_view(relation, RelatedTo, self.datamodel.get_pk_value(row))
            address = Address(
                f"{self.endpoint}.show", other.name, own, {"pk": self.datamodel.get_pk_value(row)}
            )
            found.append((other, other.list_table(asked, filters, address, alone=False)))
        return found

    def list_table(
        self: Any, asked: ListArguments, filters: RequestFilters, address: Address, *, alone: bool
    ) -> Any:
        """The list widget: one page of rows, counted no further than needed."""
        size = asked.page_size or self.page_size
        order = asked.order or self.base_order or ("", "asc")
        rows, count, page = self._page_of(filters, order, asked.page, size)
        actions = self.offered() if alone else []
        table = Table(
            columns=widgets.headings(self, address, asked.order or self.base_order),
            rows=tuple(self._row(one) for one in rows),
            chips=widgets.chips(self, address) if alone else (),
            search=widgets.search_fields(self, address) if alone else (),
            search_action=url_for(address.endpoint, **address.fixed),
            hidden=_hidden(address, self.search_columns, self.chips),
            conditions=widgets.standing(self, address, asked) if alone else (),
            clear_url=address.bare() if asked.conditions else None,
            pager=widgets.pager(address, count, page, size),
            actions=tuple(one for one in actions if one.multiple),
            action_url=url_for(f"{self.endpoint}.action_post") if self.actions else None,
            add_url=self.add_url() if alone else None,
            empty_title=str(
                _("没有符合条件的记录") if asked.conditions else self.list_empty or _("暂无记录")
            ),
            empty_hint=str(_("请减少筛选条件后再试。") if asked.conditions else self.list_hint),
        )
        return self._widget(table, rows, filters, count, page, size, order)

    def _page_of(
        self: Any, filters: RequestFilters, order: tuple[str, str], page: int, size: int
    ) -> tuple[list[Any], BoundedCount, int]:
        """Rows, count and the page they are of: past the end is the last page."""
        columns = self.list_columns
        if page == 0:
            count, rows = self.datamodel.query(
                filters, *order, page=0, page_size=size, select_columns=columns
            )
            return rows, count, 0
        count = self.datamodel.count(filters)
        page = min(page, widgets.pages_of(count, size) - 1)
        return self.datamodel.page(filters, order, page, size, columns), count, page

    def _row(self: Any, one: Any) -> Row:
        return Row(self.datamodel.get_pk_value(one), self.row_url(one), self.cells(one, self.list_columns))

    def cells(self: Any, one: Any, columns: Iterable[str]) -> tuple[Cell, ...]:
        """The values of a row as they read."""
        return tuple(
            cell(
                name,
                self.datamodel._get_attr_value(one, name),
                words=self.chips.get(name),
                formatter=self.formatters_columns.get(name),
            )
            for name in columns
        )

    def _widget(
        self: Any, table: Table, rows: list[Any], filters: Any, count: Any, page: int, size: int, order: Any
    ) -> Any:
        return self.list_widget(
            table=table,
            label_columns=self.label_columns,
            include_columns=self.list_columns,
            value_columns=[dict(zip(self.list_columns, row.cells, strict=True)) for row in table.rows],
            order_columns=self.order_columns,
            formatters_columns={},
            page=page,
            page_size=size,
            count=count,
            pks=[row.pk for row in table.rows],
            actions=self.actions,
            filters=filters,
            modelview_name=self.name,
            title=self.list_title,
        )


def _hidden(
    address: Address, search_columns: list[str], chips: Mapping[str, Any]
) -> tuple[tuple[str, str], ...]:
    """What the search form must carry along: order, page size and chip filters; typed filters are its own fields."""
    page = f"page_{address.view}"
    return tuple(
        (name, value)
        for name, value in address.args.items(multi=True)
        if name != page and (not name.startswith("_flt_") or name.partition("_flt_0_")[2] in chips)
    )


def _nothing(**_kwargs: Any) -> str:
    """The search form stands in the list's own template."""
    return ""
