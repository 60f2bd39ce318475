"""What a list page and a show page hold, worked out before any template runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_appbuilder.widgets import FormWidget, ListWidget, ShowWidget
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.foundation.admin.addresses import MEANT_FOR_URL_FOR
from app.foundation.admin.arguments import ListArguments
from app.foundation.admin.formatters import Cell, word
from app.foundation.admin.interface import BoundedCount

PAGE_SIZES = (25, 50, 100)
ALL = "_all"


class ListTable(ListWidget):
    """The list: the template receives ``table`` beside FAB's arguments."""

    template = "appbuilder/general/widgets/list.html"


class Fields(FormWidget):
    """The form: the template receives ``findings`` beside FAB's arguments."""

    template = "appbuilder/general/widgets/form.html"


class Details(ShowWidget):
    """One row: the template receives ``rows`` beside FAB's arguments."""

    template = "appbuilder/general/widgets/show.html"


@dataclass(frozen=True)
class Column:
    """A heading; ``order_url`` where the column sorts, ``direction`` where it does now."""

    name: str
    label: str
    order_url: str | None = None
    direction: str = ""


@dataclass(frozen=True)
class Row:
    """A row: its key, where a click leads, its cells."""

    pk: int
    url: str | None
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Detail:
    """One line of a show page."""

    label: str
    text: str
    tone: str = ""
    chip: bool = False


@dataclass(frozen=True)
class Deed:
    """An action offered on one row, with the address that takes its POST."""

    name: str
    text: str
    confirmation: str
    url: str


@dataclass(frozen=True)
class Choice:
    """One value to filter by, or one page size."""

    label: str
    url: str
    active: bool


@dataclass(frozen=True)
class Chips:
    """A closed vocabulary as filter chips."""

    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class SearchField:
    """One field of the search form."""

    name: str
    label: str
    kind: str
    value: str
    operator: str
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Standing:
    """A filter in force, in words, and the address without it."""

    text: str
    remove_url: str


@dataclass(frozen=True)
class Pager:
    """Where the list stands; ``page`` from 1, ``total`` as people read it."""

    page: int
    pages: int
    total: str
    previous_url: str | None
    next_url: str | None
    sizes: tuple[Choice, ...]


@dataclass(frozen=True)
class Table:
    """A whole list page."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    chips: tuple[Chips, ...]
    search: tuple[SearchField, ...]
    search_action: str
    hidden: tuple[tuple[str, str], ...]
    conditions: tuple[Standing, ...]
    clear_url: str | None
    pager: Pager
    actions: tuple[Any, ...]
    action_url: str | None
    add_url: str | None
    empty_title: str
    empty_hint: str


def total(count: BoundedCount) -> str:
    """共 320 条, or 共 10000+ 条."""
    return str(_("共 %(n)s 条", n=str(count)))


def pages_of(count: int, size: int) -> int:
    """How many pages; an empty list has one."""
    return max(1, -(-count // size))


class Address:
    """Addresses of one list, each the present one with something changed. Changing a filter returns to page one."""

    def __init__(self, endpoint: str, view: str, args: MultiDict[str, str], fixed: Mapping[str, Any]) -> None:
        self.endpoint = endpoint
        self.view = view
        self.fixed = dict(fixed)
        taken = {ALL, *MEANT_FOR_URL_FOR, *fixed}
        self.args = MultiDict(
            (name, value) for name, value in args.items(multi=True) if name not in taken and value
        )

    def where(self, **changed: str | int | None) -> str:
        """The address with arguments replaced, or dropped where the value is None."""
        args = self.args.copy()
        if f"page_{self.view}" not in changed:
            args.poplist(f"page_{self.view}")
        for name, value in changed.items():
            args.poplist(name)
            if value is not None:
                args[name] = str(value)
        return self._url(args)

    def without(self, name: str, value: str) -> str:
        """The address without one value of a filter."""
        rest = [one for one in self.args.getlist(name) if one != value]
        args = self.args.copy()
        args.setlist(name, rest)
        args.poplist(f"page_{self.view}")
        return self._url(args)

    def bare(self) -> str:
        """The address that forgets the filters."""
        return self._url(MultiDict())

    def _url(self, args: MultiDict[str, str]) -> str:
        kept: dict[str, Any] = {name: values for name, values in args.to_dict(flat=False).items() if values}
        return url_for(self.endpoint, **self.fixed, **(kept or {ALL: "1"}))


def headings(view: Any, address: Address, order: tuple[str, str] | None) -> tuple[Column, ...]:
    """Headings of the list's columns."""
    found = []
    for name in view.list_columns:
        label = str(view.label_columns[name])
        if name not in view.order_columns:
            found.append(Column(name, label))
            continue
        now = order[1] if order and order[0] == name else ""
        turned = {f"_oc_{address.view}": name, f"_od_{address.view}": "desc" if now == "asc" else "asc"}
        found.append(Column(name, label, address.where(**turned), now))
    return tuple(found)


def chips(view: Any, address: Address) -> tuple[Chips, ...]:
    """Chip filters for the vocabularies among the search columns."""
    found = []
    for column in view.search_columns:
        words = view.chips.get(column)
        if not words:
            continue
        argument = f"_flt_0_{column}"
        chosen = address.args.getlist(argument)
        choices = [Choice(str(_("全部")), address.where(**{argument: None}), not chosen)]
        choices.extend(
            Choice(word(words, value)[0], address.where(**{argument: value}), str(value) in chosen)
            for value in words
        )
        found.append(Chips(str(view.label_columns[column]), tuple(choices)))
    return tuple(found)


def search_fields(view: Any, address: Address) -> tuple[SearchField, ...]:
    """One field a search column; dates and numbers have two, from and to. Chips have none."""
    found = []
    for column in view.search_columns:
        if column in view.chips:
            continue
        data, label = view.datamodel, str(view.label_columns[column])
        operators = view.filters_prototype.get_search_filters()[column]
        if data.is_boolean(column):
            numbers, kind = [0], "select"
        elif data.is_date(column) or data.is_datetime(column):
            numbers, kind = [1, 2], "date"
        elif data.is_integer(column) or data.is_numeric(column) or data.is_float(column):
            numbers, kind = [0], "number"
        else:
            numbers, kind = [0], "text"
        choices = (("", str(_("全部"))), ("y", str(_("是"))), ("n", str(_("否")))) if kind == "select" else ()
        for number in numbers:
            argument = f"_flt_{number}_{column}"
            value = address.args.get(argument, "")
            operator = "" if kind == "select" else str(operators[number].name)
            found.append(SearchField(argument, label, kind, value, operator, choices))
    return tuple(found)


def standing(view: Any, address: Address, arguments: ListArguments) -> tuple[Standing, ...]:
    """The filters in force, in words."""
    found = []
    for condition in arguments.conditions:
        operator = view.filters_prototype.get_search_filters()[condition.column][condition.number]
        words = view.chips.get(condition.column)
        for value in condition.values:
            said = word(words, value)[0] if words else value
            text = _(
                "%(label)s%(operator)s“%(value)s”",
                label=view.label_columns[condition.column],
                operator=operator.name,
                value=said,
            )
            found.append(Standing(str(text), address.without(condition.argument, value)))
    return tuple(found)


def pager(address: Address, count: BoundedCount, page: int, size: int) -> Pager:
    """Pages before and after; no page lies beyond what is counted."""
    pages, argument = pages_of(count, size), f"page_{address.view}"
    sizes = tuple(
        Choice(str(one), address.where(**{f"psize_{address.view}": one}), one == size) for one in PAGE_SIZES
    )
    return Pager(
        page=page + 1,
        pages=pages,
        total=total(count),
        previous_url=address.where(**{argument: page - 1}) if page else None,
        next_url=address.where(**{argument: page + 1}) if page + 1 < pages else None,
        sizes=sizes,
    )
