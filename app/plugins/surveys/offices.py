"""Names of the offices whose sheets a person sees: the filter of the list, read once a request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flask import g, has_request_context
from sqlalchemy import and_, or_, select

from app.foundation.access import current_actor
from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.plugins.surveys.models import SurveySheet


class OwnAndBelow(Mapping[str, str]):
    """Path → short name of one's own offices and those directly below; empty for units, desks and outside requests."""

    def __getitem__(self, path: str) -> str:
        name, near = _names()[path]
        if not near:
            raise KeyError(path)
        return name

    def __iter__(self) -> Iterator[str]:
        return (path for path, (_name, near) in _names().items() if near)

    def __len__(self) -> int:
        return sum(near for _name, near in _names().values())


def name_of(path: str) -> str:
    """The short name of an office whose sheets are seen, however far below."""
    name, _near = _names().get(path, ("", False))
    return name


def _names() -> dict[str, tuple[str, bool]]:
    """Path → short name, and whether the office is one's own or directly below; one statement a request."""
    if not has_request_context():
        return {}
    kept: dict[str, tuple[str, bool]] | None = g.get("survey_offices")
    if kept is None:
        kept = g.survey_offices = _read()
    return kept


def _read() -> dict[str, tuple[str, bool]]:
    ids = [
        post.office_id
        for post in current_actor().posts
        if post.office_id is not None and post.level != "desk"
    ]
    near = and_(
        or_(Office.id.in_(ids), Office.parent_id.in_(ids)), Office.kind == "office", Office.active.is_(True)
    )
    seen = Office.path.in_(select(SurveySheet.review_path))
    rows = db.session.execute(
        select(Office.path, Office.short_name, near).where(or_(near, seen)).order_by(Office.path)
    )
    return {path: (name, bool(flag)) for path, name, flag in rows}


def by_path(paths: set[str]) -> dict[str, Office]:
    """Offices by path; one statement."""
    return {row.path: row for row in db.session.scalars(select(Office).where(Office.path.in_(paths)))}
