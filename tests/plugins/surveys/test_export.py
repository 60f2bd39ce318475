"""The workbook of the collated survey: annex 5's columns, what it holds for whom, and that text stays text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select

from app.foundation import access
from app.foundation.audit.models import AuditEntry
from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.plugins.operations import limits
from app.plugins.surveys import collation, progress

Browse = Callable[[str], FlaskClient]

HEADINGS = [
    "单位名称", "主管部门", "单位性质", "单位规格", "单位负责人", "单位开办网站个数", "单位地址", "网站联系人", "联系电话",
    "电子邮箱", "网站序号", "网站名称", "中文域名", "英文域名", "IP地址", "状态",
]  # fmt: skip
CONTACTS = {"单位负责人", "网站联系人", "联系电话", "电子邮箱"}
FIRST = 5  # title, two notes, headings


def _book(client: FlaskClient, query: str = "") -> Any:
    answer = client.get(f"/aggregate/export.xlsx{query}")
    assert answer.status_code == 200
    assert answer.mimetype == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return load_workbook(BytesIO(answer.data))


def _rows(page: Worksheet) -> Iterator[dict[str, Any]]:
    heads = [str(cell.value) for cell in page[FIRST - 1]]
    for row in page.iter_rows(min_row=FIRST, values_only=True):
        yield dict(zip(heads, row, strict=True))


def test_the_columns_are_annex_5s_own(browse: Browse) -> None:
    page = _book(browse("changde.clerk"))["摸底汇总表"]
    assert [cell.value for cell in page[FIRST - 1]] == HEADINGS
    assert page["A1"].value == "党政机关、事业单位网站摸底调查汇总表"
    assert page["A2"].value == "汇总机构：中共常德市委机构编制委员会办公室　　截至：2014年11月24日（周一）"
    assert page["A3"].value == "依据：常编办发〔2014〕9号"


def test_a_row_says_what_the_sheet_says(browse: Browse) -> None:
    rows = list(_rows(_book(browse("changde.clerk"))["摸底汇总表"]))
    row = next(row for row in rows if row["网站名称"] == "常德教育督导网")
    assert list(row.values()) == [
        "常德市教育局", "常德市人民政府", "党政机关", "正处级", "负责人辛", 2, "湖南省常德市武陵区洞庭大道中段12号", "经办人丙",
        "0736-7000007", "jyj@example.cn", 2, "常德教育督导网", "常德教育督导.政务", "jydd.cddemo.gov.cn", "203.0.113.19",
        "已接收",
    ]  # fmt: skip
    assert len(rows) == 45


def test_units_without_a_website_have_one_marked_row(browse: Browse) -> None:
    rows = [row for row in _rows(_book(browse("changde.clerk"))["摸底汇总表"]) if row["网站名称"] == "无网站"]
    assert [(row["单位名称"], row["单位开办网站个数"], row["网站序号"], row["中文域名"]) for row in rows] == [
        ("常德市机关事务管理局", 0, None, None)
    ]


def test_only_what_was_handed_in_is_exported(browse: Browse) -> None:
    rows = list(_rows(_book(browse("changde.clerk"))["摸底汇总表"]))
    assert {row["状态"] for row in rows} == {"已提交", "已接收"}
    names = {row["单位名称"] for row in rows}
    assert not names & {"常德市民政局", "常德市司法局", "常德市财政局"}, "returned, draft, not begun"
    portal = [row["网站名称"] for row in rows if row["单位名称"] == "常德市人民政府办公室"]
    assert sorted(portal) == ["常德市人民政府门户网站", "常德应急管理网"], "a desk's own sheet and the unit's"


def test_what_begins_like_a_formula_stays_text(browse: Browse) -> None:
    page = _book(browse("changde.clerk"))["摸底汇总表"]
    cells = {cell.value: cell for row in page.iter_rows(min_row=FIRST) for cell in row}
    for value in ("=1+1", '=HYPERLINK("http://example.cn")'):
        assert cells[value].data_type == "s"
        assert cells[value].hyperlink is None


def test_the_second_page_holds_the_progress(browse: Browse) -> None:
    page = _book(browse("changde.clerk"))["报送进度"]
    rows = {row["范围"]: row for row in _rows(page)}
    assert rows["市直各单位（不含四区） · 党政机关"]["应报"] == 22
    assert "2014年11月21日（周五）" in rows["市直各单位（不含四区） · 党政机关"]["报送期限"]
    assert rows["桃花源旅游管理区（筹）"]["已接收"] == 1
    assert rows["各区县（市） · 武陵区编委办"]["其中已超期"] == 1
    assert (rows["合计"]["应报"], rows["合计"]["未报送"], rows["合计"]["网站个数"]) == (59, 12, 44)


@pytest.mark.parametrize("query", ["", "?office=430702"])
def test_shared_with_egov_without_the_people_named(browse: Browse, query: str) -> None:
    page = _book(browse("changde.egov"), query)["摸底汇总表"]
    assert [cell.value for cell in page[FIRST - 1]] == [head for head in HEADINGS if head not in CONTACTS]
    office = list(_rows(_book(browse("changde.clerk"), query)["摸底汇总表"]))
    assert list(_rows(page)) == [{k: v for k, v in row.items() if k not in CONTACTS} for row in office]


def test_contacts_stay_blank_on_sheets_the_reader_does_not_see(
    city: Flask, person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where the columns are there, a sheet outside the reader's scope gives no names."""
    real = access.can

    def not_the_first(actor: Any, obj: str, act: str, resource: Any) -> bool:
        return real(actor, obj, act, resource) and getattr(resource, "account", "") != "41840001"

    monkeypatch.setattr(collation.access, "can", not_the_first)
    entries = _entries(person("changde.clerk"))
    leader = next(field for field in collation.FIELDS if str(field.heading) == "单位负责人")
    by_account = {entry.sheet.account: leader.value(entry) for entry in entries}
    assert by_account["41840001"] is None
    assert by_account["41840003"] == "负责人丁"


def _entries(actor: Any) -> list[collation.Entry]:
    with access.acting_as(actor):
        plan = progress.plans_at(progress.dates(actor, "0.43.07."), "0.43.07.")[0]
        office = db.session.scalars(select(Office).where(Office.code == "430700")).one()
        return collation.page(actor, plan, office, number=1, size=100)[0]


@pytest.mark.parametrize(
    ("username", "query", "units"),
    [
        ("wuling.clerk", "", {"常德市武陵区教育局", "常德市武陵区民政局"}),
        ("changde.clerk", "?office=430702", {"常德市武陵区教育局", "常德市武陵区民政局"}),
        ("liuyehu.reviewer", "", {"柳叶湖旅游度假区管理委员会办公室", "柳叶湖旅游度假区旅游局"}),
    ],
)
def test_each_exports_its_own(browse: Browse, username: str, query: str, units: set[str]) -> None:
    assert {row["单位名称"] for row in _rows(_book(browse(username), query)["摸底汇总表"])} == units


def test_the_file_is_named_and_not_kept_by_caches(browse: Browse) -> None:
    answer = browse("changde.clerk").get("/aggregate/export.xlsx")
    assert "摸底汇总表_常德市委编委办_20141124.xlsx" in unquote(answer.headers["Content-Disposition"])
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_who_took_it_is_remembered(hall: Flask, browse: Browse) -> None:
    browse("changde.egov").get("/aggregate/export.xlsx")
    with hall.app_context(), access.acting_as(access.system("tests", over="0.")):
        entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
    assert (entry.verb, entry.person) == ("aggregate.exported", "电子政务员甲")
    assert entry.after == {
        "office": "430700",
        "document": "常编办发〔2014〕9号",
        "rows": 45,
        "contacts": False,
    }


def allow(app: Flask, monkeypatch: pytest.MonkeyPatch, *, direct: int, most: int) -> None:
    """Other limits than ``policies/exports.yaml`` states, for this test."""
    with app.app_context():
        monkeypatch.setitem(limits.limits().exports, "aggregate", limits.Limit(direct, most))


def test_too_much_for_one_workbook_is_refused(
    hall: Flask, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(hall, monkeypatch, direct=10, most=44)
    answer = browse("changde.clerk").get("/aggregate/export.xlsx")
    assert answer.status_code == 422
    assert "超过 44 行" in answer.get_data(as_text=True)
