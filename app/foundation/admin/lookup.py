"""Choosing a related row: the server is asked for a few, scoped; the page never holds them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, jsonify, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape
from sqlalchemy import inspect, or_
from wtforms import Field, ValidationError

from app.foundation import access
from app.foundation.access import current_actor
from app.foundation.admin import arguments
from app.foundation.admin.arguments import TEXT_MAX, BadArgument
from app.foundation.admin.interface import Within, narrowed
from app.foundation.admin.operators import escaped
from app.foundation.database import db
from app.foundation.jurisdiction import FactColumns
from app.kernel.errors import N_

PAGE_MAX = 500
FIND = "_find"


@dataclass(frozen=True)
class Lookup:
    """Which rows may be chosen, and by which words they are found.

    Args:
        search: mapped text columns.
        act: what the actor must be allowed to do with a row to choose it.
        within: a WHERE clause by actor; required for models without jurisdiction columns.
        label: how a row reads.
    """

    model: type[Any]
    search: tuple[str, ...]
    act: str = "see"
    within: Within | None = None
    label: Callable[[Any], str] = str
    size: int = 20

    def __post_init__(self) -> None:
        if not issubclass(self.model, FactColumns) and self.within is None:
            raise TypeError(
                f"Lookup({self.model.__name__}): no jurisdiction columns, so `within` must limit it"
            )
        if not self.search:
            raise TypeError(f"Lookup({self.model.__name__}): name at least one column to search")

    def _rows(self) -> Any:
        return db.session.query(self.model).filter(narrowed(self.model, self.within, self.act))

    def find(self, key: int) -> Any:
        """The row of that key, or None when the actor may not choose it."""
        return self._rows().filter(self.model.id == key).one_or_none()

    def matching(self, term: str, page: int = 0) -> tuple[list[Any], bool]:
        """One page of rows whose words contain ``term``, and whether more follow."""
        rows = self._rows()
        if term:
            pattern = f"%{escaped(term)}%"
            columns = [getattr(self.model, name) for name in self.search]
            if db.engine.dialect.name == "postgresql":
                rows = rows.filter(or_(*(column.ilike(pattern, escape="/") for column in columns)))
            else:
                rows = rows.filter(or_(*(column.like(pattern, escape="/") for column in columns)))
        found = rows.order_by(self.model.id).limit(self.size + 1).offset(page * self.size).all()
        return found[: self.size], len(found) > self.size


class LooksUp:
    """The endpoint behind a view's look-up fields: ``GET <route_base>/lookup/<column>?term=&page=``."""

    lookups: Mapping[str, Lookup] = {}

    @expose("/lookup/<string:column>")
    @has_access
    def lookup(self, column: str) -> Response:
        """Ids and labels of rows that may be chosen, in select2's shape.

        Raises:
            NotSeen: the view offers no such look-up.
            AccessDenied: no post of the actor may use the rows looked up.
            BadArgument: the term is too long, or the page is no number.
        """
        offered = self.lookups.get(column)
        if offered is None:
            raise arguments.unseen()
        if issubclass(offered.model, FactColumns) and offered.model.__obj_column__ is None:
            access.require_any(current_actor(), offered.model.__obj__, offered.act)
        found, more = offered.matching(read_term("term"), _read_page())
        response = jsonify(
            results=[{"id": row.id, "text": str(offered.label(row))} for row in found],
            pagination={"more": more},
        )
        response.headers["Cache-Control"] = "no-store"
        return response


def read_term(name: str) -> str:
    """A search term from the address or the form.

    Raises:
        BadArgument: it is longer than any name.
    """
    term = request.values.get(name, "").strip()
    if len(term) > TEXT_MAX or arguments.unclean(term):
        raise BadArgument(name, N_("查找内容“%(name)s”过长，或者含有无法识别的字符。"))
    return term


def _read_page() -> int:
    raw = request.args.get("page", "1")
    if not raw.isascii() or not raw.isdigit() or len(raw) > 9:
        raise BadArgument("page", N_("参数“%(name)s”应为不小于 0 的整数。"))
    return min(max(int(raw) - 1, 0), PAGE_MAX)


class LookupWidget:
    """A select with the chosen option only, and a search box that works with and without a script."""

    def __call__(self, field: Any, **kwargs: Any) -> Markup:
        kwargs.setdefault("id", field.id)
        described = kwargs.get("aria-describedby", "")
        options = Markup("").join(
            Markup('<option value="{}"{}>{}</option>').format(
                value, Markup(" selected") if chosen else "", text
            )
            for value, text, chosen in field.options()
        )
        return Markup(
            '<div class="lookup" data-lookup="{url}" data-found="{found}" data-none="{none}" data-failed="{failed}">'
            '<select id="{id}" name="{name}"{described}{required}>{options}</select>'
            '<span class="lookup-find"><input type="search" name="{name}-term" value="{term}" maxlength="60"'
            ' aria-label="{find_label}" placeholder="{hint}" autocomplete="off">'
            '<button type="submit" name="{find}" value="{name}" formnovalidate>{find_text}</button></span>'
            '<span class="lookup-status" role="status" aria-live="polite">{status}</span></div>'
        ).format(
            url=field.url(),
            found=_("找到 {n} 项，请在列表中选择"),
            none=_("没有符合的项目"),
            failed=_("暂时查不到，请点“查找”"),
            id=kwargs["id"],
            name=field.name,
            described=Markup(' aria-describedby="{}"').format(described) if described else "",
            required=Markup(" required") if field.flags.required else "",
            options=options,
            term=field.term,
            find=FIND,
            find_label=_("查找%(what)s", what=field.label.text),
            find_text=_("查找"),
            hint=_("输入其中几个字"),
            status=field.status(),
        )


class LookupField(Field):
    """A relation in a form. ``data`` is the related row; a key out of reach is an error of this field."""

    widget = LookupWidget()

    def __init__(
        self, label: Any = None, validators: Any = None, *, lookup: Lookup, column: str, **kwargs: Any
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.lookup = lookup
        self.column = column
        self.endpoint = ""
        self.term = ""
        self.matches: list[Any] | None = None
        self.kept: int | None = None
        self.key: int | None = None
        self.raw = ""

    def url(self) -> str:
        """Where the search box asks."""
        return url_for(f"{self.endpoint}.lookup", column=self.column) if self.endpoint else ""

    def keep(self, key: int | None) -> None:
        """The foreign key the row holds now: it may stay even where its row is out of sight."""
        self.kept = key
        if not self.raw_data:
            self.key = key
            self.raw = "" if key is None else str(key)

    def process_data(self, value: Any) -> None:
        self.data = value
        self.key = value.id if value is not None else None
        self.raw = "" if value is None else str(value.id)

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.raw = valuelist[0].strip()[:20]
        self.key = arguments.key(self.raw)
        self.data = None

    def pre_validate(self, form: Any) -> None:
        if not self.raw or (self.key is not None and self.key == self.kept):
            return
        row = self.lookup.find(self.key) if self.key is not None else None
        if row is None:
            raise ValidationError(_l("所选的对象不存在，或者不在您的管辖范围内，请重新选择。"))
        self.data = row

    def populate_obj(self, obj: Any, name: str) -> None:
        """Set the relation and its key alike: the flush guard judges by the key."""
        if self.key is not None and self.key == self.kept:
            return
        mapper = inspect(type(obj))
        (foreign,) = mapper.relationships[name].local_columns
        setattr(
            obj, mapper.get_property_by_column(foreign).key, self.data.id if self.data is not None else None
        )
        setattr(obj, name, self.data)

    def search(self, term: str) -> None:
        """Offer the rows that match ``term`` (the way without a script)."""
        self.term = term
        self.matches, _more = self.lookup.matching(term)

    def status(self) -> str:
        """What the last search without a script found."""
        if self.matches is None:
            return ""
        return (
            _("找到 %(n)s 项，请在列表中选择", n=len(self.matches)) if self.matches else _("没有符合的项目")
        )

    def options(self) -> list[tuple[str, Any, bool]]:
        """Value, text and whether chosen: the present choice, and what a search found."""
        offered: list[tuple[str, Any, bool]] = [("", _("（未选择）"), not self.raw)]
        if self.raw:
            offered.append((self.raw, escape(self.chosen()), True))
        for row in self.matches or ():
            if str(row.id) != self.raw:
                offered.append((str(row.id), escape(self.lookup.label(row)), False))
        return offered

    def chosen(self) -> str:
        """The present choice in words; a row out of sight is not named."""
        row = self.data
        if row is None and self.key is not None:
            row = self.lookup.find(self.key)
        if row is not None:
            return str(self.lookup.label(row))
        if self.key is not None and self.key == self.kept:
            return str(_("（不在您的管辖范围内，保持不变）"))
        return str(_("（所选对象无效，请重新选择）"))
