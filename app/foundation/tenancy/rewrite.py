"""Paths rewritten wherever they stand, set by set: one UPDATE a table, however many rows hang below.

What names a path is found in the tables themselves: every column of ``PathType``, and JSON columns marked with
``NAMES_PATHS``. The audit record alone keeps the paths of its day: it is append-only and says what was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Integer,
    String,
    Table,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from app.foundation.database import PathType, db
from app.foundation.jurisdiction import FACTS, NAMES_PATHS, FactColumns
from app.kernel import paths

LEVELS = FACTS[2:]
RECORD = "audit_entry"


@dataclass(frozen=True)
class Rewrite:
    """``old`` and everything below it becomes ``new``; ``levels`` are ancestor columns that change with it."""

    old: str
    new: str
    levels: Mapping[str, int | None] = field(default_factory=dict)

    def inside(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether a path stands in the subtree that moves."""
        return and_(column >= self.old, column < paths.upper_bound(self.old))

    def moved(self, column: Column[Any]) -> ColumnElement[Any]:
        """The column's value afterwards."""
        rest = func.substr(column, literal(len(self.old) + 1, Integer), type_=String)
        return case((self.inside(column), literal(self.new, String).concat(rest)), else_=column)

    def _concerned(self, table: Table) -> ColumnElement[bool]:
        return or_(*(self.inside(column) for column in path_columns(table)))

    def count(self, session: Session) -> dict[str, int]:
        """How many rows of each table would change; tables of none are left out."""
        found: dict[str, int] = {}
        for table in tables():
            rows = select(func.count()).select_from(table).where(self._concerned(table))
            number = session.execute(rows).scalar_one()
            if number:
                found[table.name] = number
        for column in json_columns():
            number = len(self._naming(session, column))
            if number:
                found[column.table.name] = max(number, found.get(column.table.name, 0))
        return found

    def run(self, session: Session) -> dict[str, int]:
        """Rewrite everything; the number of rows by table."""
        found: dict[str, int] = {}
        for table in tables():
            values: dict[str, Any] = {column.name: self.moved(column) for column in path_columns(table)}
            if table in scoped_tables():
                here = self.inside(table.c.review_path)
                for name, value in self.levels.items():
                    values[name] = case((here, literal(value, Integer)), else_=table.c[name])
            done: Any = session.execute(update(table).values(values).where(self._concerned(table)))
            if done.rowcount:
                found[table.name] = done.rowcount
        for column in json_columns():
            table, naming = column.table, self._naming(session, column)
            for key, value in naming:
                session.execute(update(table).values({column.name: self._in(value)}).where(table.c.id == key))
            if naming:
                found[table.name] = max(len(naming), found.get(table.name, 0))
        return found

    def _naming(self, session: Session, column: Column[Any]) -> list[Any]:
        table = column.table
        named = cast(column, String).contains(f'"{self.old}', autoescape=True)
        return list(session.execute(select(table.c.id, column).where(named)))

    def _in(self, value: Any) -> Any:
        """The same JSON with the paths in it moved."""
        if isinstance(value, str):
            return self.new + value[len(self.old) :] if paths.covers(self.old, value) else value
        if isinstance(value, list):
            return [self._in(one) for one in value]
        if isinstance(value, dict):
            return {key: self._in(one) for key, one in value.items()}
        return value


def path_columns(table: Table) -> list[Column[Any]]:
    """The columns that hold a path."""
    return [column for column in table.columns if isinstance(column.type, PathType)]


def tables() -> Iterator[Table]:
    """Every table with a path, offices first."""
    named = sorted(db.metadata.tables.values(), key=lambda table: (table.name != "office", table.name))
    return (table for table in named if table.name != RECORD and path_columns(table))


def json_columns() -> Iterator[Column[Any]]:
    """The JSON columns in which paths may be named."""
    for table in sorted(db.metadata.tables.values(), key=lambda table: table.name):
        for column in table.columns:
            if isinstance(column.type, JSON) and all(column.info.get(k) == v for k, v in NAMES_PATHS.items()):
                yield column


def scoped_tables() -> frozenset[Table]:
    """The tables whose rows carry jurisdiction."""
    return frozenset(
        mapper.local_table
        for mapper in db.Model.registry.mappers
        if issubclass(mapper.class_, FactColumns) and isinstance(mapper.local_table, Table)
    )
