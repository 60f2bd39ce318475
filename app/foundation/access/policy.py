"""The policy files, read strictly and compiled once: ``(held role, object, act) → relations``."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from app.kernel import paths

HOWS = frozenset({"unit", "filed", "at", "below", "under", "host", "above"})
HOLDER = "$"


class PolicyError(RuntimeError):
    """A policy file says something unknown or contradictory; the start stops."""


@dataclass(frozen=True)
class Line:
    """One permission line: who (held or inherited role), by which relation, which object, which act."""

    number: int
    role: str
    relation: str
    obj: str
    act: str

    def __str__(self) -> str:
        return f"p, {self.role}, {self.relation}, {self.obj}, {self.act}"


@dataclass(frozen=True)
class Reach:
    """What a relation covers; ``where`` is a path, or ``$`` for the holder's own node."""

    how: str
    where: str


@dataclass(frozen=True)
class Policy:
    """Everything the policy files say.

    Attributes:
        lines: permission lines in file order.
        inherits: role → every role it holds, itself included.
        reaches: relation → what it covers for every holder.
        table: ``(held role, obj, act)`` → the lines that may decide, compiled.
        acts: ``(obj, act)`` → whether it writes the row.
        words: labels of roles, relations, objects and acts.
        places, desks: role → what holds it, and for desks which kinds.
    """

    model_path: Path
    policy_path: Path
    lines: tuple[Line, ...]
    inherits: dict[str, frozenset[str]]
    reaches: dict[str, tuple[Reach, ...]]
    acts: dict[tuple[str, str], bool]
    words: dict[str, dict[str, str]]
    places: dict[str, str]
    desks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    table: dict[tuple[str, str, str], tuple[Line, ...]] = field(default_factory=dict)

    def knows(self, obj: str, act: str) -> bool:
        """Whether the pair stands in the catalogue of acts."""
        return (obj, act) in self.acts

    def lines_for(self, role: str, obj: str, act: str) -> tuple[Line, ...]:
        """The lines by which a holder of ``role`` may do ``act``; empty when there is none."""
        return self.table.get((role, obj, act), ())

    def writing_acts(self, obj: str) -> tuple[str, ...]:
        """Acts that change a row of ``obj``."""
        return tuple(act for (known, act), writes in self.acts.items() if known == obj and writes)

    def label(self, kind: str, key: str) -> str:
        """The word people see for a role, relation, object or act."""
        return self.words[kind].get(key, key)


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    with path.open(encoding="utf-8", newline="") as handle:
        for number, row in enumerate(csv.reader(handle), start=1):
            cells = [cell.strip() for cell in row]
            if cells and cells[0] and not cells[0].startswith("#"):
                yield number, cells


def _yaml(path: Path) -> dict[str, Any]:
    loaded = yaml.safe_load(path.read_text("utf-8"))
    if not isinstance(loaded, dict):
        raise PolicyError(f"{path.name}: must be a mapping")
    return loaded


def _closure(parents: dict[str, set[str]], roles: set[str]) -> dict[str, frozenset[str]]:
    def reach(role: str, trail: tuple[str, ...]) -> frozenset[str]:
        if role in trail:
            raise PolicyError(f"policy.csv: roles inherit in a circle: {' → '.join((*trail, role))}")
        found = {role}
        for parent in parents.get(role, ()):
            found |= reach(parent, (*trail, role))
        return frozenset(found)

    return {role: reach(role, ()) for role in roles}


def _check_reach(number: int, cells: list[str]) -> tuple[str, Reach]:
    _, holder, relation, how, where, until = cells
    if holder != "*" or until != "-":
        raise PolicyError(f"policy.csv:{number}: exceptions are rows of the database, not lines of this file")
    if how not in HOWS:
        raise PolicyError(f"policy.csv:{number}: unknown reach {how!r}")
    if where != HOLDER and not paths.valid(where):
        raise PolicyError(f"policy.csv:{number}: bad path {where!r}")
    return relation, Reach(how, where)


def load(folder: Path) -> Policy:
    """Read ``model.conf``, ``policy.csv`` and the catalogues beside them.

    Raises:
        PolicyError: an unknown line type, role, relation, object or act, a duplicate, or a circle.
    """
    acts_yaml, roles_yaml, relations = (_yaml(folder / f"{n}.yaml") for n in ("acts", "roles", "relations"))
    acts = {
        (obj, act): bool(spec.get("writes"))
        for obj, entry in acts_yaml.items()
        for act, spec in entry["acts"].items()
    }
    lines: list[Line] = []
    seen: set[str] = set()
    parents: dict[str, set[str]] = defaultdict(set)
    reaches: dict[str, list[Reach]] = defaultdict(list)
    for number, cells in _rows(folder / "policy.csv"):
        kind, size = cells[0], len(cells)
        if kind == "p" and size == 5:
            line = Line(number, *cells[1:])
            if (
                line.role not in roles_yaml
                or line.relation not in relations
                or (line.obj, line.act) not in acts
            ):
                raise PolicyError(f"policy.csv:{number}: unknown role, relation, object or act: {line}")
            if str(line) in seen:
                raise PolicyError(f"policy.csv:{number}: stands twice: {line}")
            seen.add(str(line))
            lines.append(line)
        elif kind == "g" and size == 3:
            if cells[1] not in roles_yaml or cells[2] not in roles_yaml:
                raise PolicyError(f"policy.csv:{number}: unknown role in {cells}")
            parents[cells[1]].add(cells[2])
        elif kind == "p2" and size == 6:
            relation, reach = _check_reach(number, cells)
            reaches[relation].append(reach)
        else:
            raise PolicyError(f"policy.csv:{number}: unknown line {cells}")
    words = {
        "role": {key: spec["label"] for key, spec in roles_yaml.items()},
        "relation": {key: str(text) for key, text in relations.items()},
        "obj": {obj: entry["label"] for obj, entry in acts_yaml.items()},
        "act": {
            f"{obj}:{act}": spec["label"]
            for obj, entry in acts_yaml.items()
            for act, spec in entry["acts"].items()
        },
    }
    found = Policy(
        model_path=folder / "model.conf",
        policy_path=folder / "policy.csv",
        lines=tuple(lines),
        inherits=_closure(parents, set(roles_yaml)),
        reaches={relation: tuple(listed) for relation, listed in reaches.items()},
        acts=acts,
        words=words,
        places={key: spec["at"] for key, spec in roles_yaml.items()},
        desks={key: tuple(spec.get("desks", ())) for key, spec in roles_yaml.items()},
    )
    found.table.update(_compile(found))
    return found


def _compile(policy: Policy) -> dict[tuple[str, str, str], tuple[Line, ...]]:
    table: dict[tuple[str, str, str], list[Line]] = defaultdict(list)
    for held, roles in policy.inherits.items():
        for line in policy.lines:
            if line.role in roles:
                table[(held, line.obj, line.act)].append(line)
    return {key: tuple(listed) for key, listed in table.items()}
