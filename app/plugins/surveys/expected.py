"""Whose sheets are expected: units on the register, and the desks that file some of their sites (S8, C-art.3)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    cast,
    exists,
    not_,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import Subquery

from app.foundation import access
from app.foundation.access import Actor
from app.foundation.tenancy.models import Office, Site, Unit
from app.kernel import paths
from app.plugins.campaigns.rules import Plan
from app.plugins.surveys.models import NATURES, SurveySheet

_own_site = aliased(Site)
_desk_site = aliased(Site)

_files_itself = exists().where(
    _own_site.unit_id == Unit.id, _own_site.active.is_(True), _own_site.filing_desk_id.is_(None)
)
_desk_files = exists().where(
    _desk_site.unit_id == Unit.id, _desk_site.active.is_(True), _desk_site.filing_desk_id.is_not(None)
)

# A unit hands in a sheet of its own, unless every site it has is filed by a desk: it has a website then, and
# the desk's sheet says which.
OWN = and_(Unit.active.is_(True), Unit.nature.in_(NATURES), or_(not_(_desk_files), _files_itself))

# Sites that a desk files for a unit: one more sheet for each such desk.
BY_DESK = and_(Site.active.is_(True), Site.filing_desk_id.is_not(None))

# The state of an expected sheet that nobody has handed in.
MISSING = "missing"


def inside(column: ColumnElement[str] | Any, path: str) -> ColumnElement[bool]:
    """The subtree of an office, the office included; the whole country is no condition, and no index is walked for it."""
    if path == paths.ROOT:
        return true()
    return and_(column >= path, column < paths.upper_bound(path))


def sheets(
    actor: Actor,
    plan: Plan,
    *,
    obj: str = "aggregate",
    act: str = "see",
    path: str = "",
    level: str = "",
    named: bool = True,
) -> Subquery:
    """Every sheet a plan's office expects within what the actor may ``act`` on as ``obj``, one row each.

    To be read by the platform: the guard would hide the units a desk files for.

    Args:
        path: only at or below this office. level: only at this office's own level.
        named: with names and accounts, which whoever only counts leaves in their place.
    """
    within = [access.scope(actor, obj, act, Unit), inside(Unit.review_path, plan.office_path)]
    within += [inside(Unit.review_path, path)] if path else []
    within += [Unit.review_path == level] if level else []
    unit = (*((Unit.name, Unit.account) if named else ()), Unit.nature, Unit.review_path)
    own = select(Unit.id.label("unit_id"), cast(null(), Integer).label("desk_id"), *unit, Unit.filing_path)
    by_desk = select(Unit.id.label("unit_id"), Site.filing_desk_id.label("desk_id"), *unit, Site.filing_path)
    return union_all(
        own.where(OWN, *within),
        by_desk.select_from(Unit)
        .join(Site, Site.unit_id == Unit.id)
        .where(BY_DESK, Unit.active.is_(True), Unit.nature.in_(NATURES), *within)
        .distinct(),
    ).subquery("expected")


def its_sheet(expected: Subquery, plan: Plan) -> ColumnElement[bool]:
    """The sheet that was started for an expected one."""
    return and_(
        SurveySheet.campaign_id.in_(plan.ids),
        SurveySheet.unit_id == expected.c.unit_id,
        SurveySheet.filing_desk_id.is_not_distinct_from(expected.c.desk_id),
    )


def in_state(state: str) -> ColumnElement[bool]:
    """Expected sheets in a state; a draft has not been handed in."""
    not_in = or_(SurveySheet.id.is_(None), SurveySheet.state == "draft")
    return not_in if state == MISSING else SurveySheet.state == state


def listed(
    expected: Subquery, plan: Plan, state: str, *where: Any, limit: int, offset: int = 0
) -> Select[Any]:
    """Expected sheets by level and account, with the desk's name and what was handed in."""
    return (
        select(
            expected,
            Office.short_name.label("desk"),
            SurveySheet.id.label("sheet_id"),
            SurveySheet.state,
            SurveySheet.submitted_at,
            SurveySheet.no_website,
        )
        .select_from(expected)
        .outerjoin(SurveySheet, its_sheet(expected, plan))
        .outerjoin(Office, Office.id == expected.c.desk_id)
        .where(*([in_state(state)] if state else []), *where)
        .order_by(expected.c.review_path, expected.c.account, expected.c.desk_id)
        .limit(limit)
        .offset(offset)
    )
