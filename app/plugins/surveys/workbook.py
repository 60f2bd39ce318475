"""The collated survey as a workbook: its rows on one page, how far it is on another (S14, A5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from app.foundation import clock
from app.foundation.admin.formatters import cn_date
from app.foundation.documents import xlsx
from app.plugins.surveys.collation import fields, lines
from app.plugins.surveys.groups import Counts, Due, Section
from app.plugins.surveys.place import Place

CONTENT_TYPE = xlsx.CONTENT_TYPE


@dataclass(frozen=True)
class Workbook:
    """The file, what it is called, how many rows it has, and whether it names people."""

    content: bytes
    name: str
    rows: int
    personal: bool


def workbook(place: Place, rows: Sequence[Sequence[xlsx.Value]] | None = None) -> Workbook:
    """The collated survey and its progress as .xlsx; ``rows`` where they were read already."""
    today, office, plan = clock.today(), place.office, place.survey
    chosen = fields(place.actor, office)
    found = lines(place, chosen) if rows is None else rows
    notes = [
        str(_("汇总机构：%(office)s　　截至：%(day)s", office=office.name, day=cn_date(today))),
        str(_("依据：%(document)s", document=plan.document)),
    ]
    content = xlsx.workbook(
        [
            xlsx.Sheet(
                str(_("摸底汇总表")),
                [xlsx.Column(str(field.heading), field.width, centred=field.centred) for field in chosen],
                found,
                str(_("党政机关、事业单位网站摸底调查汇总表")),
                notes,
            ),
            xlsx.Sheet(
                str(_("报送进度")),
                _progress_columns(),
                _progress(place.sections()),
                str(_("网站摸底调查报送进度")),
                notes,
            ),
        ]
    )
    name = _("摸底汇总表_%(office)s_%(day)s", office=office.short_name, day=f"{today:%Y%m%d}")
    return Workbook(content, f"{name}.xlsx", len(found), any(field.contact for field in chosen))


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
