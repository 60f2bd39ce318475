"""The public home and the published list: from frozen snapshots, by office, searchable, without people."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.foundation.database import db
from app.plugins.badges.models import Badge
from app.plugins.registry import service as registry
from app.plugins.registry.models import BatchItem
from tests.plugins.registry.line import PRIVATE, REGISTRAR, Line, statements

SignIn = Callable[[str], FlaskClient]
PASSED = "/portal/passed/"


def test_visitors_land_on_the_home_page(client: FlaskClient, line: Line) -> None:
    answer = client.get("/")
    assert answer.status_code == 302 and answer.headers["Location"].endswith("/portal/")
    home = client.get("/portal/").text
    for text in ('action="/badge/"', "登录办理", "核验网站真伪", PASSED):
        assert text in home


def test_the_list_holds_what_was_reported_and_is_not_revoked(client: FlaskClient, line: Line) -> None:
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
    for text in ("未报送网", "退回网", revoked.number):
        assert text not in page
    assert "共 2 条" in page
    assert issued.number in client.get("/portal/").text


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
