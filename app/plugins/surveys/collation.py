"""The collated survey: sheets received in annex 5's own columns, on a page and as a workbook (S14, A5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import selectinload

from app.foundation import access
from app.foundation.access import Actor
from app.foundation.admin.formatters import cn_date
from app.foundation.database import db
from app.foundation.documents import xlsx
from app.foundation.documents.xlsx import Column, Sheet
from app.kernel import paths
from app.kernel.errors import N_, Refusal
from app.plugins.campaigns.rules import Plan
from app.plugins.establishment.labels import RANK
from app.plugins.surveys import labels
from app.plugins.surveys.models import SurveySheet
from app.plugins.surveys.progress import TASK, Counts, Section
from app.plugins.surveys.rules import NOTHING

MOST = 20_000


def _received(actor: Actor, plan: Plan) -> Any:
    """Accepted sheets inside the scope for numbers; those waiting only where the sheets themselves are seen."""
    waiting = and_(SurveySheet.state == "submitted", access.scope(actor, "survey", "see", SurveySheet))
    return and_(
        SurveySheet.campaign_id == plan.id,
        SurveySheet.review_path >= plan.office_path,
        SurveySheet.review_path < paths.upper_bound(plan.office_path),
        access.scope(actor, "aggregate", "see", SurveySheet),
        or_(SurveySheet.state == "accepted", waiting),
    )


def page(actor: Actor, plan: Plan, *, number: int, size: int) -> tuple[list[SurveySheet], bool]:
    """One page of received sheets with their rows, by office and account, and whether more follow; two statements."""
    statement = (
        select(SurveySheet)
        .where(_received(actor, plan))
        .options(selectinload(SurveySheet.sites))
        .order_by(SurveySheet.review_path, SurveySheet.account, SurveySheet.id)
        .offset((number - 1) * size)
        .limit(size + 1)
    )
    with access.acting_as(access.system(TASK)):
        rows = list(db.session.scalars(statement))
    return rows[:size], len(rows) > size


def workbook(actor: Actor, plan: Plan, sections: Sequence[Section], by: str, today: Any) -> bytes:
    """The collated survey and its progress as .xlsx.

    Raises:
        Refusal: more sheets than one workbook can sensibly hold.
    """
    sheets, more = page(actor, plan, number=1, size=MOST)
    if more:
        raise Refusal(
            "export-large", N_("超过 %(most)s 份，请由下级机构分别导出后汇总。"), most=MOST
        )
    notes = [
        str(_("汇总机构：%(office)s　　截至：%(day)s", office=by, day=cn_date(today))),
        str(_("依据：%(document)s 附件5", document=plan.document)),
    ]
    return xlsx.workbook(
        [
            Sheet(str(_("摸底汇总表")), _columns(), list(_rows(sheets)), str(_("党政机关、事业单位网站摸底调查汇总表")), notes),
            Sheet(str(_("报送进度")), _progress_columns(), list(_progress(sections)), str(_("网站摸底调查报送进度")), notes),
        ]
    )


def _columns() -> list[Column]:
    own, site = labels.FIELDS, labels.SITE_FIELDS
    group = str(_("网站"))
    return [
        Column(str(_("序号")), 6, centred=True),
        Column(str(own["unit_name"]), 26),
        Column(str(own["supervisor_name"]), 22),
        Column(str(own["nature"]), 10, centred=True),
        Column(str(own["rank"]), 10, centred=True),
        Column(str(own["leader"]), 10, centred=True),
        Column(str(own["site_count"]), 10),
        Column(str(own["address"]), 30),
        Column(str(own["contact"]), 10, centred=True),
        Column(str(own["phone"]), 16, centred=True),
        Column(str(own["email"]), 24),
        Column(str(_("网站序号")), 6, group),
        Column(str(site["name"]), 24, group),
        Column(str(site["chinese_domain"]), 26, group),
        Column(str(site["english_domain"]), 26, group),
        Column(str(site["ip"]), 18, group, centred=True),
    ]


def _rows(sheets: Sequence[SurveySheet]) -> Iterator[list[xlsx.Value]]:
    for number, sheet in enumerate(sheets, start=1):
        own: list[xlsx.Value] = [
            number, sheet.unit_name, sheet.supervisor_name, str(labels.NATURE[sheet.nature]), str(RANK[sheet.rank]),
            sheet.leader, sheet.site_count, sheet.address, sheet.contact, sheet.phone, sheet.email,
        ]  # fmt: skip
        if sheet.no_website:
            yield [*own, None, str(_("无网站")), NOTHING, NOTHING, NOTHING]
        for row in sheet.sites:
            yield [*own, row.number, row.name, row.chinese_domain, row.english_domain, row.ip]


def _progress_columns() -> list[Column]:
    wide = Column(str(_("范围")), 30)
    names = (_("应报送"), _("已接收"), _("已提交待接收"), _("退回补正"), _("未报送"), _("超期"), _("网站个数"), _("无网站单位"))
    return [wide, *(Column(str(name), 12) for name in names)]


def _progress(sections: Sequence[Section]) -> Iterator[list[xlsx.Value]]:
    whole = Counts()
    for section in sections:
        for row in section.rows:
            yield [f"{section.label} · {row.label}", *_numbers(row.counts)]
        whole = whole.plus(section.counts)
    yield [str(_("合计")), *_numbers(whole)]


def _numbers(counts: Counts) -> list[int]:
    return [
        counts.total, counts.accepted, counts.submitted, counts.returned, counts.missing, counts.overdue, counts.sites,
        counts.without,
    ]  # fmt: skip
