"""The collated survey: sheets received, a row a website, in annex 5's own columns, on a page and as a workbook (S14, A5)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, func, literal, select

from app.foundation import access
from app.foundation.access import Actor
from app.foundation.admin.interface import COUNT_LIMIT, BoundedCount
from app.foundation.database import db
from app.foundation.documents import xlsx
from app.foundation.tenancy.models import Office
from app.plugins.campaigns.rules import Plan
from app.plugins.establishment.labels import RANK
from app.plugins.surveys import labels
from app.plugins.surveys.expected import inside
from app.plugins.surveys.models import SurveySheet, SurveySite
from app.plugins.surveys.place import Place
from app.plugins.surveys.progress import TASK

RECEIVED = ("submitted", "accepted")
_ORDER = (SurveySheet.review_path, SurveySheet.account, SurveySheet.id, SurveySite.number)


@dataclass(frozen=True)
class Entry:
    """One row: a sheet and one of its websites; ``site`` is None for a unit without one.

    ``personal``: the reader sees the sheet itself, and with it the people named on it.
    """

    sheet: SurveySheet
    site: SurveySite | None
    personal: bool


@dataclass(frozen=True)
class Field:
    """A column of annex 5. ``contact``: it names or reaches a person."""

    heading: Any
    width: float
    value: Callable[[Entry], xlsx.Value]
    centred: bool = False
    contact: bool = False


def _of_unit(name: str, width: float, *, centred: bool = False, contact: bool = False) -> Field:
    def value(entry: Entry) -> xlsx.Value:
        found: xlsx.Value = getattr(entry.sheet, name)
        return found if entry.personal or not contact else None

    return Field(labels.FIELDS[name], width, value, centred, contact)


def _of_site(name: str, width: float, *, centred: bool = False) -> Field:
    def value(entry: Entry) -> xlsx.Value:
        found: xlsx.Value = getattr(entry.site, name, None)
        return found

    return Field(labels.SITE_FIELDS[name], width, value, centred)


def _site_name(entry: Entry) -> xlsx.Value:
    return str(_("无网站")) if entry.sheet.no_website else entry.site.name if entry.site is not None else None


FIELDS = (
    _of_unit("unit_name", 30),
    _of_unit("supervisor_name", 24),
    Field(labels.FIELDS["nature"], 10, lambda one: str(labels.NATURE[one.sheet.nature]), centred=True),
    Field(labels.FIELDS["rank"], 10, lambda one: str(RANK[one.sheet.rank]), centred=True),
    _of_unit("leader", 10, centred=True, contact=True),
    _of_unit("site_count", 10, centred=True),
    _of_unit("address", 32),
    _of_unit("contact", 10, centred=True, contact=True),
    _of_unit("phone", 16, centred=True, contact=True),
    _of_unit("email", 24, contact=True),
    Field(_l("网站序号"), 8, lambda one: one.site.number if one.site is not None else None, centred=True),
    Field(labels.SITE_FIELDS["name"], 26, _site_name),
    _of_site("chinese_domain", 28),
    _of_site("english_domain", 28),
    _of_site("ip", 18, centred=True),
    Field(_l("状态"), 10, lambda one: str(labels.STATES[one.sheet.state][0]), centred=True),
)


def fields(actor: Actor, office: Office) -> list[Field]:
    """The columns for a reader: without those of people, unless the sheets of this office are his to see (S14)."""
    personal = access.can(actor, "survey", "see", office)
    return [field for field in FIELDS if personal or not field.contact]


def page(
    actor: Actor, plan: Plan, office: Office, *, number: int, size: int, state: str = ""
) -> tuple[list[Entry], BoundedCount, int]:
    """One page of rows, how many there are, and which page it is: one past the end is the first. One statement."""
    where = _received(actor, plan, office, state)
    found = _read(actor, where, office, size, (number - 1) * size, counted=True)
    if not found and number > 1:
        return page(actor, plan, office, number=1, size=size, state=state)
    count = BoundedCount(found[0][1]) if found else BoundedCount(0)
    return [entry for entry, _count in found], count, number


def count(place: Place, most: int) -> int:
    """How many rows there are, counted to one more than ``most``."""
    where = _received(place.actor, place.survey, place.office)
    site = SurveySite.sheet_id == SurveySheet.id
    some = select(SurveySheet.id).outerjoin(SurveySite, site).where(*where).limit(most + 1).subquery()
    with access.acting_as(access.system(TASK, over=place.office.path)):
        return db.session.scalar(select(func.count()).select_from(some)) or 0


def keys(place: Place) -> list[int]:
    """The sheets of all rows in order, a key for each row: what a long export goes through, piece by piece."""
    statement = (
        select(SurveySheet.id)
        .outerjoin(SurveySite, SurveySite.sheet_id == SurveySheet.id)
        .where(*_received(place.actor, place.survey, place.office))
        .order_by(*_ORDER)
    )
    with access.acting_as(access.system(TASK, over=place.office.path)):
        return list(db.session.scalars(statement))


def lines(
    place: Place, chosen: Sequence[Field], sheets: Sequence[int] | None = None
) -> list[list[xlsx.Value]]:
    """The rows of the table as values, all of them or those of some sheets."""
    where = _received(place.actor, place.survey, place.office)
    if sheets is not None:
        where = (*where, SurveySheet.id.in_(sheets))
    found = _read(place.actor, where, place.office, None)
    return [[field.value(entry) for field in chosen] for entry, _count in found]


def _received(actor: Actor, plan: Plan, office: Office, state: str = "") -> tuple[ColumnElement[bool], ...]:
    """Sheets handed in at or below the office, inside the scope for numbers."""
    return (
        SurveySheet.campaign_id.in_(plan.ids),
        SurveySheet.state.in_((state,) if state else RECEIVED),
        inside(SurveySheet.review_path, office.path),
        inside(SurveySheet.review_path, plan.office_path),
        access.scope(actor, "aggregate", "see", SurveySheet),
    )


def _read(
    actor: Actor,
    where: tuple[ColumnElement[bool], ...],
    office: Office,
    limit: int | None,
    offset: int = 0,
    *,
    counted: bool = False,
) -> list[tuple[Entry, int]]:
    site = SurveySite.sheet_id == SurveySheet.id
    some = select(SurveySheet.id).outerjoin(SurveySite, site).where(*where).limit(COUNT_LIMIT + 1).subquery()
    count = select(func.count()).select_from(some).scalar_subquery() if counted else literal(0)
    statement = (
        select(SurveySheet, SurveySite, count)
        .outerjoin(SurveySite, site)
        .where(*where)
        .order_by(*_ORDER)
        .limit(limit)
        .offset(offset)
    )
    # The figures are shared with those who see no sheet: the platform reads, within the scope written above.
    with access.acting_as(access.system(TASK, over=office.path)):
        rows = db.session.execute(statement).all()
    return [
        (Entry(sheet, row, access.can(actor, "survey", "see", sheet)), number) for sheet, row, number in rows
    ]
