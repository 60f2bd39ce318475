"""The pages of importing with a real client; the workbook given back is opened again and compared."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation import access, jobs
from app.foundation.audit.models import AuditEntry
from app.foundation.database import db
from app.foundation.jobs import Job
from app.plugins.imports import layouts
from app.plugins.imports.models import ImportBatch
from app.plugins.surveys.models import SurveySheet
from tests.plugins.imports.books import HEADINGS, ROW, column, edited, forms, listed
from tests.plugins.imports.test_service import FINANCE, PLATFORM, count, sheet_of
from tests.plugins.surveys.ground import Browser, SignIn
from tests.services.afresh import read_afresh


@pytest.fixture
def clerk(sign_in: SignIn) -> Browser:
    return sign_in("changde.clerk")


def send(browser: Browser, *files: bytes, names: tuple[str, ...] = (), **fields: str) -> Any:
    sent = [
        (io.BytesIO(data), name)
        for data, name in zip(files, names or [f"报表{n}.xlsx" for n in range(len(files))], strict=True)
    ]
    return browser.post(
        "/imports/", data={"files": sent, "hand_in": "1", **fields}, content_type="multipart/form-data"
    )


def number(answer: Any) -> int:
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return int(answer.headers["Location"].rsplit("/", 1)[1])


def page(browser: Browser, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


def test_from_upload_to_sheets(app: Flask, clerk: Browser) -> None:
    bad = {"unit_name": "常德市无此局"}
    pk = number(send(clerk, listed({}, bad)))
    waiting = page(clerk, f"/imports/{pk}")
    assert "试读摸底调查工作簿" in waiting and "data-job=" in waiting and "确定导入" not in waiting
    jobs.run_due(app)
    text = page(clerk, f"/imports/{pk}")
    for said in (
        "没有问题的 1 份可以导入",
        "常德市机关事务局",
        "未找到该单位",
        "C3",
        "确定导入",
        "确定撤回",
        "生成问题工作簿",
    ):
        assert said in text
    assert "常德市机关事务局" not in page(clerk, f"/imports/{pk}?act=refuse")
    assert clerk.post(f"/imports/{pk}/apply").status_code == 302
    jobs.run_due(app)
    text = page(clerk, f"/imports/{pk}")
    assert "已导入 1 份，未导入 1 份" in text and f"/surveys/{sheet_of('机关事务局').id}/" in text
    assert "确定导入" not in text
    assert "导入 1 份" in page(clerk, "/imports/")
    assert "从工作簿导入" in page(clerk, f"/surveys/{sheet_of('机关事务局').id}/")


def test_what_is_refused_is_said_beside_the_field_by_file(app: Flask, clerk: Browser) -> None:
    answer = send(clerk, listed({}), b"", b"%PDF-1.4", names=("好.xlsx", "空.xlsx", "扫描.xlsx"))
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert (
        "“空.xlsx”：文件是空的" in text and "“扫描.xlsx”：这是 PDF 文件" in text and "“好.xlsx”" not in text
    )
    assert send(clerk).status_code == 422
    assert count(ImportBatch) == 0


def test_withdrawn_from_the_page(app: Flask, clerk: Browser) -> None:
    pk = number(send(clerk, listed({})))
    jobs.run_due(app)
    assert clerk.post(f"/imports/{pk}/cancel").status_code == 302
    assert "已撤回" in page(clerk, "/imports/")
    assert clerk.post(f"/imports/{pk}/apply").status_code == 409
    assert count(SurveySheet) == 0


def test_a_dead_job_is_said_and_tried_again(
    app: Flask, clerk: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any) -> None:
        raise jobs.GiveUp("读不出来")

    pk = number(send(clerk, listed({})))
    with monkeypatch.context() as patch:
        patch.setattr("app.plugins.imports.plan.items", broken)
        jobs.run_due(app)
    text = page(clerk, f"/imports/{pk}")
    assert "读不出来" in text and "重新试读" in text
    assert clerk.post(f"/imports/{pk}/again").status_code == 302
    jobs.run_due(app)
    assert "没有问题的 1 份可以导入" in page(clerk, f"/imports/{pk}")


@pytest.mark.parametrize("who", ["unit.jgj", "changde.auditor", "changde.egov", "conac.registrar"])
def test_others_do_not_open_it(app: Flask, sign_in: SignIn, clerk: Browser, who: str) -> None:
    pk = number(send(clerk, listed({})))
    stranger = sign_in(who)
    for address in ("/imports/", f"/imports/{pk}", "/imports/template.xlsx"):
        assert stranger.get(address).status_code == 403
    for address in (f"/imports/{pk}/apply", f"/imports/{pk}/cancel", "/imports/"):
        assert stranger.post(address).status_code == 403


def test_a_sibling_s_batch_is_not_there(app: Flask, sign_in: SignIn, clerk: Browser) -> None:
    pk = number(send(clerk, listed({})))
    sibling = sign_in("wuling.clerk")
    assert sibling.get("/imports/").status_code == 200
    assert "报表0" not in page(sibling, "/imports/")
    assert sibling.get(f"/imports/{pk}").status_code == 404
    for act in ("apply", "cancel", "again", "files/1/errors"):
        assert sibling.post(f"/imports/{pk}/{act}").status_code == 404
    assert send(sibling, listed({}), office="430700").status_code == 404
    colleague = sign_in("changde.head")
    assert "第" in page(colleague, f"/imports/{pk}")


def test_the_template_is_read_as_it_is_filled_in(app: Flask, clerk: Browser) -> None:
    content = clerk.get("/imports/template.xlsx").data
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet: Any = book.worksheets[0]
    heads = {cell.value: cell.column for cell in sheet[1]}
    assert set(heads) == set(HEADINGS.values())
    assert sheet.cell(2, heads["联系电话"]).number_format == "@"
    for key, value in ROW.items():
        sheet.cell(2, heads[HEADINGS[key]]).value = value or None
    buffer = io.BytesIO()
    book.save(buffer)
    pk = number(send(clerk, buffer.getvalue()))
    jobs.run_due(app)
    text = page(clerk, f"/imports/{pk}?act=create")
    assert "常德市机关事务局" in text
    assert layouts.GUIDE not in page(clerk, f"/imports/{pk}?act=refuse")


def given_back(app: Flask, clerk: Browser, data: bytes) -> Any:
    """The workbook with reasons in it, as the clerk downloads it."""
    pk = number(send(clerk, data))
    jobs.run_due(app)
    assert clerk.post(f"/imports/{pk}/files/1/errors").status_code == 302
    jobs.run_due(app)
    read_afresh()
    with access.acting_as(PLATFORM):
        job = db.session.scalars(select(Job).order_by(Job.id.desc()).limit(1)).one()
        taken = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "import.errors-taken")).all()
    assert (job.state, job.result_name, len(taken)) == ("done", "报表0（问题）.xlsx", 1)
    return openpyxl.load_workbook(io.BytesIO(clerk.get(f"/my-jobs/{job.id}/result").data))


def test_the_workbook_comes_back_with_each_reason_in_its_cell(app: Flask, clerk: Browser) -> None:
    rows = ({"phone": "13800138000", "ip": "10.0.0.1"}, FINANCE)
    book = given_back(app, clerk, listed(*rows))
    sheet = book.active
    width = len(HEADINGS)
    for line, row in enumerate(rows, start=2):  # everything else stands as it was sent
        for place, key in enumerate(HEADINGS, start=1):
            assert sheet.cell(line, place).value == ({**ROW, **row}[key] or None)
    phone, address = sheet[f"{column('phone')}2"], sheet[f"{column('ip')}2"]
    assert "手机号码" in phone.comment.text and "公网" in address.comment.text
    assert phone.fill.fgColor.rgb == "FFFCE4E4"
    assert sheet.cell(1, width + 1).value == "导入时发现的问题"
    assert "手机号码" in sheet.cell(2, width + 1).value and "公网" in sheet.cell(2, width + 1).value
    assert sheet.cell(3, width + 1).value is None and sheet[f"{column('phone')}3"].comment is None


def test_merged_forms_come_back_too(app: Flask, clerk: Browser) -> None:
    book = given_back(app, clerk, forms(({"phone": "12"}, [{}]), (FINANCE, [FINANCE])))
    sheet = book.active
    assert "固定电话" in sheet["B11"].comment.text and "固定电话" in sheet["F11"].value
    assert "B3:E3" in {str(one) for one in sheet.merged_cells.ranges}


def _calculating(page: Any) -> None:
    page[f"{column('phone')}2"] = '=HYPERLINK("http://example.com","x")'
    page["A9"] = '=cmd|" /C calc"!A1'


def test_nothing_in_it_calculates(app: Flask, clerk: Browser) -> None:
    book = given_back(app, clerk, edited(_calculating))
    sheet = book.active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert sheet["A9"].value == '=cmd|" /C calc"!A1'
    assert "此格是公式" in sheet[f"{column('phone')}2"].comment.text


@pytest.mark.parametrize(
    ("query", "status"), [("page=0", 400), ("page=x", 400), ("act=zzz", 200), ("page=99999999999", 400)]
)
def test_unusable_arguments(app: Flask, clerk: Browser, query: str, status: int) -> None:
    pk = number(send(clerk, listed({})))
    jobs.run_due(app)
    assert clerk.get(f"/imports/{pk}?{query}").status_code == status
