"""Names of the offices whose sheets a person sees: the filter of the list, read once a request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flask import g, has_request_context
from sqlalchemy import or_, select

from app.foundation.access import current_actor
from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.plugins.surveys.models import SurveySheet


class OwnAndBelow(Mapping[str, str]):
    """Path → short name of one's own offices and those directly below; empty for units, desks and outside requests."""

    def _names(self) -> dict[str, str]:
        if not has_request_context():
            return {}
        kept: dict[str, str] | None = g.get("survey_offices")
        if kept is None:
            kept = g.survey_offices = _read()
        return kept

    def __getitem__(self, path: str) -> str:
        return self._names()[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())


def _read() -> dict[str, str]:
    ids = [
        post.office_id
        for post in current_actor().posts
        if post.office_id is not None and post.level != "desk"
    ]
    if not ids:
        return {}
    rows = db.session.execute(
        select(Office.path, Office.short_name)
        .where(
            or_(Office.id.in_(ids), Office.parent_id.in_(ids)),
            Office.kind == "office",
            Office.active.is_(True),
        )
        .order_by(Office.path)
    )
    return {path: name for path, name in rows}


def name_of(path: str) -> str:
    """The short name of an office whose sheets are seen; beyond one's own and those below, one statement a request."""
    known = OwnAndBelow()
    if path in known:
        return known[path]
    kept: dict[str, str] | None = g.get("survey_offices_beyond")
    if kept is None:
        seen = select(SurveySheet.review_path)
        rows = db.session.execute(select(Office.path, Office.short_name).where(Office.path.in_(seen)))
        kept = g.survey_offices_beyond = {path: name for path, name in rows}
    return kept.get(path, "")


def by_path(paths: set[str]) -> dict[str, Office]:
    """Offices by path; one statement."""
    return {row.path: row for row in db.session.scalars(select(Office).where(Office.path.in_(paths)))}
