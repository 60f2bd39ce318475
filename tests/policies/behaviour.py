"""The behaviour table as rows of the small country, and the check that policy, Casbin and SQL do what it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from app.foundation import access
from app.foundation.access import ANONYMOUS, Actor
from app.foundation.access.service import _decider
from app.foundation.database import db
from app.foundation.tenancy.models import Grant, Post, Site, Unit
from tests.policies.world import World

FILE = Path(__file__).parent / "behaviour.yaml"
MODELS: Mapping[str, type[Any]] = {
    "units": Unit,
    "sites": Site,
    "offices": Post,
    "filers": Post,
    "grants": Grant,
}
Cells = dict[tuple[str, str], frozenset[str]]


@dataclass(frozen=True)
class Table:
    """What the file says: for each post, ``(object, act)`` → exactly the names it reaches; the rest reaches nothing.

    ``family`` says on which kinds of rows an object is tried, ``because`` in which words a person with a post may be
    told why, ``public`` in which words anybody is.
    """

    names: Mapping[str, tuple[str, Any]]
    family: Mapping[str, tuple[str, ...]]
    because: Mapping[str, tuple[str, ...]]
    posts: Mapping[str, Cells]
    places: Mapping[str, str]
    public: str

    def words(self, post: str, obj: str) -> tuple[str, ...]:
        """The words one of which must say why ``post`` reaches an ``obj``."""
        return (self.public,) if post.startswith("public@") else self.because[obj]

    def expected(self, post: str, obj: str, act: str) -> frozenset[str]:
        """The names ``post`` reaches; empty where the file is silent."""
        return self.posts[post].get((obj, act), frozenset())

    def only(self, *posts: str) -> Table:
        """The table cut down to some posts."""
        return replace(self, posts={post: self.posts[post] for post in posts})


def read(path: Path = FILE) -> Table:
    """Read the file; an unknown name or a cell said twice fails."""
    file = yaml.safe_load(path.read_text("utf-8"))
    names = {name: (kind, where) for kind in MODELS for name, where in file[kind].items()}
    assert len(names) == sum(len(file[kind]) for kind in MODELS), "a name stands twice"
    sets: dict[str, frozenset[str]] = {}

    def members(words: list[str]) -> frozenset[str]:
        found: set[str] = set()
        for word in words:
            assert word in names or word in sets, f"behaviour.yaml: {word}"
            found |= sets.get(word, {word})
        return frozenset(found)

    for name, words in file["sets"].items():
        sets[name] = members(words)
    posts: dict[str, Cells] = {}
    for post, spec in file["posts"].items():
        cells = dict(posts[spec.pop("as")]) if "as" in spec else {}
        for (obj, act), text in _cells(spec):
            assert (obj, act) not in cells, f"behaviour.yaml: {post} {obj} {act} stands twice"
            cells[obj, act] = members(text.split())
        posts[post] = cells
    groups = list(file["objects"].values())
    return Table(
        names=names,
        family={obj: tuple(group["of"]) for group in groups for obj in group["objects"]},
        because={obj: tuple(group["because"]) for group in groups for obj in group["objects"]},
        posts=posts,
        places={**file["offices"], **file["units"]},
        public=file["public"],
    )


def _cells(spec: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[tuple[str, str], str]]:
    for obj, acts in spec.items():
        for listed, text in acts.items():
            for act in listed.split():
                yield (obj, act), text


@dataclass
class Ground:
    """The table on the built country: rows by kind and actors by post, each read once."""

    world: World
    table: Table
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)

    def targets(self, obj: str) -> dict[str, Any]:
        """Every row an object is tried on, by name."""
        if not self.rows:
            with access.acting_as(access.system("tests", over="0.")):
                for name, (kind, where) in self.table.names.items():
                    self.rows.setdefault(kind, {})[name] = self._row(kind, where)
                    assert self.rows[kind][name] is not None, name
        return {name: row for kind in self.table.family[obj] for name, row in self.rows[kind].items()}

    def _row(self, kind: str, where: Any) -> Any:
        if kind == "sites":
            made: Any = getattr(self.world, where)
        elif kind == "units":
            made = self.world.units[where]
        elif kind == "grants":
            made = self.world.grants[tuple(where)]
        else:
            made = self.world.posts[where]
        return db.session.get(MODELS[kind], made.id)

    def actor(self, post: str) -> Actor:
        """Whoever holds ``role@place``."""
        if post not in self.actors:
            role, place = post.split("@")
            self.actors[post] = (
                ANONYMOUS if role == "public" else self.world.actor((role, self.table.places[place]))
            )
        return self.actors[post]


def check(ground: Ground, post: str, obj: str, act: str) -> None:
    """One cell: the compiled table, Casbin, the filter and the menu say what the table says, in fitting words."""
    expected, actor, targets = (
        ground.table.expected(post, obj, act), ground.actor(post), ground.targets(obj)
    )  # fmt: skip
    compiled = {name for name, row in targets.items() if access.can(actor, obj, act, row)}
    assert compiled == expected, f"{post} {obj} {act}: {_difference(compiled, expected)}"
    assert access.may(actor, obj, act) is ((obj, act) in ground.table.posts[post]), (post, obj, act)
    words = ground.table.words(post, obj)
    for name in sorted(expected):
        said = access.explain(actor, obj, act, targets[name]).lines[0]
        assert any(f"“{word}”" in said for word in words), f"{post} {obj} {act} {name}: {said}"
    casbin = {
        name
        for name, row in targets.items()
        if _decider().decide(actor, access.facts_of(row), obj, act) is not None
    }
    assert casbin == expected, f"Casbin: {post} {obj} {act}: {_difference(casbin, expected)}"
    filtered = _filtered(ground, actor, obj, act)
    assert filtered == expected, f"SQL: {post} {obj} {act}: {_difference(filtered, expected)}"


def _filtered(ground: Ground, actor: Actor, obj: str, act: str) -> set[str]:
    keys = {(type(row), row.id): name for name, row in ground.targets(obj).items()}
    found: set[str] = set()
    with access.acting_as(access.system("tests", over="0.")):
        for model in {MODELS[kind] for kind in ground.table.family[obj]}:
            query = db.select(model.id).where(access.scope(actor, obj, act, model))
            found |= {keys[model, key] for key in db.session.scalars(query) if (model, key) in keys}
    return found


def _difference(found: set[str], expected: frozenset[str]) -> str:
    wide, narrow = "、".join(sorted(found - expected)), "、".join(sorted(expected - found))
    return f"reaches too far: {wide or '-'}; falls short of: {narrow or '-'}"
