"""Whose the rows are, read past every guard, and how each stands to an actor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from app.foundation.access import Actor, Facts
from app.foundation.jurisdiction import FactColumns
from app.foundation.tenancy.models import Office
from app.kernel import paths
from tests.matrix.journal import scoped_tables
from tests.matrix.side import Side

RELATIONS = ("own", "child", "sibling", "parent", "stranger")


@dataclass(frozen=True)
class Known:
    """One row: its class, key, facts and the object it is guarded as."""

    model: type[Any]
    id: int
    facts: Facts
    obj: str
    state: str = ""
    person_id: int | None = None

    @property
    def key(self) -> tuple[str, int]:
        """Table and id."""
        return str(self.model.__tablename__), self.id


@dataclass
class Register:
    """All guarded rows, and all offices of establishment, of the database under test."""

    side: Side
    rows: dict[type[Any], list[Known]] = field(default_factory=dict)

    @classmethod
    def read(cls, side: Side) -> Register:
        """Read everything once."""
        made = cls(side)
        for table, model in scoped_tables().items():
            made.rows[model] = list(_guarded(side, table, model))
        found = side.rows("SELECT id, path FROM office WHERE kind = 'office' ORDER BY id")
        made.rows[Office] = [Known(Office, pk, Facts(path), "") for pk, path in found]
        return made

    @cached_property
    def by_key(self) -> dict[tuple[str, int], Known]:
        """Every row by table and id."""
        return {one.key: one for rows in self.rows.values() for one in rows}

    def of(self, model: type[Any]) -> list[Known]:
        """The rows of a class."""
        return self.rows.get(model, [])

    def value(self, row: Known, column: str) -> Any:
        """One column of a row."""
        return self.side.rows(f'SELECT "{column}" FROM "{row.model.__tablename__}" WHERE id = {row.id}')[0][0]

    def whole(self, row: Known) -> dict[str, Any]:
        """A row's own columns as they stand in the database."""
        names = [column.name for column in row.model.__table__.columns]
        listed = ", ".join(f'"{name}"' for name in names)
        found = self.side.rows(f'SELECT {listed} FROM "{row.model.__tablename__}" WHERE id = {row.id}')
        return dict(zip(names, found[0], strict=True))

    def children(self, model: type[Any], parent: Known) -> list[Known]:
        """The rows of a class that name ``parent`` by a foreign key, or by table and id."""
        columns = model.__table__.columns
        own = [c.name for c in columns for key in c.foreign_keys if key.column.table.name == parent.key[0]]
        own = [name for name in own if name not in {"province_id", "city_id", "county_id"}]
        if own:
            where = f'"{own[0]}" = {parent.id}'
        elif "parent_table" in columns:
            where = f"parent_table = '{parent.key[0]}' AND parent_id = {parent.id}"
        else:
            return []
        found = self.side.rows(f'SELECT id FROM "{model.__tablename__}" WHERE {where} ORDER BY id')
        return [self.by_key[str(model.__tablename__), pk] for (pk,) in found]


def _guarded(side: Side, table: str, model: type[FactColumns]) -> Iterator[Known]:
    unit, obj = model.__scope_unit__, model.__obj_column__
    state = "state" if "state" in model.__table__.columns else None  # type: ignore[attr-defined]
    person = "person_id" if "person_id" in model.__table__.columns else None  # type: ignore[attr-defined]
    names = ["id", "review_path", "filing_path", *(one or "NULL" for one in (unit, obj, state, person))]
    listed = ", ".join(f'"{name}"' if name != "NULL" else name for name in names)
    for pk, review, filing, unit_id, kind, stands, about in side.rows(
        f'SELECT {listed} FROM "{table}" WHERE review_path IS NOT NULL ORDER BY id'
    ):
        yield Known(model, pk, Facts(review, filing, unit_id), kind or model.__obj__, stands or "", about)


def home_of(actor: Actor) -> str:
    """The node an actor stands at; the centre for somebody without posts."""
    return actor.posts[0].path if actor.posts else paths.ROOT


def relation(actor: Actor, facts: Facts) -> str:
    """How a row stands to an actor: by unit for a unit's officer, by the reviewing office (or desk) for others."""
    home, unit = home_of(actor), actor.posts[0].unit_id if actor.posts else None
    if unit is not None:
        if facts.unit_id == unit:
            return "own"
        if facts.review_path == home:
            return "sibling"
    elif facts.review_path == home or facts.filing_path == home:
        return "own"
    if facts.review_path == home:
        return "parent"
    if paths.covers(home, facts.review_path):
        return "child"
    if paths.covers(facts.review_path, home):
        return "parent"
    if home != paths.ROOT and facts.review_path != paths.ROOT and (
        paths.parent(home) == paths.parent(facts.review_path)
    ):  # fmt: skip
        return "sibling"
    return "stranger"


def some(rows: Iterable[Known], most: int) -> list[Known]:
    """At most so many, of different states where there are any, always the same ones."""
    chosen: list[Known] = []
    seen: set[str] = set()
    kept = list(rows)
    for one in kept:
        if one.state not in seen and len(chosen) < most:
            seen.add(one.state)
            chosen.append(one)
    chosen += [one for one in kept if one not in chosen][: most - len(chosen)]
    return chosen
