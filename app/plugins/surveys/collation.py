"""The collated survey: sheets received, a row a website, in annex 5's own columns, on a page and as a workbook (S14, A5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, func, literal, select

from app.foundation import access
from app.foundation.access import Actor
from app.foundation.admin.formatters import cn_date
from app.foundation.admin.interface import COUNT_LIMIT, BoundedCount
from app.foundation.database import db
from app.foundation.documents import xlsx
from app.foundation.tenancy.models import Office
from app.kernel.errors import N_, Refusal
from app.plugins.campaigns.rules import Plan
from app.plugins.establishment.labels import RANK
from app.plugins.surveys import labels
from app.plugins.surveys.expected import inside
from app.plugins.surveys.groups import Counts, Due, Section
from app.plugins.surveys.models import SurveySheet, SurveySite
from app.plugins.surveys.progress import TASK

RECEIVED = ("submitted", "accepted")
MOST = 20_000


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


def workbook(
    actor: Actor, plan: Plan, office: Office, sections: Sequence[Section], today: date
) -> tuple[bytes, int, bool]:
    """The collated survey and its progress as .xlsx; how many rows it has, and whether it names people.

    Raises:
        Refusal: more rows than one workbook can sensibly hold.
    """
    rows = [entry for entry, _count in _read(actor, _received(actor, plan, office), office, MOST + 1)]
    if len(rows) > MOST:
        raise Refusal("export-large", N_("超过 %(most)s 行，请按下级机构分别导出。"), most=MOST)
    chosen = fields(actor, office)
    notes = [
        str(_("汇总机构：%(office)s　　截至：%(day)s", office=office.name, day=cn_date(today))),
        str(_("依据：%(document)s", document=plan.document)),
    ]
    content = xlsx.workbook(
        [
            xlsx.Sheet(
                str(_("摸底汇总表")),
                [xlsx.Column(str(field.heading), field.width, centred=field.centred) for field in chosen],
                ([field.value(entry) for field in chosen] for entry in rows),
                str(_("党政机关、事业单位网站摸底调查汇总表")),
                notes,
            ),
            xlsx.Sheet(
                str(_("报送进度")),
                _progress_columns(),
                _progress(sections),
                str(_("网站摸底调查报送进度")),
                notes,
            ),
        ]
    )
    return content, len(rows), any(field.contact for field in chosen)


def _received(actor: Actor, plan: Plan, office: Office, state: str = "") -> tuple[ColumnElement[bool], ...]:
    """Sheets handed in at or below the office, inside the scope for numbers."""
    return (
        SurveySheet.campaign_id == plan.id,
        SurveySheet.state.in_((state,) if state else RECEIVED),
        inside(SurveySheet.review_path, office.path),
        inside(SurveySheet.review_path, plan.office_path),
        access.scope(actor, "aggregate", "see", SurveySheet),
    )


def _read(
    actor: Actor,
    where: tuple[ColumnElement[bool], ...],
    office: Office,
    limit: int,
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
        .order_by(SurveySheet.review_path, SurveySheet.account, SurveySheet.id, SurveySite.number)
        .limit(limit)
        .offset(offset)
    )
    # The figures are shared with those who see no sheet: the platform reads, within the scope written above.
    with access.acting_as(access.system(TASK, over=office.path)):
        rows = db.session.execute(statement).all()
    return [
        (Entry(sheet, row, access.can(actor, "survey", "see", sheet)), number) for sheet, row, number in rows
    ]


def _progress_columns() -> list[xlsx.Column]:
    names = (
        _("应报"), _("已接收"), _("已提交"), _("退回补正"), _("未报送"), _("其中已超期"), _("网站个数"), _("无网站单位")
    )  # fmt: skip
    return [
        xlsx.Column(str(_("范围")), 36),
        *(xlsx.Column(str(name), 12) for name in names),
        xlsx.Column(str(_("报送期限")), 44),
    ]


def _progress(sections: Sequence[Section]) -> Iterator[list[xlsx.Value]]:
    whole = Counts()
    for section in sections:
        for row in section.rows:
            name = section.label if section.single else f"{section.label} · {row.label}"
            dues = "；".join(said_due(due) for due in row.dues)
            yield [name, *_numbers(row.counts), dues]
        whole = whole.plus(section.counts)
    yield [str(_("合计")), *_numbers(whole), None]


def said_due(due: Due) -> str:
    """A line's date in words, with its source."""
    if due.deadline is None:
        said = str(_("尚未明确"))
    else:
        said = f"{cn_date(due.deadline.date)}（{due.deadline.source}）"
    return f"{due.track} {said}" if due.track else said


def _numbers(counts: Counts) -> list[int]:
    return [
        counts.total, counts.accepted, counts.submitted, counts.returned, counts.missing, counts.overdue, counts.sites,
        counts.without,
    ]  # fmt: skip
