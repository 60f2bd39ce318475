"""工作进展情况报告: the office's own figures in its own name, those who have not reported, what it adds (P-5.5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.foundation import access
from app.foundation.audit.models import AuditEntry
from app.foundation.database import db
from app.foundation.documents import pdf
from app.plugins.surveys import report
from app.plugins.surveys.place import Wanted, find
from tests.services.afresh import read_afresh

Browse = Callable[[str], FlaskClient]


def drawn(hall: Flask, who: str, **words: str) -> dict[str, Any]:
    with hall.test_request_context("/"), access.acting_as(access.actor_for(who)) as actor:
        return report.drawn(find(actor, Wanted()), words)


def lines(found: dict[str, Any]) -> dict[str, list[str]]:
    return {part["heading"]: part["lines"] for part in found["parts"]}


def test_it_says_how_far_the_survey_is_and_who_is_missing(hall: Flask) -> None:
    found = drawn(hall, "changde.clerk")
    said = lines(found)
    assert list(said) == ["一、总体情况", "二、尚未报送的单位"]
    assert "截至2014年11月24日，应报送摸底调查表 59 份，已收 43 份" in said["一、总体情况"][0]
    assert "报送率 72.9%" in said["一、总体情况"][0] and "常编办发〔2014〕9号" in said["一、总体情况"][0]
    own, lower = said["二、尚未报送的单位"]
    assert own.startswith("本级：") and "常德市财政局" in own and "常德市武陵区" not in own
    assert lower.startswith("下级：") and "武陵区编委办 1 份" in lower
    assert (found["office"], found["day"]) == ("中共常德市委机构编制委员会办公室", "2014年11月24日")


def test_its_table_adds_up_and_each_date_names_its_source(hall: Flask) -> None:
    found = drawn(hall, "changde.clerk")
    assert found["headings"][:2] == ["应报", "已收"]
    *rows, whole = found["rows"]
    assert whole["label"] == "合计"
    assert [sum(row["numbers"][n] for row in rows) for n in range(7)] == list(whole["numbers"])
    municipal = next(
        row for row in rows if row["label"].startswith("市直各单位") and "党政机关" in row["label"]
    )
    assert municipal["dues"] == ["2014年11月21日（周五）（常编办发〔2014〕9号 第三条）"]


def test_what_the_office_writes_stands_in_its_place_a_line_a_paragraph(hall: Flask) -> None:
    said = lines(drawn(hall, "changde.clerk", done="召开部署会。\n\n逐家催报。 ", needs="经费尚未落实。"))
    assert said["二、工作开展情况"] == ["召开部署会。", "逐家催报。"]
    assert said["四、存在的问题、下一步打算和经费保障"] == ["经费尚未落实。"]


def test_a_lower_office_reports_its_own(hall: Flask) -> None:
    found = drawn(hall, "wuling.clerk")
    assert found["office"].startswith("中共常德市武陵区委") and found["rows"][-1]["numbers"][0] == 3


def test_a_page_offers_it_and_it_is_remembered(hall: Flask, browse: Browse) -> None:
    clerk = browse("changde.clerk")
    assert 'href="/survey-report/' in clerk.get("/aggregate/").get_data(as_text=True)
    page = clerk.get("/survey-report/").get_data(as_text=True)
    assert "工作开展情况" in page and "中共常德市委机构编制委员会办公室" in page
    made = clerk.post("/survey-report/", data={"office": "430700", "done": "#召开*部署*会"})
    assert made.mimetype == pdf.CONTENT_TYPE and made.data.startswith(b"%PDF-")
    with hall.app_context(), access.acting_as(access.system("tests", over="0.")):
        read_afresh()
        entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
        assert (entry.verb, entry.after) == ("aggregate.report-made", {"document": "常编办发〔2014〕9号"})


def test_too_long_a_text_comes_back_as_typed(browse: Browse) -> None:
    answer = browse("changde.clerk").post("/survey-report/", data={"done": "很" * 3001, "needs": "要经费"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "不超过 3000 个字" in text and "要经费" in text


@pytest.mark.parametrize("who", ["changde.egov", "hunan.auditor"])
def test_whoever_only_reads_the_figures_does_not_speak_for_the_office(browse: Browse, who: str) -> None:
    assert "/survey-report/" not in browse(who).get("/aggregate/?office=430700").get_data(as_text=True)
    assert browse(who).get("/survey-report/?office=430700").status_code in {403, 404}


def test_an_upper_office_does_not_report_in_a_lower_ones_name(browse: Browse) -> None:
    assert browse("changde.clerk").get("/survey-report/?office=430702").status_code == 403
