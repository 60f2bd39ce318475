"""What a decision needs to know of a row, and whether a relation covers it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.foundation.access.actors import PostFact
from app.foundation.access.policy import HOLDER, Policy
from app.foundation.jurisdiction import FactColumns
from app.foundation.tenancy.models import Office
from app.kernel import paths


@dataclass(frozen=True, slots=True)
class Facts:
    """The row facts of one resource: the deciding office's path, the filing desk's path, the unit."""

    review_path: str
    filing_path: str | None = None
    unit_id: int | None = None


def facts_of(resource: Any) -> Facts:
    """The facts of a row, an office (its own things) or ready-made facts.

    Raises:
        TypeError: the resource carries no jurisdiction.
    """
    if isinstance(resource, Facts):
        return resource
    if isinstance(resource, Office):
        return Facts(resource.path)
    if isinstance(resource, FactColumns):
        unit = resource.__scope_unit__
        return Facts(resource.review_path, resource.filing_path, getattr(resource, unit) if unit else None)
    raise TypeError(f"{type(resource).__name__} carries no jurisdiction")


def covers(how: str, where: str, post: PostFact, facts: Facts) -> bool:
    """Whether a reach of ``post`` takes in a row with ``facts``."""
    if how == "unit":
        return post.unit_id is not None and post.unit_id == facts.unit_id
    if how == "above":
        return paths.covers(facts.review_path, where)
    if post.unit_id is not None:
        return False
    if how == "filed":
        return facts.filing_path is not None and paths.covers(where, facts.filing_path)
    if how == "at":
        return facts.review_path == where
    if how == "below":
        return paths.below(where, facts.review_path)
    if how == "under":
        return paths.covers(where, facts.review_path)
    if how == "host":
        return where != "0." and facts.review_path == paths.parent(where)
    raise ValueError(how)


def reaches(policy: Policy, post: PostFact, relation: str) -> tuple[tuple[str, str], ...]:
    """Every ``(how, where)`` a relation gives this post: the general lines and its dated exceptions."""
    general = (
        (reach.how, post.path if reach.where == HOLDER else reach.where)
        for reach in policy.reaches.get(relation, ())
    )
    return (*general, *((g.how, g.where_path) for g in post.grants if g.relation == relation))
