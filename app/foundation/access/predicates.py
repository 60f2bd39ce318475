"""A reach as a WHERE clause. No reach gives FALSE, never "no filter"."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, true

from app.foundation.access.actors import PostFact
from app.foundation.access.facts import reaches
from app.foundation.access.policy import Policy
from app.foundation.jurisdiction import FactColumns
from app.kernel import paths

LEVEL_COLUMNS = {"province": "province_id", "city": "city_id", "county": "county_id", "zone": "county_id"}


def _subtree(model: type[FactColumns], post: PostFact, where: str, *, strict: bool) -> ColumnElement[bool]:
    """Rows decided at ``where`` or below it: by the ancestor column where the holder stands there, else by range."""
    column: Any = model.review_path
    if where == "0.":
        return column != where if strict else true()
    level = LEVEL_COLUMNS.get(post.level) if where == post.path else None
    if level is not None and post.office_id is not None:
        inside: ColumnElement[bool] = getattr(model, level) == post.office_id
    else:
        inside = and_(column >= where, column < paths.upper_bound(where))
    return and_(inside, column != where) if strict else inside


def over(where: str, model: type[FactColumns]) -> ColumnElement[bool]:
    """Rows decided at ``where`` or below it, for a task of the platform; FALSE where none is stated."""
    if not where or where == paths.ROOT:
        return true() if where else false()
    column: Any = model.review_path
    return and_(column >= where, column < paths.upper_bound(where))


def predicate(model: type[FactColumns], post: PostFact, how: str, where: str) -> ColumnElement[bool]:
    """The rows of ``model`` one reach of ``post`` takes in."""
    review: Any = model.review_path
    if how == "unit":
        if model.__scope_unit__ is None or post.unit_id is None:
            return false()
        own: ColumnElement[bool] = getattr(model, model.__scope_unit__) == post.unit_id
        return own
    if how == "above":
        found: ColumnElement[bool] = review.in_((*paths.ancestors(where), where))
        return found
    if post.unit_id is not None:
        return false()
    if how == "filed":
        filing: Any = model.filing_path
        return and_(filing >= where, filing < paths.upper_bound(where))
    if how == "at":
        at: ColumnElement[bool] = review == where
        return at
    if how in {"below", "under"}:
        return _subtree(model, post, where, strict=how == "below")
    if how == "host":
        return false() if where == "0." else review == paths.parent(where)
    raise ValueError(how)


def _merged(wanted: dict[tuple[str, str], PostFact]) -> dict[tuple[str, str], PostFact]:
    """ "At" and "below" the same node become one "under" it, which one index answers."""
    for how, where in list(wanted):
        if how == "at" and ("below", where) in wanted:
            wanted[("under", where)] = wanted.pop(("at", where))
            wanted.pop(("below", where))
    return wanted


def reached(
    policy: Policy, posts: tuple[PostFact, ...], obj: str, act: str
) -> tuple[dict[tuple[str, str], PostFact], dict[int, PostFact]]:
    """What the posts may ``act`` on as an ``obj``: ``(how, where)`` and units, each with a post that gives it."""
    wanted: dict[tuple[str, str], PostFact] = {}
    units: dict[int, PostFact] = {}
    for post in posts:
        for line in policy.lines_for(post.role, obj, act):
            for how, where in reaches(policy, post, line.relation):
                if how == "unit":
                    if post.unit_id is not None:
                        units[post.unit_id] = post
                elif how == "above" or post.unit_id is None:
                    wanted.setdefault((how, where), post)
    return _merged(wanted), units


def visible(
    policy: Policy, posts: tuple[PostFact, ...], obj: str, act: str, model: type[FactColumns]
) -> ColumnElement[bool]:
    """Every row of ``model`` that some post may ``act`` on as an ``obj``."""
    wanted, units = reached(policy, posts, obj, act)
    clauses = [predicate(model, post, "unit", "") for post in units.values()]
    clauses += [predicate(model, post, how, where) for (how, where), post in wanted.items()]
    return or_(*clauses) if clauses else false()
