"""Annex 5 as PDF: its boxes and rows, the seal of a unit without a website, several at once, a whole list as a job."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.foundation import access, jobs
from app.foundation.audit.models import AuditEntry
from app.foundation.database import db, transaction
from app.foundation.documents import pdf
from app.foundation.jobs import Job
from app.plugins.operations import limits
from app.plugins.surveys import printing
from app.plugins.surveys.models import SurveySheet, SurveySite
from tests.services.afresh import read_afresh

Browse = Callable[[str], FlaskClient]
PLATFORM = access.system("tests", over="0.")


def sheet(sites: int = 1, **extra: Any) -> SurveySheet:
    kept: dict[str, Any] = {
        "unit_name": "常德市财政局", "supervisor_name": "常德市人民政府", "nature": "organ", "rank": "division",
        "leader": "负责人己", "site_count": sites, "address": "柳叶大道8号", "contact": "经办人甲", "phone": "0736-7000005",
        "email": "czj@example.cn", "no_website": False,
    }  # fmt: skip
    row = SurveySheet(**{**kept, **extra})
    row.sites = [
        SurveySite(
            number=n, name=f"网站{n}", chinese_domain="无", english_domain=f"w{n}.cn", ip="203.0.113.1"
        )
        for n in range(1, sites + 1)
    ]
    return row


def pages(*sheets: SurveySheet) -> list[bytes]:
    return pdf.pictures(printing.TEMPLATE, {"sheets": [printing.drawn(one) for one in sheets]}, ppi=36)


# -- what is drawn -------------------------------------------------------------------------------------------


def test_the_boxes_are_annex_5s_and_one_of_each_kind_is_ticked() -> None:
    drawn = printing.drawn(sheet())
    assert [one["label"] for one in drawn["natures"]] == ["党政机关", "事业单位"]
    assert [one["label"] for one in drawn["ranks"]] == [
        "部级以上", "正厅级", "副厅级", "正处级", "副处级", "科级以下"
    ]  # fmt: skip
    assert [one["label"] for key in ("natures", "ranks") for one in drawn[key] if one["on"]] == [
        "党政机关",
        "正处级",
    ]


@pytest.mark.parametrize(("sites", "rows"), [(0, 3), (1, 3), (3, 3), (4, 4), (25, 25)])
def test_there_are_three_rows_at_least_and_as_many_as_there_are_sites(sites: int, rows: int) -> None:
    drawn = printing.drawn(sheet(sites))["sites"]
    assert [row["number"] for row in drawn] == list(range(1, rows + 1))
    assert sum(bool(row["name"]) for row in drawn) == sites


def test_a_count_that_is_not_filled_in_stays_blank() -> None:
    assert printing.drawn(sheet(0, site_count=None))["site_count"] == ""
    assert printing.drawn(sheet(0, site_count=0))["site_count"] == "0"


def test_sheets_begin_on_pages_of_their_own_and_long_ones_run_on() -> None:
    assert len(pages(sheet(), sheet(3))) == 2
    assert len(pages(sheet(25))) > 1
    assert len(pages(sheet(25), sheet())) == len(pages(sheet(25))) + 1


def test_a_unit_without_a_website_has_the_mark_and_a_place_for_its_seal() -> None:
    """S12: the page differs from an empty one by more than its numbers."""
    (without,) = pages(sheet(0, no_website=True, site_count=0))
    (empty,) = pages(sheet(0, site_count=0))
    assert without != empty


# -- who takes what ------------------------------------------------------------------------------------------


@pytest.fixture
def put_back(hall: Flask) -> Any:
    """The hall is shared: what was put is taken away again."""
    yield
    with hall.app_context(), access.acting_as(PLATFORM), transaction():
        for job in db.session.scalars(select(Job)):
            db.session.delete(job)


def key(hall: Flask, account: str) -> int:
    with hall.app_context(), access.acting_as(PLATFORM):
        found = db.session.scalars(select(SurveySheet.id).where(SurveySheet.account == account))
        return found.one()


def test_one_sheet_is_taken_from_its_page(hall: Flask, browse: Browse) -> None:
    pk = key(hall, "41840006")
    page = browse("changde.clerk").get(f"/surveys/{pk}/").get_data(as_text=True)
    link = re.search(r'href="(/surveys/\d+/sheet\.pdf)"', page)
    assert link is not None
    answer = browse("changde.clerk").get(link[1])
    assert answer.mimetype == "application/pdf" and answer.data.startswith(b"%PDF-")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert browse("wuling.clerk").get(link[1]).status_code == 404


def test_ticked_sheets_come_as_one_file_and_it_is_remembered(hall: Flask, browse: Browse) -> None:
    clerk = browse("changde.clerk")
    keys = [key(hall, "41840006"), key(hall, "41840020")]
    listed = clerk.get("/surveys/list/?_all=1").get_data(as_text=True)
    assert 'name="action" value="print"' in listed and "/surveys/sheets" in listed
    answer = clerk.post("/surveys/action_post", data={"action": "print", "rowid": keys})
    assert answer.status_code == 302
    page = clerk.get(answer.headers["Location"]).get_data(as_text=True)
    assert "共 2 份" in page
    link = re.search(r'href="(/surveys/sheets\.pdf\?[^"]+)"', page)
    assert link is not None
    made = clerk.get(link[1].replace("&amp;", "&"))
    assert made.status_code == 200 and made.data.startswith(b"%PDF-")
    with hall.app_context(), access.acting_as(PLATFORM):
        read_afresh()
        entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
        assert (entry.verb, entry.obj, entry.after) == ("survey.printed", "office", {"sheets": 2})


@pytest.mark.parametrize("path", ["/surveys/sheets", "/surveys/sheets.pdf"])
def test_a_foreign_sheet_among_the_ticked_is_not_there(hall: Flask, browse: Browse, path: str) -> None:
    mine, foreign = key(hall, "41840006"), key(hall, "41840035")
    clerk = browse("changde.clerk")
    assert clerk.get(f"{path}?sheet={mine}").status_code == 200
    wuling = browse("wuling.clerk")
    assert wuling.get(f"{path}?sheet={foreign}").status_code == 200
    assert wuling.get(f"{path}?sheet={foreign}&sheet={mine}").status_code == 404
    assert clerk.get(f"{path}?sheet=x").status_code == 404
    assert clerk.get(f"{path}?" + "&".join(["sheet=1"] * 101)).status_code == 400


def test_the_whole_list_as_it_is_filtered(hall: Flask, browse: Browse) -> None:
    clerk = browse("changde.clerk")
    page = clerk.get("/surveys/sheets?_flt_0_state=returned").get_data(as_text=True)
    assert "共 4 份" in page and "_flt_0_state=returned" in page
    empty = clerk.get("/surveys/sheets?_flt_0_unit_name=没有这样的").get_data(as_text=True)
    assert "没有符合条件的摸底调查表" in empty


@pytest.mark.parametrize(
    "query", ["_scheme=x", "endpoint=y", "_anchor=z", "_method=DELETE", "sheet=", "values=1"]
)
def test_arguments_of_any_name_are_no_fault(browse: Browse, query: str) -> None:
    for path in ("/surveys/sheets", "/surveys/sheets.pdf"):
        assert browse("changde.clerk").get(f"{path}?{query}").status_code < 500


def narrow(hall: Flask, monkeypatch: pytest.MonkeyPatch, direct: int, most: int) -> None:
    kept = hall.extensions["bianban.exports"]
    changed = {**kept.exports, printing.NAME: limits.Limit(direct, most)}
    monkeypatch.setitem(hall.extensions, "bianban.exports", limits.Limits(kept.open_at_once, changed))


@pytest.mark.usefixtures("put_back")
def test_a_long_list_is_work_to_wait_for(
    hall: Flask, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow(hall, monkeypatch, 3, 500)
    clerk = browse("changde.clerk")
    query = "?_flt_0_state=returned"
    assert clerk.get(f"/surveys/sheets.pdf{query}").headers["Location"] == f"/surveys/sheets{query}"
    page = clerk.get(f"/surveys/sheets{query}").get_data(as_text=True)
    assert f'action="/surveys/sheets{query}"' in page and "转到后台办理" in page
    assert clerk.post(f"/surveys/sheets{query}").status_code == 302
    assert jobs.run_due(hall) == 1
    with hall.app_context(), access.acting_as(PLATFORM):
        read_afresh()
        job = db.session.scalars(select(Job).order_by(Job.id.desc()).limit(1)).one()
        assert (job.state, job.done_count, job.total_count) == ("done", 4, 4)
        assert "returned" not in str(job.payload)
        number = job.id
    made = clerk.get(f"/my-jobs/{number}/result")
    assert made.mimetype == "application/pdf"
    narrow(hall, monkeypatch, 100, 500)
    assert made.data == clerk.get(f"/surveys/sheets.pdf{query}").data


@pytest.mark.usefixtures("put_back")
def test_more_than_a_file_may_have_is_refused(
    hall: Flask, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow(hall, monkeypatch, 1, 3)
    for method in ("get", "post"):
        answer = getattr(browse("changde.clerk"), method)("/surveys/sheets?_flt_0_state=returned")
        assert answer.status_code == 422 and "超过 3 行" in answer.get_data(as_text=True)


@pytest.mark.usefixtures("put_back")
def test_a_desk_prints_at_once_and_has_nowhere_to_wait(
    hall: Flask, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = browse("renshe.coordinator")
    assert "共 2 份" in desk.get("/surveys/sheets?_all=1").get_data(as_text=True)
    narrow(hall, monkeypatch, 1, 500)
    answer = desk.post("/surveys/sheets?_all=1")
    assert answer.status_code == 422 and "一次最多打印 1 份" in answer.get_data(as_text=True)
