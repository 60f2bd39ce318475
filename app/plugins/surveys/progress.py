"""How far a survey is: counted by the database, by the platform within the actor's own scope for numbers (S14, S18).

The numbers are shared more widely than the sheets (S14): everybody who may read an office's figures reads the same
ones, whether or not he sees a single sheet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import and_, case, func, literal, select

from app.foundation import access, clock
from app.foundation.access import Actor, Facts
from app.foundation.access.facts import reaches
from app.foundation.database import db
from app.kernel import paths
from app.plugins.campaigns import queries as campaigns
from app.plugins.campaigns.rules import Plan, Timetable, Whose
from app.plugins.surveys import expected
from app.plugins.surveys.bound import Bound
from app.plugins.surveys.groups import SURVEY, Cell, Counts, total
from app.plugins.surveys.models import SurveySheet

__all__ = [
    "Counts",
    "addressed",
    "cells",
    "dates",
    "missing",
    "missing_rows",
    "own_paths",
    "plans_at",
    "standing",
    "total",
]

TASK = "survey aggregate"


def cells(
    actor: Actor,
    plan: Plan,
    table: Timetable,
    today: date,
    *,
    obj: str = "aggregate",
    act: str = "see",
    path: str = "",
) -> list[Cell]:
    """Expected and received sheets of a plan within what the actor may ``act`` on as ``obj``; one statement.

    Args:
        table: the dates; see ``dates``.
        path: only what stands at or below this office.
    """
    sheets = expected.sheets(actor, plan, obj=obj, act=act, path=path, named=False)
    by = (sheets.c.review_path, sheets.c.filing_path, sheets.c.nature)
    statement = (
        select(*by, *_numbers())
        .select_from(sheets)
        .outerjoin(SurveySheet, expected.its_sheet(sheets, plan))
        .group_by(*by)
        .order_by(*by)
    )
    with access.acting_as(access.system(TASK, over=path or plan.office_path)):
        rows = db.session.execute(statement).all()
    found, bound = [], Bound(table)
    for review_path, filing_path, nature, *numbers in rows:
        whose = Whose(review_path, filing_path)
        asking = bound.plan_for(whose)
        if asking is None or asking.id not in plan.ids:
            continue
        counts = Counts(*(int(number or 0) for number in numbers))
        due = bound.deadline(whose, nature)
        if due is not None and due.passed(today):
            counts = replace(counts, overdue=counts.missing)
        found.append(Cell(review_path, filing_path, nature, counts, due))
    return found


def addressed(plan: Plan, table: Timetable, whose: Whose) -> bool:
    """Whether units of these facts hand in their sheet in this plan or one that carries it out."""
    asking = table.plan_for(SURVEY, whose)
    return asking is not None and asking.id in plan.ids


def _numbers() -> tuple[Any, ...]:
    state = SurveySheet.state

    def times(condition: Any, value: Any = 1) -> Any:
        return func.sum(case((condition, value), else_=0))

    received = state.in_(("submitted", "accepted"))
    return (
        func.count(),
        times(state == "submitted"),
        times(state == "accepted"),
        times(state == "returned"),
        literal(0),
        times(received, SurveySheet.site_count),
        times(and_(received, SurveySheet.no_website.is_(True))),
    )


# -- whose, and by which dates -------------------------------------------------------------------------------


def own_paths(actor: Actor) -> list[str]:
    """Where the actor's posts, and the shares granted to them, give the figures, in the posts' order (S14)."""
    rules = access.policy()
    found = (
        where
        for post in actor.posts
        for line in rules.lines_for(post.role, "aggregate", "see")
        for how, where in reaches(rules, post, line.relation)
        if how in {"at", "under"}
    )
    return list(dict.fromkeys(found))


def plans_at(table: Timetable, path: str) -> list[Plan]:
    """The surveys under way that an office is part of: the nearest at or above it, else those of offices below it."""
    current = table.current(SURVEY)
    above = [plan for plan in current if paths.covers(plan.office_path, path)]
    if above:
        return [max(above, key=lambda plan: len(plan.office_path))]
    return sorted(
        (plan for plan in current if paths.below(path, plan.office_path)), key=lambda plan: plan.office_path
    )


def dates(actor: Actor, path: str) -> Timetable:
    """The surveys at, above and below an office with every date in them; two statements, none if read already.

    An office sees the dates its lower offices set; somebody it only shares figures with does not, and the platform
    reads them for him.
    """
    if access.can(actor, "campaign", "see", Facts(paths.child(path, "0"))):
        return campaigns.timetable()
    with access.acting_as(access.system(TASK, over=access.EVERYWHERE)):
        return campaigns.reaching(path)


def standing(actor: Actor) -> Counts | None:
    """How the survey of the actor's own office stands, for the desk; None where none is under way. One statement."""
    for path, plan, table in _own(actor):
        return total(cell.counts for cell in cells(actor, plan, table, clock.today(), path=path))
    return None


def missing(actor: Actor, limit: int) -> list[str]:
    """Names of those at the actor's own office's level who have not reported, for the desk; one statement."""
    for path, plan, table in _own(actor):
        return [row.name for row in missing_rows(actor, plan, table, path, limit)]
    return []


def missing_rows(actor: Actor, plan: Plan, table: Timetable, path: str, limit: int) -> list[Any]:
    """Those at an office's own level who have not reported, by account (see ``expected.listed``); one statement."""
    sheets = expected.sheets(actor, plan, path=path, level=path)
    with access.acting_as(access.system(TASK, over=path)):
        rows = db.session.execute(expected.listed(sheets, plan, expected.MISSING, limit=limit)).all()
    return [row for row in rows if addressed(plan, table, Whose(row.review_path, row.filing_path))]


def _own(actor: Actor) -> Iterator[tuple[str, Plan, Timetable]]:
    for path in own_paths(actor)[:1]:
        table = dates(actor, path)
        for plan in plans_at(table, path)[:1]:
            yield path, plan, table
