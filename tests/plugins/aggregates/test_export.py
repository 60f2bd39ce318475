"""The workbook of a version, opened again and compared cell by cell; the long one as work to wait for."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select

from app.foundation import access
from app.foundation.audit.models import AuditEntry
from app.foundation.database import db, transaction
from app.foundation.jobs import Job, results, run_due
from app.foundation.tenancy.models import Office
from app.plugins.aggregates import queries, seen
from app.plugins.aggregates.figures import Survey
from app.plugins.aggregates.words import TABLES
from app.plugins.establishment.labels import RANK
from app.plugins.operations import limits
from app.plugins.surveys.labels import NATURE, STATES
from tests.plugins.aggregates.conftest import As, Browse
from tests.plugins.aggregates.steps import locked, received
from tests.services.afresh import read_afresh

BASE = "/aggregate/versions"
FIRST = 5  # title, two notes, headings: rows begin here


def _book(content: bytes) -> Any:
    return load_workbook(BytesIO(content))


def _rows(page: Worksheet) -> list[tuple[Any, ...]]:
    return list(page.iter_rows(min_row=FIRST, values_only=True))


def _survey(acting: As, pk: int) -> Survey:
    with acting("changde.clerk") as actor:
        return seen.survey(queries.tree(queries.get(pk, actor), deep=True))


@pytest.fixture
def city(acting: As) -> int:
    """The city's version with Wuling's taken in."""
    received(acting, "430702", "430700")
    return locked(acting, "430700")


def test_every_page_says_cell_by_cell_what_was_locked(acting: As, browse: Browse, city: int) -> None:
    answer = browse("changde.clerk").get(f"{BASE}/{city}/export.xlsx")
    assert answer.status_code == 200
    book, survey = _book(answer.data), _survey(acting, city)
    assert book.sheetnames == ["总表", "本级", "武陵区编委办", "网站清单", "未报送清单", "异常清单"]

    table = _rows(book["总表"])
    assert len(table) == sum(len(survey.table(by)) for by in TABLES) + 1
    whole, row = survey.whole(), table[-1]
    assert row == (
        "合计", None, whole.expected, whole.received, whole.missing, whole.without, whole.sites, whole.chinese,
        whole.no_chinese, whole.english, whole.badged, whole.outside, whole.repeated,
    )  # fmt: skip
    for group in ("按机构", "按组别", "按单位性质", "按单位规格"):
        parts = [one[2:] for one in table if one[0] == group]
        assert [sum(column) for column in zip(*parts, strict=True)] == list(row[2:]), group

    own, below = survey.contents
    for tab, content in (("本级", own), ("武陵区编委办", below)):
        lines = _rows(book[tab])
        assert len(lines) == len(content.sheets) + len(content.missing)
        for line, sheet in zip(lines, content.sheets, strict=False):
            assert line[:7] == (
                content.short_name, sheet.account, sheet.unit_name, sheet.supervisor_name or None,
                str(NATURE[sheet.nature]), str(RANK[sheet.rank]), str(STATES[sheet.state][0]),
            )  # fmt: skip
            assert line[7].date().isoformat() == sheet.submitted_on
            assert line[8] == ("无网站" if sheet.no_website else len(sheet.sites))

    sites = _rows(book["网站清单"])
    wanted = [
        (
            content.short_name, sheet.account, sheet.unit_name, site.number, site.name, site.chinese_domain,
            site.english_domain, site.ip, "已核发" if site.badged else "未核发",
        )
        for content, sheet, site in survey.sites()
    ]  # fmt: skip
    assert sites == wanted

    missing = _rows(book["未报送清单"])
    offices = [line for line in missing if line[1] is None]
    assert [line[2] for line in offices] == [one.name for one in own.lower if not one.taken]
    units = [line for line in missing if line[1] is not None]
    assert [(line[1], line[6].date().isoformat() if line[6] else "") for line in units] == [
        (one.account, one.due) for content in survey.contents for one in content.missing
    ]


def test_it_is_laid_out_for_an_offices_printer(browse: Browse, city: int) -> None:
    for page in _book(browse("changde.clerk").get(f"{BASE}/{city}/export.xlsx").data):
        assert page.page_setup.orientation == "landscape"
        assert page.page_setup.paperSize == 9
        assert (page.page_setup.fitToWidth or 1, page.page_setup.fitToHeight) == (1, 0), (
            "1 is what a file leaves out"
        )
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert page.print_title_rows == "$4:$4"
        assert "中共常德市委机构编制委员会办公室网站摸底汇总" in page.oddHeader.left.text
        assert "第 &P" in page.oddFooter.center.text
        assert page.freeze_panes == "A5"
        assert "校验值" in page["A3"].value


def test_what_looks_like_a_formula_is_text(browse: Browse, city: int) -> None:
    cells = [
        cell
        for row in _book(browse("changde.clerk").get(f"{BASE}/{city}/export.xlsx").data)[
            "网站清单"
        ].iter_rows()
        for cell in row
    ]
    assert any(cell.value == "=1+1" for cell in cells)
    assert all(cell.data_type != "f" for cell in cells)


def test_what_looks_wrong_is_listed(acting: As, browse: Browse, app: Flask) -> None:
    with access.acting_as(access.system("tests", over="0.")), transaction():
        office = db.session.scalars(select(Office).where(Office.code == "430700")).one()
        office.settings = {**office.settings, "ip_ranges": ["198.51.100.0/24"]}
    pk = locked(acting, "430700")
    rows = _rows(_book(browse("changde.clerk").get(f"{BASE}/{pk}/export.xlsx").data)["异常清单"])
    assert len([row for row in rows if row[4] == "IP地址不在预期范围"]) > 20
    text = browse("changde.clerk").get(f"{BASE}/{pk}/odd?kind=outside").get_data(as_text=True)
    assert "IP地址不在预期范围" in text


def test_who_took_it_is_remembered(browse: Browse, city: int) -> None:
    browse("changde.clerk").get(f"{BASE}/{city}/export.xlsx")
    read_afresh()
    with access.acting_as(access.system("tests", over="0.")):
        entry = db.session.scalars(
            select(AuditEntry).where(AuditEntry.verb == "aggregate.version-exported")
        ).one()
    assert (entry.object_id, entry.person) == (city, "承办人甲")


def test_a_long_one_is_work_to_wait_for(
    browse: Browse, city: int, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = limits.Limit(direct=1, most=1000)
    monkeypatch.setattr("app.plugins.operations.exports.limit", lambda _name: few)
    client = browse("changde.clerk")
    offered = client.get(f"{BASE}/{city}/export.xlsx").get_data(as_text=True)
    assert f'action="{BASE}/{city}/export"' in offered
    assert client.post(f"{BASE}/{city}/export").status_code == 302
    run_due(app)
    read_afresh()
    with access.acting_as(access.system("tests", over="0.")):
        job = db.session.scalars(select(Job).where(Job.kind == "aggregates.export")).one()
    assert job.state == "done", job.error
    assert job.result_name == "摸底汇总_常德市委编委办_第1版.xlsx"
    assert _book(results.locate(job.result_file).read_bytes()).sheetnames[0] == "总表"


def test_one_that_is_no_longer_shared_leaves_no_file(
    browse: Browse, city: int, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = limits.Limit(direct=1, most=1000)
    monkeypatch.setattr("app.plugins.operations.exports.limit", lambda _name: few)
    browse("changde.head").post(f"{BASE}/{city}/share", data={})
    assert browse("changde.egov").post(f"{BASE}/{city}/export").status_code == 302
    browse("changde.head").post(f"{BASE}/{city}/unshare", data={"reason": "不再需要。"})
    run_due(app)
    read_afresh()
    with access.acting_as(access.system("tests", over="0.")):
        job = db.session.scalars(select(Job).where(Job.kind == "aggregates.export")).one()
    assert (job.state, job.result_file) == ("dead", "")


def test_a_file_that_waits_goes_with_the_share(
    browse: Browse, city: int, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = limits.Limit(direct=1, most=1000)
    monkeypatch.setattr("app.plugins.operations.exports.limit", lambda _name: few)
    egov, head = browse("changde.egov"), browse("changde.head")
    head.post(f"{BASE}/{city}/share", data={})
    for client in (egov, head):
        client.post(f"{BASE}/{city}/export")
    run_due(app)
    read_afresh()
    with access.acting_as(access.system("tests", over="0.")):
        theirs, own = db.session.scalars(
            select(Job.id).where(Job.kind == "aggregates.export").order_by(Job.id)
        )
    assert egov.get(f"/my-jobs/{theirs}/result").status_code == 200
    head.post(f"{BASE}/{city}/unshare", data={"reason": "不再需要。"})
    assert egov.get(f"/my-jobs/{theirs}/result").status_code == 404
    assert head.get(f"/my-jobs/{own}/result").status_code == 200, "the office's own file stays"
