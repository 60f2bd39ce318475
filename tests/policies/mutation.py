"""Policy mutation: delete or alter any one line of policy.csv or conflicts.csv, and a behaviour test must fail.

Each mutant is read by the strict loader, put in the place of the running app's policy, and judged by the very
functions the behaviour tests call (``behaviour.check``); the golden file plays no part. A mutant the loader refuses
is the loader's catch (``test_loading.py``): nothing of that kind can start.

On SQLite alone: a mutant changes the compiled table, from which Casbin, the filter and the PostgreSQL settings all
follow, and that those four agree on both databases under any policy is what ``test_property.py`` and
``foundation/rows`` show. Pairs of duties are compared without a database.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from unittest import mock

from flask import Flask

from app.foundation.access import Actor, Facts, duties
from app.foundation.access.enforcer import Decider
from app.foundation.access.policy import HOLDER, HOWS, Line, Policy, PolicyError, load
from app.foundation.access.service import _KEY
from app.foundation.tenancy.settings import SCHEMA
from tests.policies import duty_table
from tests.policies.behaviour import Ground, check

FILES = ("model.conf", "acts.yaml", "roles.yaml", "relations.yaml")
CONFLICTS = duties.FILE
DELETED = "deleted"
Judge = Callable[[Ground, str, str, str], None]


@dataclass(frozen=True)
class Mutant:
    """One changed line: its number, the cells it had, the cells put there (none: deleted)."""

    number: int
    before: tuple[str, ...]
    after: tuple[str, ...] | None
    file: str = "policy.csv"

    def __str__(self) -> str:
        return f"{self.file}:{self.number}: {', '.join(self.before)} → {', '.join(self.after or (DELETED,))}"


@dataclass
class Outcome:
    """What became of the mutants."""

    caught: int = 0
    refused: list[Mutant] = field(default_factory=list)
    survived: list[Mutant] = field(default_factory=list)


class _Late(Decider):
    """Casbin is set up when it is first asked: most mutants fall before."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._ready = False

    def decide(self, actor: Actor, facts: Facts, obj: str, act: str) -> Line | None:
        if not self._ready:
            super().__init__(self.policy)
            self._ready = True
        return super().decide(actor, facts, obj, act)


def lines(path: Path) -> dict[int, tuple[str, ...]]:
    """The lines that say something, by number."""
    with path.open(encoding="utf-8") as handle:
        rows = ((number, [cell.strip() for cell in row]) for number, row in enumerate(csv.reader(handle), 1))
        return {number: tuple(row) for number, row in rows if row and row[0] and not row[0].startswith("#")}


def mutants(policy: Policy) -> Iterator[Mutant]:
    """Every line deleted, and every cell of it replaced by each other word that may stand there.

    In a permission line: each other role, relation, object that knows the act, and act of the object. In an
    inheritance line: each other role on either side. In a reach: each other ``how``; ``$`` becomes the whole
    country and a fixed place the holder's own, except where the reach does not look at it (``unit``) or the public
    (whose own place is the whole country) is its only holder.
    """
    for number, cells in lines(policy.policy_path).items():
        yield Mutant(number, cells, None)
        for at, words in _alternatives(policy, cells).items():
            for word in sorted(words - {cells[at]}):
                yield Mutant(number, cells, (*cells[:at], word, *cells[at + 1 :]))


def _alternatives(policy: Policy, cells: tuple[str, ...]) -> dict[int, set[str]]:
    roles = set(policy.places)
    if cells[0] == "g":
        return {1: roles - {cells[2]}, 2: roles - {cells[1]}}
    if cells[0] == "p2":
        found: dict[int, set[str]] = {3: set(HOWS)}
        if cells[3] != "unit" and cells[4] == HOLDER:
            found[4] = {"0."}
        return found
    _, _role, _relation, obj, act = cells
    return {
        1: roles,
        2: set(policy.words["relation"]),
        3: {other for other, known in policy.acts if known == act},
        4: {known for other, known in policy.acts if other == obj},
    }


def order(policy: Policy, mutant: Mutant, ground: Ground) -> list[tuple[str, str, str]]:
    """Every cell of the table, those the line speaks of first."""
    changed = [cells for cells in (mutant.before, mutant.after) if cells is not None]
    words = {word for cells in changed for word in cells[1:]}
    if mutant.before[0] == "p":
        spoken = {(cells[3], cells[4]) for cells in changed}
        exact = {(cells[1], cells[3], cells[4]) for cells in changed}
    else:
        heard = [line for line in policy.lines if line.relation in words or line.role in words]
        spoken = {(line.obj, line.act) for line in heard}
        exact = {(line.role, line.obj, line.act) for line in heard}

    def far(cell: tuple[str, str, str]) -> tuple[bool, bool]:
        post, obj, act = cell
        return (post.split("@")[0], obj, act) not in exact, (obj, act) not in spoken

    return sorted(((post, obj, act) for post in ground.table.posts for obj, act in policy.acts), key=far)


@contextmanager
def in_force(app: Flask, folder: Path, mutant: Mutant) -> Iterator[bool]:
    """The app decides by the mutated policy; False where the strict loader refuses it."""
    source = folder / "original.csv"
    rows = source.read_text("utf-8").splitlines()
    rows[mutant.number - 1] = ", ".join(mutant.after or ())
    (folder / "policy.csv").write_text("\n".join(rows) + "\n", "utf-8")
    kept = app.extensions[_KEY]
    try:
        app.extensions[_KEY] = _Late(load(folder))
    except PolicyError:
        yield False
        return
    try:
        yield True
    finally:
        app.extensions[_KEY] = kept


def caught(ground: Ground, cells: list[tuple[str, str, str]], judge: Judge) -> bool:
    """Whether some behaviour test fails under the policy in force."""
    for cell in cells:
        try:
            judge(ground, *cell)
        except AssertionError:
            return True
    return False


def run(app: Flask, ground: Ground, folder: Path, *, judge: Judge = check, step: int = 1) -> Outcome:
    """Try every ``step``-th mutant of the app's policy, with ``folder`` as scratch space."""
    policy: Policy = app.extensions[_KEY].policy
    for name in FILES:
        shutil.copy(policy.policy_path.parent / name, folder / name)
    shutil.copy(policy.policy_path, folder / "original.csv")
    outcome = Outcome()
    reader = import_module(Policy.__module__)
    with mock.patch.object(reader, "_yaml", cache(reader._yaml)):  # the catalogues beside it do not change
        for mutant in list(mutants(policy))[::step]:
            with in_force(app, folder, mutant) as stands:
                if not stands:
                    outcome.refused.append(mutant)
                elif caught(ground, order(policy, mutant, ground), judge):
                    outcome.caught += 1
                else:
                    outcome.survived.append(mutant)
    return outcome


# -- duties that are two people's --------------------------------------------------------------------------


def duty_mutants(policy: Policy) -> Iterator[Mutant]:
    """Every line of conflicts.csv deleted, and every cell but the kind replaced by each other word that may stand there.

    A role or step by each other one, the reach by the other, the setting by each other or none, the source by each
    other the file names.
    """
    found = lines(policy.policy_path.with_name(CONFLICTS))
    sources = {cells[5] for cells in found.values()}
    for number, cells in found.items():
        yield Mutant(number, cells, None, CONFLICTS)
        role = cells[0] == "role"
        named = set(policy.places) if role else {f"{obj}:{act}" for obj, act in policy.acts}
        settings = {duties.NO_SETTING, *(SCHEMA if role else ())}
        words = {1: named, 2: named, 3: set(duties.WITHIN[cells[0]]), 4: settings, 5: sources}
        for at, alternatives in words.items():
            for word in sorted(alternatives - {cells[at]}):
                yield Mutant(number, cells, (*cells[:at], word, *cells[at + 1 :]), CONFLICTS)


def run_duties(
    app: Flask,
    table: duty_table.Table,
    folder: Path,
    *,
    judge: Callable[[duty_table.Table], None] = duty_table.check,
    step: int = 1,
) -> Outcome:
    """Try every ``step``-th mutant of the app's conflicts.csv, with ``folder`` as scratch space."""
    policy: Policy = app.extensions[_KEY].policy
    source = policy.policy_path.with_name(CONFLICTS).read_text("utf-8").splitlines()
    kept, outcome = app.extensions[duties._KEY], Outcome()
    for mutant in list(duty_mutants(policy))[::step]:
        rows = [*source]
        rows[mutant.number - 1] = ", ".join(mutant.after or ())
        (folder / CONFLICTS).write_text("\n".join(rows) + "\n", "utf-8")
        try:
            app.extensions[duties._KEY] = duties.load(folder, policy)
            judge(table)
            outcome.survived.append(mutant)
        except PolicyError:
            outcome.refused.append(mutant)
        except AssertionError:
            outcome.caught += 1
        finally:
            app.extensions[duties._KEY] = kept
    return outcome
