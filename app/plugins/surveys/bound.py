"""Which survey each of thousands of cells belongs to, and the date that binds it: what the timetable says, asked once.

The timetable answers for one unit; a national table asks for every office. Here offices are looked up by path, and
one answer serves all cells of a group and line, unless their offices set the date themselves (S16).
"""

from __future__ import annotations

from app.kernel import paths
from app.plugins.campaigns.rules import Deadline, Group, Plan, Timetable, Whose, asks
from app.plugins.surveys.groups import SURVEY


class Bound:
    """The timetable's answers for many cells; equal to ``Timetable.plan_for`` and ``Timetable.deadline``."""

    def __init__(self, table: Timetable) -> None:
        self._plans = sorted(
            table.plans, key=lambda plan: (len(plan.office_path), plan.issued_on, plan.id), reverse=True
        )
        self._homes = {
            plan.id: {path: group for group in reversed(plan.groups) for path in group.homes}
            for plan in self._plans
        }
        self._places = {
            plan.id: {
                path: group for group in reversed(plan.groups) for path in (*group.homes, *group.offices)
            }
            for plan in self._plans
        }
        self._offices = {
            plan.id: {path: group for group in reversed(plan.groups) for path in group.offices}
            for plan in self._plans
        }
        self._left = {
            plan.id: frozenset(key for step in plan.steps if step.open for key in step.groups)
            for plan in self._plans
        }
        self._covering: dict[str, list[Plan]] = {}
        self._asking: dict[tuple[int, str], bool] = {}
        self._dates: dict[tuple[int, str, str, str], Deadline | None] = {}

    def plan_for(self, whose: Whose) -> Plan | None:
        """The nearest plan in which units of these facts are surveyed."""
        for plan in self._plans_for(whose.review_path):
            group = self._group(plan, whose)
            if group is not None and self._surveyed(plan, group.key):
                return plan
        return None

    def deadline(self, whose: Whose, track: str) -> Deadline | None:
        """The date by which sheets of these facts are due."""
        for plan in self._plans_for(whose.review_path):
            group = self._group(plan, whose)
            if group is None:
                continue
            key = (plan.id, group.key, track, whose.review_path if group.key in self._left[plan.id] else "")
            if key not in self._dates:
                self._dates[key] = Timetable((plan,)).deadline(SURVEY, whose, track)
            found = self._dates[key]
            if found is not None:
                return found
        return None

    def _plans_for(self, path: str) -> list[Plan]:
        found = self._covering.get(path)
        if found is None:
            found = [plan for plan in self._plans if path.startswith(plan.office_path)]
            self._covering[path] = found
        return found

    def _group(self, plan: Plan, whose: Whose) -> Group | None:
        desk = self._homes[plan.id].get(whose.filing_path) if whose.filing_path is not None else None
        exact = desk or self._places[plan.id].get(whose.review_path)
        if exact is not None:
            return exact
        above = (self._offices[plan.id].get(path) for path in reversed(paths.ancestors(whose.review_path)))
        return next((group for group in above if group is not None), None)

    def _surveyed(self, plan: Plan, key: str) -> bool:
        found = self._asking.get((plan.id, key))
        if found is None:
            group = next(one for one in plan.groups if one.key == key)
            found = any(asks(step, SURVEY, group) for step in plan.steps)
            self._asking[plan.id, key] = found
        return found
