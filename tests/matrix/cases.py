"""Which requests to make of one route: rows in each relation, keys in forms, and the forms themselves."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.foundation import access
from app.foundation.access import Actor
from app.foundation.admin.targets import Row
from tests.matrix.bodies import Bodies, strangers
from tests.matrix.oracle import ALLOWED, expected, sees
from tests.matrix.routes import NOWHERE, PAIR, Route
from tests.matrix.rows import RELATIONS, Known, Register, relation, some

FULL = os.environ.get("MATRIX") == "full"


@dataclass
class Case:
    """One request to make, and the rows it names."""

    route: Route
    relation: str
    ids: dict[str, object]
    named: list[tuple[Row, Known | None]]
    form: dict[str, Any]
    query: dict[str, str]
    label: str = ""
    by_field: bool = False

    @property
    def forged(self) -> bool:
        """Whether keys point abroad, so that a refusal is right whatever the row."""
        return self.label.endswith("forged")

    def __str__(self) -> str:
        shown = ", ".join(f"{row.key[0]} {row.id}" if row else "no row" for _target, row in self.named)
        parts = [str(self.route), self.relation, shown, self.label]
        return " · ".join(part for part in parts if part)


class Cases:
    """The requests of one actor."""

    def __init__(self, actor: Actor, register: Register) -> None:
        self.actor, self.register = actor, register
        self.bodies = Bodies(actor, register, strangers(actor, register, sees))

    def of(self, route: Route) -> Iterator[Case]:
        """Every case of a route for this actor."""
        if route.rows:
            for chosen in self._chosen(route, next(iter(self._first(route).values()))):
                yield from self._addressed(route, *chosen)
        for name, target in route.fields.items():
            for kind, row in self._chosen(route, target):
                value = str(self._sent(target, row))
                yield from self._bodied(
                    Case(route, kind, {}, [(target, row)], {}, {name: value}, name, by_field=True)
                )
        if not route.rows:
            yield from self._bodied(Case(route, "-", {}, [], {}, {}))

    @staticmethod
    def _first(route: Route) -> dict[str, Row]:
        """The argument that leads: ``pk`` where there is one."""
        name = "pk" if "pk" in route.rows else next(iter(route.rows))
        return {name: route.rows[name]}

    def _chosen(self, route: Route, target: Row) -> Iterator[tuple[str, Known | None]]:
        """Rows to ask for: each relation, and within it each answer the policy may give; then one that is not there."""
        shut = route.door == PAIR and route.pair is not None and not access.may(self.actor, *route.pair)
        groups: dict[tuple[str, str], list[Known]] = defaultdict(list)
        for row in self.register.of(target.model):
            kind = relation(self.actor, row.facts)
            verdict = "shut" if shut else expected(self.actor, route, [(target, row)], by_field=False).verdict
            groups[kind, verdict].append(row)
        wanted = RELATIONS if FULL or not shut else ("own", "stranger")
        for (kind, verdict), rows in sorted(groups.items()):
            if kind in wanted:
                for row in some(rows, _most(verdict, writes=route.writes)):
                    yield kind, row
        if FULL or not shut or not any(kind in wanted for kind, _verdict in groups):
            yield "nonexistent", None

    def _addressed(self, route: Route, kind: str, row: Known | None) -> Iterator[Case]:
        (first, target), *_rest = self._first(route).items()
        ids: dict[str, object] = {first: self._sent(target, row)}
        others = {name: one for name, one in route.rows.items() if name != first}
        if not others:
            yield from self._bodied(Case(route, kind, ids, [(target, row)], {}, {}))
            return
        for name, other in others.items():
            mates = self.register.children(other.model, row) if row is not None else []
            mine: Known | None = mates[0] if mates else None
            foreign = self.bodies.abroad.get(other.model)
            for label, mate in (("belonging", mine), ("abroad", foreign)):
                more = {name: self._sent(other, mate)}
                named = [(target, row), (other, mate)]
                yield from self._bodied(Case(route, kind, ids | more, named, {}, {}, f"{name} {label}"))

    def _sent(self, target: Row, row: Known | None) -> object:
        if row is None:
            return NOWHERE
        return row.id if target.by == "id" else self.register.value(row, target.by)

    def _bodied(self, case: Case) -> Iterator[Case]:
        """The same case with the forms it may be sent with."""
        route = case.route
        if not route.writes:
            yield case
            return
        verdict = expected(self.actor, route, case.named, by_field=case.by_field).verdict
        row = case.named[0][1] if case.named else None
        sample = self._sample(route)
        named, case.query = case.query, {}
        kinds = ["forged"] if verdict != ALLOWED and not FULL else ["plain", "forged", "stolen"]
        for kind in kinds:
            form = getattr(self.bodies, kind)(route, row, sample) | route.fixed | named
            label = " ".join(part for part in (case.label, kind) if part)
            yield Case(route, case.relation, case.ids, case.named, form, {}, label, case.by_field)

    def _sample(self, route: Route) -> Known | None:
        """A row of one's own to make a new one like."""
        datamodel = getattr(route.view, "datamodel", None)
        if datamodel is None:
            return None
        rows = self.register.of(datamodel.obj)
        own = [row for row in rows if relation(self.actor, row.facts) == "own" and sees(self.actor, row)]
        return next(iter(own), None)


def _most(verdict: str, *, writes: bool) -> int:
    """How many rows stand for all of one relation and verdict."""
    if FULL:
        return 8 if verdict == ALLOWED else 3
    return 2 if verdict == ALLOWED and writes else 1


def hidden_columns(view: Any) -> Iterator[str]:
    """Addresses that filter or order a list or API by columns it does not offer."""
    columns = list(view.datamodel.list_columns)
    searched, ordered = set(view.search_columns), set(view.order_columns)
    if hasattr(view, "resource_name"):
        base = f"/api/v1/{view.resource_name}/"
        for name in columns:
            if name not in searched:
                yield f'{base}?q={{"filters":[{{"col":"{name}","opr":"eq","value":1}}]}}'
            if name not in ordered:
                yield f'{base}?q={{"order_column":"{name}","order_direction":"asc"}}'
            if name not in set(view.list_columns):
                yield f'{base}?q={{"columns":["{name}"]}}'
    elif getattr(view, "opens", None) is not None and view.opens("list"):
        own = type(view).__name__
        for name in columns:
            if name not in searched:
                yield f"{view.route_base}/list/?_flt_0_{name}=1"
            if name not in ordered:
                yield f"{view.route_base}/list/?_oc_{own}={name}&_od_{own}=asc"
