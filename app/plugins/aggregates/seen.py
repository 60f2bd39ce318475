"""What a page shows of a version: of a draft the figures of the moment, of a locked one what it held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.foundation.tenancy.settings import setting
from app.plugins.aggregates import figures, queries, taking
from app.plugins.aggregates.content import Content
from app.plugins.aggregates.figures import Survey
from app.plugins.aggregates.models import AggregateVersion
from app.plugins.surveys.place import Place, Wanted, find


@dataclass(frozen=True)
class Seen:
    """A version with its contents; ``place`` is where a draft's figures come from, None for a locked one."""

    version: AggregateVersion
    place: Place | None
    contents: Sequence[Content]

    @property
    def own(self) -> Content:
        """The version's own content."""
        return self.contents[0]


def seen(version: AggregateVersion, actor: Actor) -> Seen:
    """A version as it is shown, lower versions included.

    Raises:
        NotSeen: a draft of a survey that is over.
        Refusal: what is stored is not what was locked.
    """
    if version.state != "draft":
        return Seen(version, None, queries.tree(version, deep=True))
    place = place_of(version, actor)
    content = taking.content(place, version.number)
    return Seen(version, place, [content, *_lower(content)])


def place_of(version: AggregateVersion, actor: Actor) -> Place:
    """Where a version's figures come from.

    Raises:
        NotSeen: the survey is over, or the office's figures are not the actor's.
    """
    return find(actor, Wanted(version.office.code, str(version.campaign_id)))


def _lower(content: Content) -> list[Content]:
    """The lower versions that a draft would take in, and theirs."""
    taken = [line.version_id for line in content.lower if line.version_id is not None]
    if not taken:
        return []
    rows = db.session.scalars(select(AggregateVersion).where(AggregateVersion.id.in_(taken)))
    return [one for row in rows for one in queries.tree(row, deep=True)]


def survey(contents: Sequence[Content]) -> Survey:
    """The counting over contents, by the addresses each office expects (an office's own setting, or one above it)."""
    codes = {content.office for content in contents}
    offices = db.session.scalars(select(Office).where(Office.code.in_(codes)))
    return Survey(
        contents, {office.code: figures.networks(setting(office, "ip_ranges") or ()) for office in offices}
    )
