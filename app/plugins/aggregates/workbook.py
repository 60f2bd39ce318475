"""A version as one workbook: the tables, a page for each lower office, websites, who is missing, what looks wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from app.foundation import clock
from app.foundation.admin.formatters import cn_date
from app.foundation.documents import xlsx
from app.plugins.aggregates import labels
from app.plugins.aggregates.content import Content, MissingLine
from app.plugins.aggregates.figures import Numbers, Survey
from app.plugins.aggregates.models import AggregateVersion
from app.plugins.aggregates.words import MISSING_STATES, TABLES, anomaly_word, label_of_line
from app.plugins.establishment.labels import RANK
from app.plugins.surveys.labels import NATURE, STATES

CONTENT_TYPE = xlsx.CONTENT_TYPE
NUMBERS = (
    "expected", "received", "missing", "without", "sites", "chinese", "no_chinese", "english", "badged", "outside",
    "repeated",
)  # fmt: skip
Rows = Iterable[Sequence[xlsx.Value]]


@dataclass(frozen=True)
class Book:
    """What goes into the file: the version, its contents (its own first), and the counting over them."""

    version: AggregateVersion
    survey: Survey

    @property
    def contents(self) -> Sequence[Content]:
        """The version's own content first."""
        return self.survey.contents

    @property
    def rows(self) -> int:
        """Lines of the longest page."""
        return sum(1 for _row in self.survey.rows()) + sum(1 for _site in self.survey.sites())


def name(version: AggregateVersion) -> str:
    """What the file is called."""
    said = _("摸底汇总_%(office)s_第%(number)s版", office=version.office.short_name, number=version.number)
    return f"{said}.xlsx"


def workbook(book: Book) -> bytes:
    """The version as .xlsx."""
    version = book.version
    assert version.locked_at is not None  # noqa: S101 - only a locked version comes here
    own = book.contents[0]
    notes = [
        str(_("汇总机构：%(office)s　　第 %(number)s 版　　截至：%(day)s", office=own.office_name, number=own.number,
              day=cn_date(clock.localise(version.locked_at).date()))),
        str(_("依据：%(document)s　　校验值：%(digest)s", document=own.document, digest=version.digest)),
    ]  # fmt: skip
    header = str(_("%(office)s网站摸底汇总（第 %(number)s 版）", office=own.office_name, number=own.number))

    def sheet(tab: str, columns: list[xlsx.Column], rows: Rows, title: str = "") -> xlsx.Sheet:
        return xlsx.Sheet(tab, columns, rows, title or tab, notes, header=header)

    return xlsx.workbook(
        [
            sheet(
                str(_("总表")), _table_columns(), _tables(book), str(_("党政机关、事业单位网站摸底汇总表"))
            ),
            *(
                sheet(tab, _unit_columns(), _units(contents), str(_("%(office)s报送情况", office=tab)))
                for tab, contents in _by_office(book)
            ),
            sheet(str(_("网站清单")), _site_columns(), _sites(book)),
            sheet(str(_("未报送清单")), _missing_columns(), _missing(book)),
            sheet(str(_("异常清单")), _anomaly_columns(), _anomalies(book)),
        ]
    )


# -- 总表 ----------------------------------------------------------------------------------------------------


def _table_columns() -> list[xlsx.Column]:
    heads = (
        _("应报"), _("已收"), _("未收"), _("无网站单位"), _("网站个数"), _("有中文域名"), _("无中文域名"), _("有英文域名"),
        _("已核发标识"), _("IP不在预期范围"), _("域名重复"),
    )  # fmt: skip
    return [
        xlsx.Column(str(_("分类")), 14),
        xlsx.Column(str(_("项目")), 32),
        *(xlsx.Column(str(head), 10) for head in heads),
    ]


def _tables(book: Book) -> Iterator[list[xlsx.Value]]:
    for by, word in TABLES.items():
        for line in book.survey.table(by):
            yield [str(word), label_of_line(by, line), *_numbers(line.numbers)]
    yield [str(_("合计")), None, *_numbers(book.survey.whole())]


def _numbers(numbers: Numbers) -> list[int]:
    return [getattr(numbers, name) for name in NUMBERS]


# -- 分表 ----------------------------------------------------------------------------------------------------


def _by_office(book: Book) -> Iterator[tuple[str, list[Content]]]:
    """The office's own level, then each lower office whose version is in, with all below it."""
    known = {content.office: content for content in book.contents}
    own = book.contents[0]
    yield str(_("本级")), [own]
    for line in own.lower:
        if line.taken:
            yield line.name, list(_under(known, line.office))


def _under(known: dict[str, Content], office: str) -> Iterator[Content]:
    content = known[office]
    yield content
    for line in content.lower:
        if line.taken:
            yield from _under(known, line.office)


def _unit_columns() -> list[xlsx.Column]:
    return [
        xlsx.Column(str(_("汇总机构")), 24),
        xlsx.Column(str(_("账号")), 11, centred=True),
        xlsx.Column(str(_("单位名称")), 32),
        xlsx.Column(str(_("主管部门")), 24),
        xlsx.Column(str(_("单位性质")), 10, centred=True),
        xlsx.Column(str(_("单位规格")), 10, centred=True),
        xlsx.Column(str(_("报送情况")), 10, centred=True),
        xlsx.Column(str(_("报送日期")), 12),
        xlsx.Column(str(_("网站个数")), 10),
    ]


def _units(contents: list[Content]) -> Iterator[list[xlsx.Value]]:
    for content in contents:
        for row in content.rows:
            head: list[xlsx.Value] = [content.short_name, row.account, row.unit_name]
            if isinstance(row, MissingLine):
                state: list[xlsx.Value] = [str(MISSING_STATES[row.state]), None, None]
                supervisor = None
            else:
                handed_in = date.fromisoformat(row.submitted_on)
                state = [
                    str(STATES[row.state][0]),
                    handed_in,
                    _("无网站") if row.no_website else len(row.sites),
                ]
                supervisor = row.supervisor_name
            yield [*head, supervisor, str(NATURE[row.nature]), str(RANK[row.rank]), *state]


# -- 清单 ----------------------------------------------------------------------------------------------------


def _site_columns() -> list[xlsx.Column]:
    return [
        xlsx.Column(str(_("汇总机构")), 24),
        xlsx.Column(str(_("账号")), 11, centred=True),
        xlsx.Column(str(_("单位名称")), 30),
        xlsx.Column(str(_("网站序号")), 8),
        xlsx.Column(str(_("网站名称")), 28),
        xlsx.Column(str(_("中文域名")), 28),
        xlsx.Column(str(_("英文域名")), 28),
        xlsx.Column(str(_("IP地址")), 18, centred=True),
        xlsx.Column(str(_("标识")), 10, centred=True),
    ]


def _sites(book: Book) -> Iterator[list[xlsx.Value]]:
    for content, sheet, site in book.survey.sites():
        yield [
            content.short_name, sheet.account, sheet.unit_name, site.number, site.name, site.chinese_domain,
            site.english_domain, site.ip, str(_("已核发") if site.badged else _("未核发")),
        ]  # fmt: skip


def _missing_columns() -> list[xlsx.Column]:
    return [
        xlsx.Column(str(_("汇总机构")), 24),
        xlsx.Column(str(_("账号")), 11, centred=True),
        xlsx.Column(str(_("单位名称")), 34),
        xlsx.Column(str(_("单位性质")), 10, centred=True),
        xlsx.Column(str(_("单位规格")), 10, centred=True),
        xlsx.Column(str(_("情况")), 16, centred=True),
        xlsx.Column(str(_("报送期限")), 12),
        xlsx.Column(str(_("期限依据")), 34),
    ]


def _missing(book: Book) -> Iterator[list[xlsx.Value]]:
    for content in book.contents:
        for line in content.lower:
            if not line.taken:
                yield [
                    content.short_name, None, line.name, None, None, str(labels.LOWER[line.state][0]), None, None,
                ]  # fmt: skip
        for row in content.missing:
            yield [
                content.short_name, row.account, row.unit_name, str(NATURE[row.nature]), str(RANK[row.rank]),
                str(MISSING_STATES[row.state]), date.fromisoformat(row.due) if row.due else None, row.source or None,
            ]  # fmt: skip


def _anomaly_columns() -> list[xlsx.Column]:
    return [
        xlsx.Column(str(_("汇总机构")), 24),
        xlsx.Column(str(_("账号")), 11, centred=True),
        xlsx.Column(str(_("单位名称")), 30),
        xlsx.Column(str(_("网站名称")), 28),
        xlsx.Column(str(_("问题")), 26),
        xlsx.Column(str(_("所填内容")), 30),
    ]


def _anomalies(book: Book) -> Iterator[list[xlsx.Value]]:
    for one in book.survey.anomalies():
        site = one.site.name if one.site is not None else None
        yield [
            one.content.short_name, one.sheet.account, one.sheet.unit_name, site, str(anomaly_word(one.kind)),
            one.value or None,
        ]  # fmt: skip
