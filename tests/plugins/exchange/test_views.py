"""The pages of the book, driven by forms."""

from __future__ import annotations

import io
from collections.abc import Callable
from html import unescape

import pytest
from flask.testing import FlaskClient

from app.plugins.applications import service
from app.plugins.exchange.models import ExchangeEntry
from tests.plugins.applications.conftest import Browser, counting
from tests.plugins.applications.country import PDF, Country
from tests.plugins.exchange.test_service import book, lines, store
from tests.services.instance import signed_in

Browse = Callable[[str], FlaskClient]


def text(answer: object) -> str:
    return unescape(answer.get_data(as_text=True))  # type: ignore[attr-defined]


def papers(*pks: int, **more: object) -> dict[str, object]:
    form: dict[str, object] = {
        "application": [str(pk) for pk in pks],
        "day": "2014-11-24",
        "means": "exchange",
    }
    for pk in pks:
        form |= {f"letter-{pk}": "1", f"form-{pk}": "3", f"identity-{pk}": "1", f"sealed-{pk}": "1"}
    return form | more


def entry() -> ExchangeEntry:
    (found,) = book()
    return found


def test_what_is_awaited_is_offered_and_ticked(country: Country, browse: Browse) -> None:
    pk = country.awaiting_paper()
    clerk = browse("clerk")
    assert "1 件申请等待书面材料" in text(clerk.get("/exchange/"))
    page = text(clerk.get("/exchange/in"))
    assert "武陵教育网" in page and f'name="application" value="{pk}"' in page
    page = text(clerk.get(f"/exchange/in?application={pk}"))
    assert f'name="form-{pk}" type="number" value="3"' in page


def test_a_batch_is_registered_in_one_go(country: Country, browse: Browse) -> None:
    """An envelope for each unit, with a number of its own."""
    pks = [country.awaiting_paper("edu"), country.awaiting_paper("exam")]
    librarian = country.checked(country.submitted("library", "librarian"))
    country.do("reviewer", librarian, lambda row, actor: service.pass_first(row, actor=actor))
    form = papers(*pks, librarian)
    answer = browse("clerk").post("/exchange/in", data=form)
    assert answer.status_code == 302
    assert [(one.serial, one.counterpart) for one in book()] == [(1, "武陵区教育局"), (2, "武陵区图书馆")]
    assert {country.read(pk).state for pk in (*pks, librarian)} == {"paper_review"}


def test_a_refused_form_keeps_everything_typed(country: Country, browse: Browse) -> None:
    first, second = country.awaiting_paper("edu"), country.awaiting_paper("exam")
    form = papers(first, second, note="机要通信员当面交接") | {f"form-{second}": "2", f"letter-{second}": "x"}
    answer = browse("clerk").post("/exchange/in", data=form)
    page = text(answer)
    assert answer.status_code == 422
    assert f'name="form-{second}" type="number" value="2"' in page
    assert 'value="机要通信员当面交接"' in page
    assert "请填写数字" in page
    assert book() == []
    answer = browse("clerk").post("/exchange/in", data=form | {f"letter-{second}": "1"})
    assert "收到的书面材料不齐" in text(answer)
    answer = browse("clerk").post(
        "/exchange/in", data=form | {f"letter-{second}": "1", f"mismatch-{second}": "申请表少一份"}
    )
    assert answer.status_code == 302
    assert [one.mismatch for one in lines() if one.what == "form"] == ["", "申请表少一份"]


@pytest.mark.parametrize("more", [{"day": "昨天"}, {"means": "x"}, {"day": "2014-11-30"}])
def test_an_envelope_that_cannot_be(country: Country, browse: Browse, more: dict[str, str]) -> None:
    pk = country.awaiting_paper()
    assert browse("clerk").post("/exchange/in", data=papers(pk) | more).status_code == 422
    assert book() == []


def test_nothing_ticked_is_said(country: Country, browse: Browse) -> None:
    assert "请勾选收到书面材料的申请" in text(browse("clerk").post("/exchange/in", data=papers()))


def test_a_scan_comes_with_the_form(country: Country, browse: Browse) -> None:
    pk = country.awaiting_paper()
    form = papers(pk) | {f"scan-{pk}": (io.BytesIO(PDF), "盖章表.pdf")}
    assert browse("clerk").post("/exchange/in", data=form).status_code == 302
    page = text(browse("clerk").get(f"/applications/{pk}"))
    assert "盖章申请表扫描件" in page
    assert "收〔2014〕1号" in page


def test_scans_are_kept_and_taken_away_on_the_cases_page(country: Country, browse: Browse) -> None:
    pk = country.paper_review()
    clerk = browse("clerk")
    assert "没有选择文件" in text(clerk.post(f"/exchange/scan/{pk}", data={}, follow_redirects=True))
    answer = clerk.post(f"/exchange/scan/{pk}", data={"scan": (io.BytesIO(PDF), "表.pdf")})
    assert answer.headers["Location"].endswith(f"/applications/{pk}#exchange")
    key = store(country, "clerk", pk)
    assert clerk.post(f"/exchange/scan/{pk}/remove", data={"file": str(key)}).status_code == 302
    assert clerk.post(f"/exchange/scan/{pk}/remove", data={"file": str(key)}).status_code == 404
    assert clerk.get(f"/files/{key}").status_code == 404


@pytest.mark.parametrize("who", ["sibling", "parent", "auditor", "county_egov", "filer"])
def test_others_neither_read_nor_fill_the_book(country: Country, browse: Browse, who: str) -> None:
    pk = country.paper_review()
    other, client = country.awaiting_paper("exam"), browse(who)
    key, line = entry().id, lines()[0].id
    assert client.get(f"/exchange/{key}").status_code in {403, 404}
    assert client.post("/exchange/in", data=papers(other)).status_code in {403, 404}
    assert client.post(f"/exchange/line/{line}/mismatch", data={f"mismatch-{line}": "不符"}).status_code in {
        403,
        404,
    }
    assert client.post(f"/exchange/scan/{pk}", data={"scan": (io.BytesIO(PDF), "a.pdf")}).status_code in {
        403,
        404,
    }
    assert len(book()) == 1


def test_an_auditor_of_the_office_reads_and_does_not_fill(
    country: Country, browse: Browse, app: object
) -> None:
    pk = country.paper_review()
    name = country.world.actor(("auditor", "0.43.07.02.")).username
    client = signed_in(app, name, Browser(app, app.response_class))  # type: ignore[arg-type,attr-defined]
    assert "收〔2014〕1号" in text(client.get("/exchange/"))
    assert "登记收件" not in text(client.get("/exchange/")).replace("收件登记", "")
    assert client.get("/exchange/in").status_code == 403
    assert client.post("/exchange/in", data=papers(pk)).status_code == 403


def test_a_mismatch_is_noted_on_the_envelopes_page(country: Country, browse: Browse) -> None:
    country.paper_review()
    clerk, line = browse("clerk"), lines()[0].id
    answer = clerk.post(f"/exchange/line/{line}/mismatch", data={f"mismatch-{line}": ""})
    assert (answer.status_code, "请写明不符情况" in text(answer)) == (422, True)
    page = text(
        clerk.post(
            f"/exchange/line/{line}/mismatch", data={f"mismatch-{line}": "公章模糊"}, follow_redirects=True
        )
    )
    assert "公章模糊" in page and "已记下不符情况" in page


def test_what_goes_out_is_registered(country: Country, browse: Browse) -> None:
    pk = country.approved()
    clerk = browse("clerk")
    assert "尚未登记寄发" in text(clerk.get("/exchange/"))
    page = text(clerk.get(f"/exchange/out?application={pk}"))
    assert f'name="what-{pk}"' in page
    form = {
        "application": str(pk),
        "day": "2014-11-24",
        "means": "exchange",
        "to": "unit",
        f"copies-{pk}": "1",
    }
    answer = clerk.post("/exchange/out", data=form | {f"what-{pk}": "refusal"})
    assert answer.status_code == 422
    assert (
        clerk.post("/exchange/out", data=form | {f"what-{pk}": "form", "slip": "湘机0231"}).status_code == 302
    )
    sent = book()[-1]
    assert (sent.direction, sent.serial, sent.counterpart, sent.slip) == (
        "out",
        1,
        "武陵区教育局",
        "湘机0231",
    )
    assert "发〔2014〕1号" in text(clerk.get(f"/applications/{pk}"))


def test_to_the_registry_or_somebody_else(country: Country, browse: Browse) -> None:
    clerk = browse("clerk")
    form = {"day": "2014-11-24", "means": "exchange", "to": "cnnic", "note": "停止解析函 1 份"}
    assert clerk.post("/exchange/out", data=form).status_code == 302
    assert clerk.post("/exchange/out", data=form | {"to": "named", "counterpart": ""}).status_code == 422
    assert clerk.post("/exchange/out", data=form | {"to": ""}).status_code == 422
    assert (
        clerk.post("/exchange/out", data=form | {"to": "named", "counterpart": "常德市档案馆"}).status_code
        == 302
    )
    assert [one.counterpart for one in book()] == ["中国互联网络信息中心", "常德市档案馆"]


def test_the_book_is_narrowed_printed_and_exported(country: Country, browse: Browse) -> None:
    country.paper_review()
    clerk = browse("clerk")
    assert "武陵教育网" in text(clerk.get("/exchange/?direction=in&year=2014&q=教育"))
    assert "没有符合条件的登记" in text(clerk.get("/exchange/?direction=out"))
    assert clerk.get("/exchange/?direction=up").status_code == 400
    assert clerk.get("/exchange/?year=x").status_code == 400
    page = text(clerk.get("/exchange/print?direction=in"))
    assert "机要交换登记簿" in page and "收〔2014〕1号" in page and "签收" in page
    answer = clerk.get("/exchange/export.csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    rows = answer.data.decode("utf-8-sig").splitlines()
    assert rows[0].startswith("登记号,日期")
    assert rows[1].startswith("收〔2014〕1号,2014-11-24,机要交换,武陵区教育局")


def test_an_empty_book_says_so(country: Country, browse: Browse) -> None:
    assert "还没有登记" in text(browse("clerk").get("/exchange/"))
    assert "没有登记" in text(browse("clerk").get("/exchange/print"))


def test_the_book_costs_few_statements(country: Country, browse: Browse) -> None:
    for site in ("edu", "exam"):
        country.paper_review(site)
    client = browse("clerk")
    client.get("/exchange/")
    with counting() as seen:
        client.get("/exchange/")
    assert len(seen) <= 12, "\n".join(seen)


def test_what_does_not_agree_stands_beside_the_decision(country: Country, browse: Browse) -> None:
    pk = country.paper_review()
    clerk, line = browse("clerk"), lines()[0].id
    assert "书面材料有不符情况" not in text(browse("head").get(f"/applications/{pk}"))
    clerk.post(f"/exchange/line/{line}/mismatch", data={f"mismatch-{line}": "公章模糊"})
    page = text(browse("head").get(f"/applications/{pk}"))
    assert "书面材料有不符情况" in page and "公章模糊" in page
    assert "书面材料有不符情况" not in text(browse("filer").get(f"/applications/{pk}"))
