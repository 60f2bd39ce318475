"""Many rows at once, past the unit of work: for data sets that are made, never for what people do.

Everything else writes through the session, where the flush guard derives and checks each row's facts. A national
data set of a million rows cannot: at some 3,000 rows a second it would take the better part of an hour. So this
stands in ``foundation``, the one floor that may use Core tables, and asks for what makes it safe: a task of the
platform whose stated scope is everything, inside ``transaction()``, with rows that carry their facts already
(as ``tenancy.routing`` derives them). On PostgreSQL every row still passes row-level security.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import JSON, Column, String, Table, inspect, text
from sqlalchemy.engine import Connection, Dialect

from app.foundation.access.actors import current_actor
from app.foundation.database import AS_OWNER, Encrypted, db, in_transaction

CHUNK = 5_000

Row = Sequence[Any]


class NotAllowed(RuntimeError):
    """Somebody other than a task of the platform with everything in its scope wanted to write in bulk."""


def sealed(text_: str) -> str:
    """Ciphertext for a column of type ``Encrypted``, which ``write`` takes as it is: one text is sealed once."""
    kept = Encrypted().process_bind_param(text_, db.engine.dialect)
    assert kept is not None  # noqa: S101 - only None is kept as None
    return kept


def reserve(model: type[Any], count: int) -> int:
    """The first of ``count`` keys in a row that nobody else gets; call before ``write``."""
    return draw(_connection(), model, count)


def draw(connection: Connection, model: type[Any], count: int) -> int:
    """The drawing itself, see ``spread``."""
    table = _table(model)
    if connection.dialect.name != "postgresql":
        last = connection.scalar(text(f"SELECT max(id) FROM {table.name}"))  # noqa: S608 - a name of ours # nosec B608
        return int(last or 0) + 1
    sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": table.name})
    drawn = text(
        "SELECT min(n) FROM (SELECT nextval(CAST(:name AS regclass)) AS n FROM generate_series(1, :count)) s"
    )
    return int(connection.scalar(drawn, {"name": sequence, "count": max(count, 1)}) or 1)


def write(model: type[Any], names: Sequence[str], rows: Iterable[Row]) -> int:
    """Insert rows given as sequences of the values of ``names``; what is not named gets its column's default.

    Returns:
        How many rows.

    Raises:
        NotAllowed: see the class.
        RuntimeError: no transaction is open.
    """
    return spread(_connection(), model, names, rows)


def spread(connection: Connection, model: type[Any], names: Sequence[str], rows: Iterable[Row]) -> int:
    """The writing itself, for the foundation alone: whoever calls it has judged every row (see ``adding``)."""
    columns = [inspect(model).column_attrs[name].columns[0] for name in names]
    rest = [(column, _default(column)) for column in _table(model).columns if column not in set(columns)]
    rest = [(column, value) for column, value in rest if value is not None]
    count = 0
    kept = [*columns, *(column for column, _value in rest)]
    readers = [_reader(column, connection.dialect) for column in kept]
    constants = tuple(value for _column, value in rest)
    insert = _unnest if connection.dialect.name == "postgresql" else _many
    for chunk in _chunks(rows):
        by_column = [*zip(*chunk, strict=True), *((value,) * len(chunk) for value in constants)]
        values = [
            list(map(reader, column)) if reader is not None else list(column)
            for reader, column in zip(readers, by_column, strict=True)
        ]
        insert(connection, _table(model), kept, values)
        count += len(chunk)
    return count


def analyse() -> None:
    """Let the database look at what was written, so that it plans by it; call after the transaction.

    PostgreSQL's VACUUM also notes which pages everybody sees, without which it counts no rows by index alone;
    in daily running autovacuum does both.
    """
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT", **AS_OWNER) as connection:
        connection.execute(text("VACUUM (ANALYZE)" if connection.dialect.name == "postgresql" else "ANALYZE"))


def _connection() -> Connection:
    if not current_actor().unbounded:
        raise NotAllowed("bulk writing is for a task of the platform whose scope is everything")
    if not in_transaction():
        raise RuntimeError("bulk writing happens inside transaction()")
    return db.session.connection()


def _table(model: type[Any]) -> Table:
    table = inspect(model).local_table
    assert isinstance(table, Table)  # noqa: S101 - every model of ours has a table of its own
    return table


def _default(column: Column[Any]) -> Any:
    default: Any = column.default
    if default is None:
        return None
    return default.arg(None) if default.is_callable else default.arg if default.is_scalar else None


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    source = iter(rows)
    while chunk := list(islice(source, CHUNK)):
        yield chunk


def _reader(column: Column[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """What turns a value into what the driver takes; None where it takes it as it is."""
    if isinstance(column.type, Encrypted):
        return None  # ciphertext already
    if isinstance(column.type, JSON):
        return lambda value: None if value is None else json.dumps(value, ensure_ascii=False)
    return column.type.dialect_impl(dialect).bind_processor(dialect)


def _many(connection: Connection, table: Table, columns: list[Column[Any]], values: list[list[Any]]) -> None:
    listed, marks = ", ".join(f'"{one.name}"' for one in columns), ", ".join("?" * len(columns))
    statement = f'INSERT INTO "{table.name}" ({listed}) VALUES ({marks})'  # noqa: S608 - names of ours # nosec B608
    connection.exec_driver_sql(statement, list(zip(*values, strict=True)))


def _unnest(
    connection: Connection, table: Table, columns: list[Column[Any]], values: list[list[Any]]
) -> None:
    """One statement a chunk: arrays travel in one message, and row by row costs three times as much."""
    listed = ", ".join(f'"{one.name}"' for one in columns)
    arrays = ", ".join(f"%s::{_array_type(one, connection.dialect)}[]" for one in columns)
    names = [f"c{number}" for number in range(len(columns))]
    taken = ", ".join(
        f"{name}::json" if isinstance(one.type, JSON) else name
        for name, one in zip(names, columns, strict=True)
    )
    statement = (
        f'INSERT INTO "{table.name}" ({listed}) SELECT {taken} '  # noqa: S608 - names of ours # nosec B608
        f"FROM unnest({arrays}) AS given ({', '.join(names)})"
    )
    connection.exec_driver_sql(statement, tuple(values))


def _array_type(column: Column[Any], dialect: Dialect) -> str:
    kind = column.type.dialect_impl(dialect)
    if isinstance(column.type, (Encrypted, JSON)) or isinstance(getattr(kind, "impl", kind), String):
        return "text"
    return str(column.type.compile(dialect=dialect))


__all__ = ["CHUNK", "NotAllowed", "analyse", "draw", "reserve", "sealed", "spread", "write"]
