"""Whose sheets are expected: units on the register, and the desks that file some of their sites (S8, C-art.3)."""

from __future__ import annotations

from sqlalchemy import and_, exists, not_, or_
from sqlalchemy.orm import aliased

from app.foundation.tenancy.models import Site, Unit
from app.plugins.surveys.models import NATURES

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
