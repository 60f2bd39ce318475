"""An actor's reach as transaction settings: for each object of the policy, what may be read and what written.

Compiled by the very walk that gives ``predicates.visible``. One setting ``bianban.<object>`` holds
``{"see": {"paths", "desks", "units"}, "write": {…}}``; each value is a PostgreSQL array literal. ``paths`` are LIKE
patterns for ``review_path``: ``0.43.07.`` at, ``0.43.07.%`` under, ``0.43.07._%`` strictly below; ``desks`` are
patterns for ``filing_path``; ``units`` are ids. A path holds no wildcard (see ``kernel.paths``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from flask import current_app, has_app_context

from app.foundation.access.actors import Actor, PostFact
from app.foundation.access.policy import Policy, PolicyError
from app.foundation.access.predicates import reached
from app.foundation.access.service import policy
from app.kernel import paths

EVERYTHING = "bianban.all"
_CACHE = "bianban.rows"
_NAME = re.compile(r"[a-z][a-z_]*\Z")

Reach = dict[str, str]


def _pattern(how: str, where: str) -> Iterable[str]:
    if how == "under":
        return (f"{where}%",)
    if how == "below":
        return (f"{where}_%",)
    if how == "at":
        return (where,)
    if how == "above":
        return (*paths.ancestors(where), where)
    if how == "host":
        return () if where == paths.ROOT else (paths.parent(where),)
    raise ValueError(how)


def _fewest(patterns: set[str]) -> list[str]:
    """Without those that another one takes in: fewer comparisons a row."""
    under = [one[:-1] for one in patterns if one.endswith("%") and not one.endswith("_%")]

    def inside(one: str) -> bool:
        stem = one.rstrip("%_")
        return any(stem.startswith(top) and one != f"{top}%" for top in under)

    return sorted(one for one in patterns if not inside(one))


def _array(values: Iterable[object]) -> str:
    return "{" + ",".join(str(value) for value in values) + "}"


def _reach(rules: Policy, posts: tuple[PostFact, ...], obj: str, acts: Iterable[str]) -> Reach:
    rows: set[str] = set()
    desks: set[str] = set()
    units: set[int] = set()
    for act in acts:
        wanted, own = reached(rules, posts, obj, act)
        units |= set(own)
        for how, where in wanted:
            if how == "filed":
                desks.add(f"{where}%")
            else:
                rows.update(_pattern(how, where))
    found: dict[str, list[Any]] = {"paths": _fewest(rows), "desks": _fewest(desks), "units": sorted(units)}
    return {key: _array(values) for key, values in found.items() if values}


def _of_task(rules: Policy, over: str) -> dict[str, str]:
    if over == paths.ROOT:
        return {EVERYTHING: "on"}
    one = {"paths": _array([f"{over}%"])} if over else {}
    return {EVERYTHING: "", **{f"bianban.{obj}": _entry(one, one) for obj in _objects(rules)}}


def _of_person(rules: Policy, actor: Actor) -> dict[str, str]:
    found = {EVERYTHING: ""}
    for obj in _objects(rules):
        see = _reach(rules, actor.posts, obj, (actor.reads,))
        write = _reach(rules, actor.posts, obj, rules.writing_acts(obj))
        found[f"bianban.{obj}"] = _entry(see, write)
    return found


def _entry(see: Reach, write: Reach) -> str:
    found = {key: value for key, value in (("see", see), ("write", write)) if value}
    return json.dumps(found, separators=(",", ":")) if found else ""


def _objects(rules: Policy) -> list[str]:
    names = sorted({obj for obj, _act in rules.acts})
    for name in names:
        if not _NAME.match(name) or f"bianban.{name}" == EVERYTHING:
            raise PolicyError(f"acts.yaml: {name!r} cannot be a PostgreSQL setting")
    return names


def settings(rules: Policy, actor: Actor) -> Mapping[str, str]:
    """Every setting of the actor's, those of earlier actors in the transaction overwritten."""
    return _of_task(rules, actor.over) if actor.is_system else _of_person(rules, actor)


def compiled(actor: Actor) -> str:
    """The settings as JSON, kept for each actor of this app."""
    if actor.unbounded:
        return json.dumps({EVERYTHING: "on"})
    if not has_app_context():
        raise RuntimeError("a scope is compiled from the policy of an app: open an app context")
    kept = current_app.extensions.get(_CACHE)
    if kept is None:
        rules = policy()
        kept = lru_cache(maxsize=512)(lambda one: json.dumps(settings(rules, one)))
        current_app.extensions[_CACHE] = kept
    return str(kept(actor))
