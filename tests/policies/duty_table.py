"""The table of duties that are two people's, and the check that conflicts.csv does what it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import yaml

from app.foundation import access
from app.foundation.access import duties
from app.kernel.errors import AccessDenied

FILE = Path(__file__).parent / "duties.yaml"
ALWAYS = "always"
CITY, COUNTY, BESIDE = "0.43.07.", "0.43.07.02.", "0.43.07.03."
# Where two posts of one person may stand, and whether that is near enough to clash.
PLACES = ((CITY, CITY, True), (CITY, COUNTY, True), (COUNTY, CITY, True), (COUNTY, BESIDE, False))
ONE, ANOTHER = 1, 2
Both = frozenset[str]


@dataclass(frozen=True)
class Seat:
    """A post: a role somewhere."""

    role: str
    path: str


@dataclass(frozen=True)
class Table:
    """What the file says: two roles → the setting that asks for it and its source; two steps → the source."""

    posts: Mapping[Both, tuple[str, str]]
    steps: Mapping[Both, str]


def read(path: Path = FILE) -> Table:
    """Read the file; a pair said twice fails."""
    file = yaml.safe_load(path.read_text("utf-8"))
    posts: dict[Both, tuple[str, str]] = {}
    for setting, sources in file["posts"].items():
        for source, pair in _pairs(sources):
            assert pair not in posts, f"duties.yaml: {sorted(pair)} stands twice"
            posts[pair] = (setting, source)
    steps: dict[Both, str] = {}
    for source, pair in _pairs(file["steps"]):
        assert pair not in steps, f"duties.yaml: {sorted(pair)} stands twice"
        steps[pair] = source
    return Table(posts, steps)


def _pairs(sources: Mapping[str, list[str]]) -> Iterator[tuple[str, Both]]:
    for source, lines in sources.items():
        for line in lines:
            pair = frozenset(line.split())
            assert len(pair) == 2, f"duties.yaml: {line}"
            yield source, pair


def settings(table: Table) -> list[str]:
    """Every setting that asks for something."""
    return sorted({setting for setting, _source in table.posts.values()} - {ALWAYS})


def check(table: Table) -> None:
    """Every two roles at every two places under every setting, and every two steps, in either order."""
    check_posts(table)
    check_steps(table)


def check_posts(table: Table) -> None:
    """Whether two posts of one person clash, and by which rule."""
    for asked in ("", *settings(table)):

        def applies(setting: str, _path: str, asked: str = asked) -> bool:
            return setting == asked

        for (one, other), (here, there, near) in product(product(access.policy().places, repeat=2), PLACES):
            setting, source = table.posts.get(frozenset((one, other)), ("", ""))
            expected = source if near and setting in {ALWAYS, asked} else ""
            clash = duties.clash(duties.duties(), Seat(one, here), [Seat(other, there)], applies)
            found = clash[0].source if clash is not None else ""
            assert found == expected, (
                f"{one}@{here} {other}@{there} {asked}: {found or '-'}, {expected or '-'}"
            )


def check_steps(table: Table) -> None:
    """Whether one person, another, and nobody in particular may take a step after another one, and by which rule."""
    steps = [f"{obj}:{act}" for obj, act in access.policy().acts]
    for step, done in product(steps, repeat=2):
        source = table.steps.get(frozenset((step, done)), "") if step != done else ""
        for who, expected in ((ONE, source), (None, source), (ANOTHER, "")):
            found = _refused(who, step, done)
            assert found == expected, f"{step} after {done} by {who}: {found or '-'}, {expected or '-'}"


def _refused(who: int | None, step: str, done: str) -> str:
    try:
        duties.ensure_another(duties.duties(), access.policy(), who, step, {done: ONE})
    except AccessDenied as refused:
        return refused.source
    return ""
