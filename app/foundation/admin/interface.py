"""The way views read a table: narrowed to the actor, counted only so far, joined, and paged by key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from flask import current_app
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import ColumnElement, Integer, and_, func, inspect, literal, select
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import defer, joinedload, selectinload

from app.foundation import access
from app.foundation.access import Actor, current_actor
from app.foundation.access.guard import guarded, spelt
from app.foundation.admin import arguments
from app.foundation.admin.arguments import PAGE_SIZE_MAX
from app.foundation.admin.operators import RelatedTo, RequestFilters, ScopedFilterConverter
from app.foundation.database import PREPARED, Encrypted, db
from app.foundation.jurisdiction import FactColumns

COUNT_LIMIT = 10_000
STATEMENTS = 256  # of each table, kept for whoever asks again
_STATEMENTS = "bianban.list_statements"

Within = Callable[[Actor], ColumnElement[bool]]


class BoundedCount(int):
    """A count that stops: past the limit it equals the limit and reads ``10000+``."""

    more: bool

    def __new__(cls, found: int, limit: int = COUNT_LIMIT) -> BoundedCount:
        made = super().__new__(cls, min(found, limit))
        made.more = found > limit
        return made

    def __str__(self) -> str:
        return f"{int(self)}+" if self.more else str(int(self))


def _spelt(number: int) -> Any:
    """A number in the statement's own text: a plan that is kept must know how few rows are wanted."""
    return literal(number, literal_execute=True)


def narrowed(model: type[Any], within: Within | None, act: str = "see") -> ColumnElement[bool]:
    """The WHERE for the current actor's rows of ``model``: its own scope, and ``within`` where one is given."""
    actor, clauses = current_actor(), []
    if issubclass(model, FactColumns):
        whole = model.__obj_column__ is not None
        clauses.append(access.see(actor, model) if whole else access.scope(actor, model.__obj__, act, model))
    if within is not None:
        clauses.append(within(actor))
    return and_(*clauses)


class ScopedInterface(SQLAInterface):
    """One table for views and APIs.

    Args:
        obj: a model with jurisdiction columns and ``__obj__``.
        within: an actor's rows as a WHERE clause; required for models without jurisdiction, and
            combined with the scope for those that have it.

    Raises:
        TypeError: nothing says whose rows they are, or the key is not one integer.
    """

    filter_converter_class = ScopedFilterConverter
    FilterRelationOneToManyEqual = RelatedTo

    def __init__(self, obj: type[Any], session: Any = None, *, within: Within | None = None) -> None:
        super().__init__(obj, session)
        keys = obj.__mapper__.primary_key
        if len(keys) != 1 or not isinstance(keys[0].type, Integer):
            raise TypeError(f"{obj.__name__}: a scoped interface needs one integer key")
        if not issubclass(obj, FactColumns) and within is None:
            raise TypeError(
                f"{obj.__name__}: has no jurisdiction columns, so `within` must say whose rows are seen"
            )
        self.within = within

    @property
    def session(self) -> Any:
        return self._session or db.session

    def get_filters(self, search_columns: Any = None, search_filters: Any = None) -> RequestFilters:
        return RequestFilters(self, search_columns or ())

    # -- what the columns are ------------------------------------------------------------------------------

    def is_mapped(self, name: str) -> bool:
        """A column of the table itself, by its attribute name."""
        return name in self.list_columns

    def is_encrypted(self, name: str) -> bool:
        """A column kept encrypted, which neither sorts nor compares."""
        return self.is_mapped(name) and isinstance(self.list_columns[name].type, Encrypted)

    def knows(self, name: str) -> bool:
        """A column, relation, property or method of the model, or one of a relation's (``unit.name``)."""
        root, _, leaf = name.partition(".")
        if not leaf:
            return hasattr(self.obj, root)
        return self.is_relation(root) and hasattr(self.get_related_model(root), leaf)

    # -- reading -------------------------------------------------------------------------------------------

    def _rows(self, filters: Any = None) -> Any:
        query = self.session.query(self.obj).filter(narrowed(self.obj, self.within))
        return filters.apply_all(query) if filters else query

    def _order(self, column: str, direction: str) -> tuple[Any, ...]:
        """Always ended by the key, so that pages neither repeat nor skip rows."""
        down = direction == "desc"
        key = self.get_pk()
        first = getattr(self.obj, column) if column and self.is_mapped(column) else key
        chosen = (first,) if first is key else (first, key)
        return tuple(one.desc() if down else one.asc() for one in chosen)

    def joins(self, columns: Iterable[str]) -> tuple[Any, ...]:
        """Loader options for every relation among ``columns``, so that a page costs no statement per row."""
        roots = dict.fromkeys(name.partition(".")[0] for name in columns)
        return tuple(
            (selectinload if self.list_properties[root].uselist else joinedload)(getattr(self.obj, root))
            for root in roots
            if self.is_relation(root)
        )

    def _sealed(self, columns: Iterable[str]) -> tuple[Any, ...]:
        """Leave encrypted columns that are not shown where they are: opening them costs more than the rest of the row."""
        shown = set(columns)
        kept = (name for name in self.list_columns if name not in shown and self.is_encrypted(name))
        return tuple(defer(getattr(self.obj, name)) for name in kept) if shown else ()

    def count(self, filters: Any = None, most: int | None = None) -> BoundedCount:
        """How many rows, counted no further than ``most`` (``COUNT_LIMIT``)."""
        limit = COUNT_LIMIT if most is None else most
        some = self._rows(filters).with_entities(self.get_pk()).limit(limit + 1).subquery()
        found = self.session.query(func.count()).select_from(some).scalar()
        return BoundedCount(found) if most is None else BoundedCount(found, most)

    def walk(self, filters: Any, direction: str, size: int) -> Iterator[list[Any]]:
        """All rows in the order of their keys, ``size`` at a time; none comes twice, whatever is added meanwhile."""
        key, down, last = self.get_pk(), direction == "desc", None
        while True:
            query = self._rows(filters)
            if last is not None:
                query = query.filter(key < last if down else key > last)
            found = list(query.order_by(key.desc() if down else key.asc()).limit(size))
            if found:
                last = self.get_pk_value(found[-1])
                yield found
            if len(found) < size:
                return

    def page(
        self, filters: Any, order: tuple[str, str], page: int, size: int, columns: Iterable[str] = ()
    ) -> list[Any]:
        """One page of rows. Past the first, keys are found first and the rows looked up by them."""
        by = self._order(*order)
        rows = self._rows(filters)
        if page:
            keys = rows.with_entities(self.get_pk()).order_by(*by).limit(size).offset(page * size).subquery()
            rows = self.session.query(self.obj).join(keys, self.get_pk() == keys.c[self.get_pk_name()])
            rows = rows.filter(narrowed(self.obj, self.within))
        found = rows.options(*self.joins(columns), *self._sealed(columns)).order_by(*by)
        return list(found if page else found.limit(size))

    def bare(self, columns: Iterable[str]) -> bool:
        """Whether the database can give these columns alone; not where one needs the whole row (a relation, a method)."""
        return all(self.is_mapped(name) or self._is_expression(name) for name in columns)

    def _is_expression(self, name: str) -> bool:
        """A hybrid of one table: what the class answers for it is SQL."""
        return isinstance(inspect(self.obj).all_orm_descriptors.get(name), hybrid_property)

    def values(
        self, filters: Any, order: tuple[str, str], page: int, size: int, columns: tuple[str, ...]
    ) -> tuple[BoundedCount, list[Any]]:
        """Count and page as plain rows, key first, in one statement; the columns must be ``bare``."""
        plain = not filters.filters and self.within is None
        ask = self._kept if plain else self._asked
        query = ask(current_actor(), None if plain else filters, order, page, size, columns)
        rows = self.session.execute(query).all()
        count = BoundedCount(rows[0][0]) if rows else self.count(filters) if page else BoundedCount(0)
        return count, [row[1:] for row in rows]

    def _asked(
        self,
        actor: Actor,
        filters: Any,
        order: tuple[str, str],
        page: int,
        size: int,
        columns: tuple[str, ...],
    ) -> Any:
        key, where = self.get_pk(), narrowed(self.obj, self.within)
        where = where if filters else spelt(where)

        def asked(*wanted: Any) -> Any:
            query = select(*wanted).where(where)
            return filters.apply_all(query) if filters else query

        some = asked(key).limit(_spelt(COUNT_LIMIT + 1)).subquery()
        counted = select(func.count()).select_from(some).scalar_subquery()
        query = guarded(
            asked(counted, key, *(getattr(self.obj, one) for one in columns))
            .order_by(*self._order(*order))
            .limit(_spelt(size)),
            actor,
        )
        if page:
            return query.offset(page * size)
        return query if filters else query.execution_options(**PREPARED)

    def _kept(self, *asked: Any) -> Any:
        """The statement of a list without conditions: it follows from who asks and how, so it is made once."""
        kept = current_app.extensions.setdefault(_STATEMENTS, {})
        if self not in kept:
            kept[self] = lru_cache(maxsize=STATEMENTS)(self._asked)
        return kept[self](*asked)

    def query(
        self,
        filters: Any = None,
        order_column: str = "",
        order_direction: str = "",
        page: int | None = None,
        page_size: int | None = None,
        select_columns: list[str] | None = None,
        outer_default_load: bool = False,
    ) -> tuple[BoundedCount, list[Any]]:
        """FAB's way in: count and page. A first page that is not full has counted itself."""
        size, at = min(page_size or PAGE_SIZE_MAX, PAGE_SIZE_MAX), page or 0
        rows = self.page(filters, (order_column, order_direction), at, size, select_columns or ())
        if at == 0 and len(rows) < size:
            return BoundedCount(len(rows)), rows
        return self.count(filters), rows

    def get(
        self,
        id: Any,
        filters: Any = None,
        select_columns: list[str] | None = None,
        outer_default_load: bool = False,
    ) -> Any:
        """The row of that key when the actor sees it, else None; malformed keys are nobody's."""
        wanted = arguments.key(id)
        if wanted is None:
            return None
        rows = self._rows(filters).filter(self.get_pk() == wanted).options(*self.joins(select_columns or ()))
        return rows.one_or_none()

    def seen(self, id: Any, columns: Iterable[str] = ()) -> Any:
        """As ``get``.

        Raises:
            NotSeen: there is no such row, or the actor does not see it.
        """
        found = self.get(id, select_columns=list(columns))
        if found is None:
            raise arguments.unseen()
        return found

    def all_seen(self, ids: Iterable[Any]) -> list[Any]:
        """The rows of several keys, in their order.

        Raises:
            NotSeen: one of them is missing, unseen or malformed.
        """
        wanted = list(dict.fromkeys(arguments.key(one) for one in ids))
        found = {}
        if None not in wanted:
            rows = self._rows().filter(self.get_pk().in_(wanted)).all()
            found = {self.get_pk_value(row): row for row in rows}
        if not wanted or any(one not in found for one in wanted):
            raise arguments.unseen()
        return [found[one] for one in wanted]

    def get_related_obj(self, col_name: str, value: Any) -> Any:
        """A related row by key, read through the guard."""
        wanted = arguments.key(value)
        model = self.get_related_model(col_name)
        return None if wanted is None else self.session.query(model).filter(model.id == wanted).one_or_none()

    # -- writing: inside the caller's transaction, which alone commits --------------------------------------

    def add(self, item: Any, commit: bool = False) -> None:
        self.session.add(item)
        self.session.flush()

    def edit(self, item: Any, commit: bool = False) -> None:
        self.session.flush()

    def delete(self, item: Any, commit: bool = False) -> None:
        self.session.delete(item)
        self.session.flush()

    def delete_all(self, items: list[Any]) -> None:
        for item in items:
            self.delete(item)
