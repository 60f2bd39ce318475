"""The course of an application as a picture: laid out from the flow itself, walked by what the record says. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from app.plugins.applications.flow import ApplicationFlow

GOAL = "badged"
PITCH, WIDE, HIGH = 150, 124, 44  # a column, a node
TOP, GAP = 30, 52  # room for what goes back over the main line; between the two lines
LONGEST_LINE = 17  # in half-widths of a Chinese character


@dataclass(frozen=True)
class Arrow:
    """One transition of the flow."""

    source: str
    target: str
    event: str


@dataclass(frozen=True)
class Place:
    """Where a state stands, in columns (a half column where it branches off) and lines."""

    state: str
    column: float
    line: int

    @property
    def x(self) -> float:
        """Left edge."""
        return self.column * PITCH + (PITCH - WIDE) / 2

    @property
    def y(self) -> float:
        """Upper edge."""
        return TOP + self.line * (HIGH + GAP)


@dataclass(frozen=True)
class Node:
    """A state in the picture; ``mark`` is done, now or empty, ``on`` the day it was reached."""

    place: Place
    lines: tuple[str, ...]
    mark: str
    on: date | None


@dataclass(frozen=True)
class Edge:
    """A transition in the picture, as the path of an SVG; ``walked`` when the record took it."""

    arrow: Arrow
    path: str
    walked: bool


@dataclass(frozen=True)
class Course:
    """The whole picture: width and height in user units; ``ahead`` names the steps that may follow."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    width: float
    height: float
    ahead: tuple[str, ...]
    wide: int = WIDE
    high: int = HIGH

    def with_mark(self, mark: str) -> list[Node]:
        """The states that are done, now, or neither."""
        return [node for node in self.nodes if node.mark == mark]


def arrows(flow: Any = ApplicationFlow) -> tuple[Arrow, ...]:
    """Every transition of the flow."""
    return tuple(
        Arrow(str(state.id), str(transition.target.id), str(transition.event))
        for state in flow.states
        for transition in state.transitions
    )


def route(found: Sequence[Arrow], start: str, goals: Iterable[str]) -> list[Arrow]:
    """The shortest way from a state to the nearest of ``goals``; empty where there is none, or one is already there."""
    wanted, seen = set(goals), {start}
    waiting: deque[tuple[str, list[Arrow]]] = deque([(start, [])])
    while waiting:
        here, way = waiting.popleft()
        if here in wanted:
            return way
        for arrow in found:
            if arrow.source == here and arrow.target not in seen:
                seen.add(arrow.target)
                waiting.append((arrow.target, [*way, arrow]))
    return []


@cache
def places(flow: Any = ApplicationFlow, goal: str = GOAL) -> Mapping[str, Place]:
    """Where each state stands: the way to the goal is the main line, the rest hangs below where it branches off."""
    found = arrows(flow)
    start = _first(flow)
    main = [start, *(arrow.target for arrow in route(found, start, [goal]))]
    made = {state: Place(state, float(column), 0) for column, state in enumerate(main)}
    taken: set[tuple[float, int]] = set()
    rest = [state for state in flow.states if str(state.id) not in made]
    for state in sorted(rest, key=lambda one: (len(route(found, start, [str(one.id)])), bool(one.final))):
        away = len(route(found, start, [str(state.id)]))
        column, line = _free(away, len(main), taken)
        taken.add((column, line))
        made[str(state.id)] = Place(str(state.id), column, line)
    return made


def _first(flow: Any) -> str:
    return next(str(state.id) for state in flow.states if state.initial)


def _free(away: int, columns: int, taken: set[tuple[float, int]]) -> tuple[float, int]:
    """The nearest free place below: before the column it is away, behind it, else a line deeper."""
    line = 1
    while True:
        for column in (away - 0.5, away + 0.5):
            if 0 <= column <= columns - 1 and (column, line) not in taken:
                return column, line
        line += 1


def walk(
    events: Iterable[tuple[str, date | None]], state: str, flow: Any = ApplicationFlow
) -> Iterator[tuple[Arrow, date | None]]:
    """The transitions the record took, in order.

    Args:
        events: what happened, oldest first. A step the record does not name is filled in by the shortest way.
        state: where it stands now.
    """
    found, here = arrows(flow), _first(flow)
    for event, on in events:
        sources = {arrow.source for arrow in found if arrow.event == event}
        if not sources:
            continue
        for between in route(found, here, sources):
            yield between, None
            here = between.target
        arrow = next((one for one in found if (one.source, one.event) == (here, event)), None)
        if arrow is not None:
            yield arrow, on
            here = arrow.target
    for last in route(found, here, [state]):
        yield last, None


def draw(
    events: Iterable[tuple[str, date | None]],
    state: str,
    words: Mapping[str, str],
    steps: Mapping[str, str],
    flow: Any = ApplicationFlow,
) -> Course:
    """The picture of one application.

    Args:
        words: what each state is called; ``steps``: what each step is that somebody may take.
    """
    taken = list(walk(events, state, flow))
    reached: dict[str, date | None] = {_first(flow): None}
    for arrow, on in taken:
        reached[arrow.target] = on or reached.get(arrow.target)
    walked = {arrow for arrow, _on in taken}
    where = places(flow)
    nodes = tuple(
        Node(
            place,
            wrapped(words[key]),
            "now" if key == state else "done" if key in reached else "",
            reached.get(key),
        )
        for key, place in where.items()
    )
    edges = tuple(
        Edge(arrow, path(where[arrow.source], where[arrow.target]), arrow in walked)
        for arrow in sorted(arrows(flow), key=lambda one: one in walked)
    )
    lines = max(place.line for place in where.values())
    columns = max(place.column for place in where.values()) + 1
    open_ = (one for one in arrows(flow) if one.source == state and one.event in steps)
    ahead = tuple(dict.fromkeys(steps[one.event] for one in open_))
    return Course(nodes, edges, columns * PITCH, TOP + lines * (HIGH + GAP) + HIGH + 6, ahead)


def path(source: Place, target: Place) -> str:
    """The line of a transition: straight on along the main line, over it backwards, else through the gap between."""
    if source.line == target.line:
        if target.column > source.column:
            return _straight(source.x + WIDE, target.x, source.y + HIGH / 2)
        if source.line:
            return _straight(source.x, target.x + WIDE, source.y + HIGH / 2)
        return _over(source, target)
    down = target.line > source.line
    aside = (target.column > source.column) - (target.column < source.column)
    off, on = (0.3, 0.08) if down else (0.38, 0.05)  # there and back run beside one another
    start_x = source.x + WIDE / 2 + aside * WIDE * off
    end_x = target.x + WIDE / 2 - aside * WIDE * on
    start_y, end_y = (source.y + HIGH, target.y - 2) if down else (source.y, target.y + HIGH + 2)
    bend = (end_y - start_y) * 0.55
    return f"M{start_x:g} {start_y:g}C{start_x:g} {start_y + bend:g} {end_x:g} {end_y - bend:g} {end_x:g} {end_y:g}"


def _straight(start: float, end: float, y: float) -> str:
    short = 2 if end > start else -2
    return f"M{start:g} {y:g}H{end - short:g}"


def _over(source: Place, target: Place) -> str:
    start, end, y = source.x + WIDE / 3, target.x + WIDE * 2 / 3, source.y
    return f"M{start:g} {y:g}C{start:g} {y - 28:g} {end:g} {y - 28:g} {end:g} {y - 2:g}"


def wrapped(text: str) -> tuple[str, ...]:
    """A label in at most two lines: at a space where it is too long for one."""
    width = sum(2 if ord(mark) > 0x2E7F else 1 for mark in text)
    if width <= LONGEST_LINE or " " not in text:
        return (text,)
    words = text.split(" ")
    cut = min(range(1, len(words)), key=lambda at: abs(len(" ".join(words[:at])) - len(text) / 2))
    return " ".join(words[:cut]), " ".join(words[cut:])
