"""Random countries for Hypothesis: trees of odd depth, posts, exceptions, units and websites, as plain rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.foundation.jurisdiction import FACTS
from app.foundation.tenancy import routing
from app.foundation.tenancy.models import Grant, Office, Person, Post, Site, Unit
from app.foundation.tenancy.routing import OfficeFact, RoutingRefused, UnitFact
from app.kernel import paths

Row = dict[str, Any]
DESKS = {
    "egov": ("egov", "coordinator"),
    "cac": ("cac",),
    "filing": ("coordinator",),
    "guided": ("coordinator",),
}
OFFICE_ROLES = ("auditor", "clerk", "reviewer", "head", "admin", "security", "inspector")
COIN: st.SearchStrategy[Any] = st.booleans()
# Days before and after today on which something begins and ends; None: no last day.
SPANS = ((-900, None), (-900, -1), (-900, 0), (0, None), (0, 0), (1, None), (-30, 30))


@dataclass
class Country:
    """The rows of one example, by table; ids are positions from ``first``."""

    offices: list[Row] = field(default_factory=list)
    units: list[Row] = field(default_factory=list)
    sites: list[Row] = field(default_factory=list)
    people: list[Row] = field(default_factory=list)
    posts: list[Row] = field(default_factory=list)
    grants: list[Row] = field(default_factory=list)

    def write(self, session: Session) -> None:
        """Insert everything; the caller rolls it back."""
        user = [{**row, "type": "person"} if "type" in Person.__table__.c else row for row in self.people]
        for model, rows in (
            (Office, self.offices), (Unit, self.units), (Site, self.sites), (Person, user), (Post, self.posts),
            (Grant, self.grants),
        ):  # fmt: skip
            for row in rows:
                session.execute(insert(model.__table__).values(row))


def _facts(path: str, filing: str | None, tree: dict[str, OfficeFact]) -> Row:
    return dict(zip(FACTS, (path, filing, *routing.levels(path, tree)), strict=True))


@st.composite
def countries(draw: st.DrawFn, today: date, first: int = 1_000_000) -> Country:
    """A country whose rows carry the facts that routing derives."""
    made = Country()
    tree = _offices(draw, made, first)
    _units(draw, made, tree, first)
    _people(draw, made, tree, today, first)
    _grants(draw, made, tree, today, first)
    return made


def _offices(draw: st.DrawFn, made: Country, first: int) -> dict[str, OfficeFact]:
    tree: dict[str, OfficeFact] = {}

    def put(path: str, level: str, kind: str = "office", desk_kind: str | None = None) -> None:
        key = first + len(made.offices)
        settings = (
            {"filing": {"own_from": "deputy_division", "source": "通知"}} if draw(st.booleans()) else {}
        )
        parent = tree[paths.parent(path)].id if path != paths.ROOT else None
        made.offices.append(
            {"id": key, "code": f"r{key}", "path": path, "name": path, "short_name": path, "kind": kind,
             "level": level, "desk_kind": desk_kind, "parent_id": parent, "settings": settings, "active": True}
        )  # fmt: skip
        tree[path] = OfficeFact(key, path, level, kind, desk_kind, path, True, settings)

    put("0.", "central")
    put("0.conac.", "registry", "registry")
    for province in draw(st.lists(st.sampled_from(("1", "11", "42")), unique=True, min_size=1)):
        put(f"0.{province}.", "province")
        for segment in draw(st.lists(st.sampled_from(("0", "05", "07", "9005")), unique=True, max_size=3)):
            path = f"0.{province}.{segment}."
            put(path, "county" if len(segment) == 4 else "city")
            if len(segment) < 4:
                for below in draw(st.lists(st.sampled_from(("0", "02", "z1")), unique=True, max_size=2)):
                    put(f"{path}{below}.", "zone" if below == "z1" else "county")
    offices = [path for path, fact in tree.items() if fact.kind == "office"]
    wanted = st.tuples(st.sampled_from(offices), st.sampled_from(sorted(DESKS)))
    for host, kind in draw(st.lists(wanted, unique=True, max_size=5)):
        put(f"{host}{kind}.", "desk", "desk", kind)
    return tree


def _units(draw: st.DrawFn, made: Country, tree: dict[str, OfficeFact], first: int) -> None:
    homes = sorted(path for path, fact in tree.items() if fact.kind == "office" or fact.desk_kind == "guided")
    desks = sorted(path for path, fact in tree.items() if fact.desk_kind in routing.FILING_DESKS)
    for number in range(draw(st.integers(1, 8))):
        home = draw(st.sampled_from(homes))
        near = [desk for desk in desks if paths.parent(desk) == home]
        fact = UnitFact(
            home=home,
            management=draw(st.sampled_from(("local", "local", "central_vertical", "provincial_vertical"))),
            rank=draw(st.sampled_from(("division", "section"))),
            named_desk=draw(st.sampled_from(near)) if near and draw(COIN) else None,
            supervisor_desk=draw(st.sampled_from(near)) if near and draw(COIN) else None,
        )
        try:
            facts = routing.derive(fact, tree).facts
        except RoutingRefused:
            continue
        key = first + number
        made.units.append(
            {"id": key, "account": f"r{number:07d}", "name": f"单位{number}", "nature": "organ", "rank": fact.rank,
             "management": fact.management, "home_id": tree[home].id, **facts}
        )  # fmt: skip
        for site in range(draw(st.integers(0, 2))):
            under = [
                d for d in desks if paths.parent(d) == facts["review_path"] and tree[d].desk_kind == "filing"
            ]
            own = tree[draw(st.sampled_from(under))] if under and draw(COIN) else None
            made.sites.append(
                {"id": first + len(made.sites), "unit_id": key, "name": f"网站{number}-{site}",
                 "filing_desk_id": own.id if own else None, **facts,
                 "filing_path": own.path if own else facts["filing_path"]}
            )  # fmt: skip


def _span(draw: st.DrawFn, today: date) -> Row:
    since, until = draw(st.sampled_from(SPANS))
    last = None if until is None else today + timedelta(days=until)
    return {"since": today + timedelta(days=since), "until": last}


def _people(draw: st.DrawFn, made: Country, tree: dict[str, OfficeFact], today: date, first: int) -> None:
    holders: list[tuple[str, str | Row]] = [
        (role, path)
        for path, fact in sorted(tree.items())
        for role in (
            {"office": OFFICE_ROLES, "registry": ("registrar",)}.get(fact.kind) or DESKS[str(fact.desk_kind)]
        )
    ]
    holders += [("filer", unit) for unit in made.units]
    for number in range(draw(st.integers(1, 3))):
        key = first + number
        kept = tree[draw(st.sampled_from(sorted(tree)))]
        made.people.append(
            {"id": key, "username": f"r{key}", "first_name": "", "last_name": f"人{number}", "active": True,
             "email": f"r{key}@bianban.invalid", "password": "", "office_id": kept.id, **_facts(kept.path, None, tree)}
        )  # fmt: skip
        for role, holder in draw(st.lists(st.sampled_from(holders), min_size=0, max_size=3)):
            row: Row = {"id": first + len(made.posts), "person_id": key, "role": role, **_span(draw, today)}
            if isinstance(holder, str):
                row |= {"office_id": tree[holder].id, "unit_id": None, **_facts(holder, None, tree)}
            else:
                row |= {"office_id": None, "unit_id": holder["id"], **{fact: holder[fact] for fact in FACTS}}
            made.posts.append(row)


def _grants(draw: st.DrawFn, made: Country, tree: dict[str, OfficeFact], today: date, first: int) -> None:
    seen = set()
    places = st.sampled_from(sorted(tree))
    for number in range(draw(st.integers(0, 6))):
        holder, where = draw(places), draw(places)
        relation = draw(st.sampled_from(("guides", "shares", "serves")))
        how = draw(st.sampled_from(("filed", "at", "below", "under")))
        if (holder, relation, how, where) in seen:
            continue
        seen.add((holder, relation, how, where))
        made.grants.append(
            {"id": first + number, "holder_path": holder, "relation": relation, "how": how, "where_path": where,
             "document": "文件", **_span(draw, today), **_facts(where, None, tree), "filing_path": holder,
             "stopped_on": today if draw(st.integers(0, 4)) == 0 else None}
        )  # fmt: skip
