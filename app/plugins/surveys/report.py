"""工作进展情况报告 (P-5.5): the figures of a survey as the office's own paper, for those it reports to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import make_response, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.foundation import access, audit, clock
from app.foundation.access import current_actor
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.database import transaction
from app.foundation.documents import pdf
from app.foundation.tenancy.models import Office
from app.kernel.errors import N_, Finding, Invalid
from app.plugins.operations.exports import answer
from app.plugins.surveys import groups, progress
from app.plugins.surveys.exporting import named
from app.plugins.surveys.groups import Counts, Section
from app.plugins.surveys.place import Place, asked, find
from app.plugins.surveys.workbook import said_due

TEMPLATE = Path(__file__).with_name("report.typ")
NAMED = 300  # units named one by one; the rest are counted
LONGEST = 3000
_ORDINALS = "一二三四"
# What the figures cannot say: the office writes it, or leaves it out.
WORDS = {
    "done": _l("工作开展情况"),
    "needs": _l("存在的问题、下一步打算和经费保障"),
}


def written(place: Place, words: Mapping[str, str]) -> bytes:
    """The report as it stands today; sections nothing was written for are left out.

    The paper is the office's own, so it is in Chinese whoever asks for it.
    """
    with force_locale("zh"):
        return pdf.pdf(TEMPLATE, drawn(place, words))


def drawn(place: Place, words: Mapping[str, str]) -> dict[str, Any]:
    """What the template draws: title, sections with their lines, the table, who signs and when."""
    sections, today = place.sections(), clock.today()
    whole, day = groups.total(one.counts for one in sections), f"{today.year}年{today.month}月{today.day}日"
    own = {
        name: [line.strip() for line in words.get(name, "").splitlines() if line.strip()] for name in WORDS
    }
    parts = [
        (str(_("总体情况")), _overall(place, whole, day), True),
        (str(WORDS["done"]), own["done"], False),
        (str(_("尚未报送的单位")), _missing(place, sections, whole), False),
        (str(WORDS["needs"]), own["needs"], False),
    ]
    kept = [part for part in parts if part[1]]
    return {
        "title": str(_("网站摸底调查工作进展情况报告")),
        "office": place.office.name,
        "day": day,
        "headings": [
            str(one)
            for one in (_("应报"), _("已收"), _("退回补正"), _("未报送"), _("其中超期"), _("网站个数"), _("无网站单位"))
        ],
        "rows": _rows(sections, whole),
        "parts": [
            {"heading": f"{_ORDINALS[number]}、{heading}", "lines": lines, "figures": figures}
            for number, (heading, lines, figures) in enumerate(kept)
        ],
    }  # fmt: skip


def _overall(place: Place, whole: Counts, day: str) -> list[str]:
    rate = f"{100 * whole.received / whole.total:.1f}" if whole.total else "0"
    return [
        str(
            _(
                "按照%(document)s部署，%(office)s组织开展了网站摸底调查。截至%(day)s，应报送摸底调查表 %(total)s 份，"
                "已收 %(received)s 份（已接收 %(accepted)s 份，待接收 %(submitted)s 份），报送率 %(rate)s%%；"
                "退回补正 %(returned)s 份；未报送 %(missing)s 份，其中已过报送期限 %(overdue)s 份。"
                "已报网站 %(sites)s 个，没有建立网站的单位 %(without)s 家。分组情况见下表。",
                document=place.survey.document,
                office=place.office.short_name,
                day=day,
                total=whole.total,
                received=whole.received,
                accepted=whole.accepted,
                submitted=whole.submitted,
                rate=rate,
                returned=whole.returned,
                missing=whole.missing,
                overdue=whole.overdue,
                sites=whole.sites,
                without=whole.without,
            )
        )
    ]


def _missing(place: Place, sections: list[Section], whole: Counts) -> list[str]:
    """The office's own units by name, lower offices' by number."""
    if not whole.missing:
        return [str(_("应报送的单位已全部报送。"))]
    path, plan, lines = place.office.path, place.survey, []
    rows = progress.missing_rows(place.actor, plan, place.table, path, NAMED + 1)
    if rows:
        names = "、".join(_who(row) for row in rows[:NAMED])
        more = str(_("等")) if len(rows) > NAMED else ""
        lines.append(str(_("本级：%(names)s%(more)s。", names=names, more=more)))
    lower = [row for section in sections for row in section.rows if row.page and row.counts.missing]
    if lower:
        counted = "、".join(
            str(_("%(label)s %(n)s 份", label=row.label, n=row.counts.missing)) for row in lower
        )
        lines.append(str(_("下级：%(counted)s。", counted=counted)))
    return lines


def _who(row: Any) -> str:
    return str(_("%(unit)s（由%(desk)s填报）", unit=row.name, desk=row.desk)) if row.desk else str(row.name)


def _rows(sections: list[Section], whole: Counts) -> list[dict[str, Any]]:
    found = []
    for section in sections:
        for row in section.rows:
            label = section.label if section.single else f"{section.label} · {row.label}"
            found.append(_row(label, row.counts, [said_due(due) for due in row.dues if due.deadline]))
    return [*found, _row(str(_("合计")), whole, [])]


def _row(label: str, counts: Counts, dues: list[str]) -> dict[str, Any]:
    numbers = (
        counts.total, counts.received, counts.returned, counts.missing, counts.overdue, counts.sites, counts.without
    )  # fmt: skip
    return {"label": label, "numbers": numbers, "dues": dues}


class ProgressReportView(ScopedView):
    """For those who collate the office's own survey; nobody else speaks in its name."""

    route_base = "/survey-report"
    obj = "aggregate"
    acts = {"form": "aggregate", "write": "aggregate"}
    targets = {"office": Row(Office, by="code", enough=False)}
    default_view = "form"

    @expose("/")
    @has_access
    def form(self) -> Any:
        """What the report will say, and room for what only the office knows.

        Raises:
            NotSeen, AccessDenied: no such office or survey, or not the actor's own.
        """
        return self._form(_own(), {}, [])

    @expose("/", methods=["POST"])
    @has_access
    def write(self) -> Any:
        """The report as PDF; that it was made is remembered. Too long a text comes back as it was typed."""
        place = _own()
        words = {name: request.form.get(name, "") for name in WORDS}
        try:
            _ensure_fits(words)
        except Invalid as refused:
            return make_response(self._form(place, words, refused.findings), refused.status)
        content = written(place, words)
        with transaction():
            audit.record(
                place.actor, "aggregate.report-made", place.office, after={"document": place.survey.document}
            )
        name = _(
            "工作进展情况报告_%(office)s_%(day)s",
            office=place.office.short_name,
            day=f"{clock.today():%Y%m%d}",
        )
        return answer(f"{name}.pdf", pdf.CONTENT_TYPE, content)

    def _form(self, place: Place, words: Mapping[str, str], findings: Any) -> str:
        return self.render_template(
            "surveys/report.html",
            place=place,
            whole=groups.total(one.counts for one in place.sections()),
            named=named(place),
            fields=WORDS,
            words=words,
            longest=LONGEST,
            findings=list(findings),
        )


def url_of(place: Place) -> str | None:
    """Where the report of a place is made, for whoever may make it."""
    if place.plan is None or not access.can(place.actor, "aggregate", "aggregate", place.office):
        return None
    return url_for("ProgressReportView.form", **named(place))


def _own() -> Place:
    place = find(current_actor(), asked())
    access.require(place.actor, "aggregate", "aggregate", place.office)
    return place


def _ensure_fits(words: Mapping[str, str]) -> None:
    found = [
        Finding(name, N_("不超过 %(n)s 个字。"), code="too-long", params={"n": LONGEST})
        for name, text in words.items()
        if len(text) > LONGEST
    ]
    if found:
        raise Invalid(found)
