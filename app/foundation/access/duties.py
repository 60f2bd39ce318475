"""Duties one person may not combine: two posts at the same time, or two steps of the same case.

``policies/conflicts.csv`` is the source. A pair of posts is checked when a post is given, and again whenever somebody
acts: posts that clash are set aside as a whole (``set_aside``), so that verbs, lists and menus agree. A pair of
steps is checked by the verb that takes the later one (``ensure_another``).
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from flask import Flask, current_app
from sqlalchemy import select

from app.foundation.access.policy import Policy, PolicyError
from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.foundation.tenancy.settings import SCHEMA
from app.kernel import paths
from app.kernel.errors import N_, AccessDenied

FILE = "conflicts.csv"
NO_SETTING = "-"
WITHIN = {"role": ("office", "subtree"), "act": ("case",)}
_KEY = "bianban.duties"


class Held(Protocol):
    """A post as far as this goes: its role and the node it stands at (for a unit's officer: the reviewing office's)."""

    @property
    def role(self) -> str: ...
    @property
    def path(self) -> str: ...


H = TypeVar("H", bound=Held)


@dataclass(frozen=True)
class Pair:
    """Two posts, or two steps (``object:act``), that are two people's; ``setting`` is the office's that asks for it."""

    kind: str
    one: str
    other: str
    within: str
    setting: str
    source: str

    def names(self, one: str, other: str) -> bool:
        """Whether these are the two, in either order."""
        return {one, other} == {self.one, self.other}


@dataclass(frozen=True)
class Duties:
    """The whole file, with the roles each role holds by inheritance."""

    pairs: tuple[Pair, ...]
    inherits: Mapping[str, frozenset[str]]

    def of_roles(self, role: str, other: str) -> Iterator[Pair]:
        """The pairs two held roles fall under, inherited roles counted."""
        mine, theirs = self.inherits.get(role, frozenset()), self.inherits.get(other, frozenset())
        for pair in self.pairs:
            if pair.kind == "role" and (
                (pair.one in mine and pair.other in theirs) or (pair.other in mine and pair.one in theirs)
            ):
                yield pair

    def of_acts(self, one: str, other: str) -> Pair | None:
        """The pair two steps of one case fall under."""
        return next((pair for pair in self.pairs if pair.kind == "act" and pair.names(one, other)), None)


# -- reading the file --------------------------------------------------------------------------------------


def load(folder: Path, policy: Policy) -> Duties:
    """Read ``conflicts.csv``.

    Raises:
        PolicyError: an unknown kind, role, step, reach or setting, a pair with itself, or one that stands twice.
    """
    pairs: list[Pair] = []
    for number, cells in _rows(folder / FILE):
        pair = _pair(number, cells, policy)
        if any(known.kind == pair.kind and known.names(pair.one, pair.other) for known in pairs):
            raise PolicyError(f"{FILE}:{number}: {pair.one} and {pair.other} stand twice")
        pairs.append(pair)
    return Duties(tuple(pairs), policy.inherits)


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            for number, row in enumerate(csv.reader(handle), start=1):
                cells = [cell.strip() for cell in row]
                if cells and cells[0] and not cells[0].startswith("#"):
                    yield number, cells
    except OSError as error:
        raise PolicyError(f"{FILE}: {error}") from error


def _pair(number: int, cells: list[str], policy: Policy) -> Pair:
    if len(cells) != 6 or not all(cells):
        raise PolicyError(f"{FILE}:{number}: expected kind, one, other, within, setting, source: {cells}")
    pair = Pair(*cells)
    if pair.kind not in WITHIN or pair.within not in WITHIN[pair.kind]:
        raise PolicyError(f"{FILE}:{number}: unknown kind or reach: {pair.kind}, {pair.within}")
    for one in (pair.one, pair.other):
        known = one in policy.places if pair.kind == "role" else policy.knows(*_step(one))
        if not known:
            raise PolicyError(f"{FILE}:{number}: unknown {pair.kind} {one}")
    if pair.one == pair.other:
        raise PolicyError(f"{FILE}:{number}: {pair.one} cannot clash with itself")
    if pair.setting != NO_SETTING and (pair.kind == "act" or pair.setting not in SCHEMA):
        raise PolicyError(f"{FILE}:{number}: unknown setting {pair.setting}")
    return pair


def _step(text: str) -> tuple[str, str]:
    obj, _, act = text.partition(":")
    return obj, act


def init_app(app: Flask, policy: Policy) -> None:
    """Read the pairs of this app; an unknown word stops the start."""
    app.extensions[_KEY] = load(Path(app.config["POLICIES_DIR"]), policy)


def duties() -> Duties:
    """The pairs of this app."""
    found: Duties = current_app.extensions[_KEY]
    return found


# -- two posts ---------------------------------------------------------------------------------------------

Applies = Callable[[str, str], bool]
Clash = tuple[Pair, H]


def clash(known: Duties, new: Held, held: Iterable[H], applies: Applies) -> Clash[H] | None:
    """The first held post that may not stand beside ``new``, with the pair that says so.

    Args:
        applies: whether a setting is in force at a path, or above it.
    """
    for other in held:
        for pair in known.of_roles(new.role, other.role):
            if _near(pair, new.path, other.path) and (
                pair.setting == NO_SETTING or applies(pair.setting, max(new.path, other.path, key=len))
            ):
                return pair, other
    return None


def _near(pair: Pair, one: str, other: str) -> bool:
    if pair.within == "office":
        return one == other
    return paths.covers(one, other) or paths.covers(other, one)


def applies(setting: str, path: str) -> bool:
    """Whether the office at ``path`` or one above it asks for it: a lower office cannot undo it."""
    settings = db.session.scalars(
        select(Office.settings).where(Office.path.in_((*paths.ancestors(path), path)))
    )
    return any(one.get(setting) is True for one in settings)


@dataclass(frozen=True)
class SetAside:
    """A post held today that does not count, because its holder also holds ``other``."""

    post: Any
    other: str
    source: str


def set_aside(posts: Sequence[H]) -> tuple[tuple[H, ...], tuple[SetAside, ...]]:
    """The posts that count, and those that clash with one another (older than the rule, or than the setting)."""
    if len(posts) < 2:
        return tuple(posts), ()
    barred: dict[int, SetAside] = {}
    for at, post in enumerate(posts):
        others = [other for index, other in enumerate(posts) if index != at]
        found = clash(duties(), post, others, applies)
        if found is not None:
            barred[at] = SetAside(post, found[1].role, found[0].source)
    kept = tuple(post for at, post in enumerate(posts) if at not in barred)
    return kept, tuple(barred.values())


def refusal(policy: Policy, aside: SetAside) -> AccessDenied:
    """Why a post that was set aside opens nothing."""
    return AccessDenied(
        "posts-clash",
        N_(
            "您同时担任“%(one)s”和“%(other)s”，两岗不得由一人担任，这两个岗位的操作已经暂停。请联系上级机构系统管理岗终止其中一个岗位。"
        ),
        source=aside.source,
        one=policy.label("role", aside.post.role),
        other=policy.label("role", aside.other),
    )


# -- two steps of one case ---------------------------------------------------------------------------------


def ensure_another(
    known: Duties, policy: Policy, person_id: int | None, step: str, done: Mapping[str, int | None]
) -> None:
    """Whoever takes this step took none of those that clash with it.

    Args:
        step: ``object:act`` about to be done.
        done: the steps of this case that were taken, and by whom.

    Raises:
        AccessDenied: it is the same person's, or nobody's in particular.
    """
    for other, whose in done.items():
        pair = known.of_acts(step, other)
        if pair is None or whose is None or (person_id is not None and person_id != whose):
            continue
        raise AccessDenied(
            "same-person",
            N_(
                "“%(done)s”和“%(step)s”须由两人分别办理。您办理了本件的“%(done)s”，“%(step)s”请由其他有权人员办理。"
            ),
            source=pair.source,
            done=policy.label("act", other),
            step=policy.label("act", step),
        )
