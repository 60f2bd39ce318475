"""What a campaign asks of the person who reads it, worked out from the posts held: pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.kernel import paths
from app.plugins.campaigns.rules import Plan, Step, Timetable, Whose

UNIT, DESK, OFFICE = "unit", "desk", "office"


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a person stands: at a unit, at a filing desk, or at an office; ``nature`` only for a unit."""

    what: str
    path: str
    holder: str
    filing_path: str | None = None
    nature: str = ""


@dataclass(frozen=True, slots=True)
class Duty:
    """One step as it binds somebody: the step of the plan, and the dated one (itself, a local date, or None)."""

    step: Step
    dated: Step | None
    holder: str


def of(plan: Plan, stands: Iterable[Stand], table: Timetable | None = None) -> list[Duty]:
    """The steps that bind somebody who stands there, in the plan's order, each once.

    Args:
        table: everything the reader sees: what a nearer campaign arranges does not bind by this one (S3).
    """
    found: dict[tuple[int, int | None, str], Duty] = {}
    for stand in stands:
        for duty in _at(plan, stand):
            if _nearer(duty.step, plan, Whose(stand.path, stand.filing_path), table):
                continue
            found.setdefault((duty.step.id, duty.dated.id if duty.dated else None, duty.holder), duty)
    order = {step.id: place for place, step in enumerate(plan.steps)}
    return sorted(found.values(), key=lambda duty: (order[duty.step.id], duty.holder))


def _nearer(step: Step, plan: Plan, whose: Whose, table: Timetable | None) -> bool:
    """Whether a nearer office arranges the same; what an office itself owes its upper office nobody else arranges."""
    if table is None or step.kind == "return":
        return False
    asking = table.plan_for(step.kind, whose)
    return asking is not None and asking.id != plan.id


def _at(plan: Plan, stand: Stand) -> Iterator[Duty]:
    if stand.what == OFFICE:
        yield from _of_office(plan, stand)
        return
    whose = Whose(stand.path, stand.filing_path)
    group = plan.group_of(whose)
    line = plan.line_of(stand.nature)
    if group is None or (stand.nature and line is None):
        return
    for step in plan.steps:
        fits = step.sets is None and not step.window and step.kind != "return" and group.key in step.groups
        if fits and step.covers(line.key if line else None):
            yield from _dated(plan, step, stand, line.key if line else None)


def _of_office(plan: Plan, stand: Stand) -> Iterator[Duty]:
    group = plan.group_for_office(stand.path)
    if group is None:
        return
    for step in plan.steps:
        if step.sets is None and not step.window and group.key in step.groups:
            yield from _dated(plan, step, stand, None)


def _dated(plan: Plan, step: Step, stand: Stand, track: str | None) -> Iterator[Duty]:
    if not step.open:
        yield Duty(step, step, stand.holder)
        return
    own = [one for one in plan.local(step, stand.path) if one.covers(track)]
    own = [one for one in own if one.track == track] or own
    for one in own:
        yield Duty(step, one, stand.holder)
    if not own:
        yield Duty(step, None, stand.holder)


def oversees(plan: Plan, stands: Iterable[Stand], own: Iterable[Duty]) -> bool:
    """Whether somebody sees every date: at the issuing office or above it, or where none binds him (S16)."""
    at = any(one.what == OFFICE and paths.covers(one.path, plan.office_path) for one in stands)
    return at or next(iter(own), None) is None


def lines_of(plan: Plan, stands: Iterable[Stand]) -> frozenset[str]:
    """The lines of the units somebody stands for; empty where he stands for others too."""
    found = [plan.line_of(one.nature) if one.nature else None for one in stands]
    return frozenset(one.key for one in found if one is not None) if all(found) else frozenset()


def may_set(plan: Plan, path: str, table: Timetable | None = None) -> list[Step]:
    """The steps an office sets its own date for (S16); none that it arranges by a campaign of its own."""
    group = plan.group_for_office(path)
    return [
        s
        for s in plan.steps
        if s.sets is None and s.open and group is not None and group.key in s.groups
        if not _nearer(s, plan, Whose(path), table)
    ]


def home_of(path: str, level: str) -> str:
    """The path of the office whose units somebody at ``path`` works for: a desk stands beside its office."""
    return paths.parent(path) if level == "desk" else path
