"""The public home and the published list: from frozen snapshots, by office, searchable, without people."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.foundation.database import db
from app.plugins.applications.models import Application
from app.plugins.badges.models import Badge
from app.plugins.operations.limits import Limit
from app.plugins.registry import freezing
from app.plugins.registry import service as registry
from app.plugins.registry.models import ApprovedFacts, BatchItem
from tests.plugins.registry.line import PRIVATE, REGISTRAR, Line, statements
from tests.services.instance import MakeApp

SignIn = Callable[[str], FlaskClient]
PASSED = "/portal/passed/"


def test_visitors_land_on_the_home_page(client: FlaskClient, line: Line) -> None:
    answer = client.get("/")
    assert answer.status_code == 302 and answer.headers["Location"].endswith("/portal/")
    home = client.get("/portal/").text
    for text in ('action="/badge/"', "登录办理", "核验网站真伪", PASSED):
        assert text in home


def test_the_list_holds_what_stands_approved(client: FlaskClient, line: Line) -> None:
    """From the approval on (C-art.12); what the registrar sent back is still approved, what is revoked is not."""
    waiting = line.row(BatchItem, line.reported(site_name="待核发网"))
    issued = line.row(Badge, line.issued(site_name="有效网"))
    line.approved(site_name="未报送网")
    revoked = line.row(Badge, line.revoked())
    returned = line.reported(site_name="退回网")
    with line.acting(REGISTRAR) as actor:
        registry.return_item(db.session.get_one(BatchItem, returned), reason="核对", actor=actor)
    page = client.get(PASSED).text
    assert waiting.site_name in page and "待核发" in page
    assert issued.number in page and f"/badge/{issued.number}" in page
    assert "未报送网" in page and page.count("退回网") == 1
    assert revoked.number not in page
    assert "共 4 条" in page
    assert issued.number in client.get("/portal/").text


def test_what_was_reopened_or_replaced_is_not_listed(client: FlaskClient, line: Line) -> None:
    reopened = line.approved(site_name="重审网")
    with line.system():
        freezing.end(db.session.scalars(select(ApprovedFacts)).one(), "reopened")
        db.session.get_one(Application, reopened).state = "returned"
    assert "重审网" not in client.get(PASSED).text


def test_a_change_is_listed_when_it_is_in_force(client: FlaskClient, line: Line) -> None:
    """S32: until then the old name shows."""
    badge = line.row(Badge, line.issued(site_name="旧名网"))
    item = line.changed(badge, site_name="新名网")
    page = client.get(PASSED).text
    assert "旧名网" in page and "新名网" not in page
    made = line.issue(item)
    page = client.get(PASSED).text
    assert "新名网" in page and made.number in page and "旧名网" not in page


def test_the_list_is_given_away_as_a_table(client: FlaskClient, line: Line) -> None:
    badge = line.row(Badge, line.issued(site_name="有效网"))
    line.approved("dingcheng", site_name="=1+1")
    answer = client.get("/portal/passed.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(answer.data.decode("utf-8-sig").splitlines()))
    assert rows[0] == [
        "机构名称", "机构类型", "网站名称", "中文域名", "英文域名", "审核机关", "审核通过日期", "标识编号", "标识状态",
        "标识发放日期",
    ]  # fmt: skip
    assert [row[2] for row in rows[1:]] == ["'=1+1", "有效网"]
    assert rows[2][6:] == ["2014-11-24", badge.number, "有效", "2014-11-24"]
    assert rows[1][7:] == ["", "待核发", ""]
    assert len(client.get("/portal/passed.csv?office=0.43.07.03.").data.splitlines()) == 2
    assert not [value for value in PRIVATE.values() if value in answer.text]


def test_a_table_that_would_be_too_long_is_refused(
    client: FlaskClient, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.plugins.operations.exports.limit", lambda _name: Limit(1, 1))
    line.approved(), line.approved()
    assert client.get("/portal/passed.csv").status_code == 422
    assert "表格（CSV）" not in client.get(PASSED).text


def test_the_list_is_given_to_programs_page_by_page(
    client: FlaskClient, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.plugins.portal.views.JSON_SIZE", 1)
    badge = line.row(Badge, line.issued(site_name="有效网"))
    line.approved(site_name="待发网")
    answer = client.get("/portal/passed.json?q=网&office=0.43.07.")
    first: Any = answer.json
    assert (first["total"], first["page"], first["sites"][0]["site_name"]) == (2, 1, "待发网")
    assert first["sites"][0]["badge"] is None and answer.headers["Access-Control-Allow-Origin"] == "*"
    after = first["next"].partition("/portal")[2]
    second: Any = client.get(f"/portal{after}").json
    assert second["next"] is None
    assert second["sites"][0]["badge"]["number"] == badge.number
    assert second["sites"][0]["hosts"] == [host["unicode"] for host in badge.hosts]
    assert not [value for value in PRIVATE.values() if value in answer.text]


@pytest.mark.parametrize("address", ["/portal/passed.csv", "/portal/passed.json"])
def test_tables_are_asked_for_so_often_and_no_more(make_app: MakeApp, address: str) -> None:
    visitor = make_app(RATELIMIT_ENABLED=True, PUBLIC_RATE_LIMIT="2 per minute").test_client()
    assert [visitor.get(address).status_code for _ in range(3)] == [200, 200, 429]


def test_the_list_goes_by_office_with_or_without_those_below(client: FlaskClient, line: Line) -> None:
    places = {"wuling": "0.43.07.02.", "dingcheng": "0.43.07.03.", "liuyehu": "0.43.07.z2.", "municipal": "0.43.07.",
              "qianjiang": "0.42.9005."}  # fmt: skip
    numbers = {unit: line.row(Badge, line.issued(unit, office=path)).number for unit, path in places.items()}

    def shown(**query: str) -> set[str]:
        page = client.get(PASSED, query_string=query).text
        return {unit for unit, number in numbers.items() if number in page}

    assert shown() == set(places)
    assert shown(office="0.43.07.02.") == {"wuling"}
    assert shown(office="0.43.07.z2.") == {"liuyehu"}
    assert shown(office="0.43.07.") == {"wuling", "dingcheng", "liuyehu", "municipal"}
    assert shown(office="0.43.07.", exact="1") == {"municipal"}
    assert shown(office="0.43.") == set(places) - {"qianjiang"}
    assert shown(office="0.42.") == {"qianjiang"}
    assert client.get(PASSED, query_string={"office": "0.conac."}).status_code == 404
    assert client.get(PASSED, query_string={"office": "nowhere"}).status_code == 404


def test_offices_are_walked_down_and_up(client: FlaskClient, line: Line) -> None:
    page = client.get(PASSED, query_string={"office": "0.43.07."}).text
    for code in ("0.43.07.02.", "0.43.07.03.", "0.43.07.z2.", "0.43."):
        assert f"office={code}" in page
    assert "office=0.43.07.egov." not in page and "office=0.42." not in page


@pytest.mark.parametrize(
    ("words", "found"),
    [("武陵", {"武陵教育"}), ("教育", {"武陵教育", "鼎城教育"}), ("%", set()), ("_", set()), ("无此", set())],
)
def test_words_are_looked_for_in_names_literally(
    client: FlaskClient, line: Line, words: str, found: set[str]
) -> None:
    line.issued(site_name="武陵教育", organ_name="甲局")
    line.issued("dingcheng", office="0.43.07.03.", site_name="鼎城教育", organ_name="乙局")
    page = client.get(PASSED, query_string={"q": words}).text
    assert {name for name in ("武陵教育", "鼎城教育") if name in page} == found


def test_long_lists_are_paged(client: FlaskClient, line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.plugins.portal.views.PAGE_SIZE", 2)
    names = [f"第{n}网" for n in range(5)]
    line.send(*[line.approved(site_name=name) for name in names])
    pages = [client.get(PASSED, query_string={"page": n}).text for n in (1, 2, 3)]
    assert [[name for name in names if name in page] for page in pages] == [
        ["第3网", "第4网"], ["第1网", "第2网"], ["第0网"],
    ]  # fmt: skip
    assert "共 5 条" in pages[0] and 'aria-label="第 3 页"' in pages[0]
    assert client.get(PASSED, query_string={"page": 99}).status_code == 200


@pytest.mark.parametrize("query", ["page=x", "page=0", "q=%00", "office=%00", "q=%FF"])
def test_malformed_arguments_are_refused_not_failed(client: FlaskClient, line: Line, query: str) -> None:
    assert client.get(f"{PASSED}?{query}").status_code == 400


def test_nobodys_personal_data_is_published(client: FlaskClient, line: Line) -> None:
    line.reported()
    line.issued()
    text = client.get("/portal/").text + client.get(PASSED).text
    assert not [value for value in PRIVATE.values() if value in text]


def test_it_reads_the_same_to_somebody_signed_in(client: FlaskClient, sign_in: SignIn, line: Line) -> None:
    line.issued("dingcheng", office="0.43.07.03.", site_name="鼎城网")
    seen = line.browser(sign_in, ("filer", "wuling")).get(PASSED).text
    assert "鼎城网" in seen


def test_public_pages_stay_within_their_statements(client: FlaskClient, line: Line) -> None:
    line.send(*[line.approved() for _ in range(12)])
    for address, most in (("/portal/", 3), (f"{PASSED}?office=0.43.07.&q=武陵", 8)):
        client.get(address)
        with statements() as sent:
            assert client.get(address).status_code == 200
        assert len(sent) <= most, "\n".join(sent)


def test_public_answers_may_be_cached(client: FlaskClient, line: Line) -> None:
    first = client.get("/portal/")
    assert (
        first.headers["Cache-Control"] == "public, max-age=0, s-maxage=60"
        and "Set-Cookie" not in first.headers
    )
    assert client.get("/portal/", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
