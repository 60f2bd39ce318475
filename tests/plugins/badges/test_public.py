"""The verification page: exactly the public fields, the state, where one came from; the same for everybody."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from app.kernel import domains
from app.plugins.badges import queries, service
from app.plugins.badges.models import Badge
from tests.plugins.registry.line import HEAD, PRIVATE, REGISTRAR, Line, statements

SignIn = Callable[[str], FlaskClient]

FIELDS = {
    "number", "organ_name", "organ_type", "organ_address", "organ_functions", "site_name", "chinese_domain",
    "english_domain", "hosts", "issuer", "issued_at", "state", "state_label", "state_since", "ground", "url",
    "replaced_by", "amended_at",
}  # fmt: skip
LABELS = ["机构名称", "机构类型", "机构地址", "机构职能", "网站名称", "中文域名", "英文域名", "标识编号", "标识发放单位",
          "标识发放时间"]  # fmt: skip


class _Terms(HTMLParser):
    """The terms of the page's description list."""

    def __init__(self) -> None:
        super().__init__()
        self.inside, self.found = False, list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag == "dt"

    def handle_data(self, data: str) -> None:
        if self.inside and data.strip():
            self.found.append(data.strip())


def _main(page: str) -> str:
    """The page's main part without its address and script nonces."""
    return page.split('<main id="content"', 1)[1].split("</main>", 1)[0]


@pytest.fixture
def badge(line: Line) -> Badge:
    return line.row(Badge, line.issued(host="wljy.gov.cn", chinese_domain="武陵区教育局.政务"))


def test_the_page_shows_the_fields_of_article_4_and_no_others(client: FlaskClient, badge: Badge) -> None:
    answer = client.get(f"/badge/{badge.number}")
    assert answer.status_code == 200
    terms = _Terms()
    terms.feed(_main(answer.text))
    assert terms.found == LABELS
    for text in (badge.organ_name, "党政机关", badge.organ_address, badge.organ_functions, badge.name,
                 "武陵区教育局.政务", "wljy.gov.cn", badge.number, badge.issuer, "2014年11月24日（周一）", "有效"):  # fmt: skip
        assert text in answer.text
    assert "<svg" in answer.text and "此标识只对下列网址有效" in answer.text


def test_hosts_stand_in_large_type_in_both_forms(client: FlaskClient, badge: Badge) -> None:
    page = client.get(f"/badge/{badge.number}").text
    hosts = re.findall(r'<p class="hosts">([^<]+)', page)
    assert hosts == ["武陵区教育局.政务", "wljy.gov.cn"]
    assert domains.host("武陵区教育局.政务").ascii in page


@pytest.mark.parametrize("kind", ["", ".json", ".svg"])
@pytest.mark.parametrize("make", ["issued", "suspended", "revoked"])
def test_nothing_personal_or_internal_is_public(
    client: FlaskClient, line: Line, make: str, kind: str
) -> None:
    badge = line.row(Badge, getattr(line, make)())
    text = client.get(f"/badge/{badge.number}{kind}").text
    actors = [line.actor(post).name for post in (HEAD, REGISTRAR)]
    inside = [*PRIVATE.values(), "核对网址", "原网站注销", badge.sha256, *actors]
    assert not [value for value in inside if value in text]


def test_json_says_the_same(client: FlaskClient, badge: Badge) -> None:
    answer = client.get(f"/badge/{badge.number}.json")
    said = json.loads(answer.data)
    assert set(said) == FIELDS
    assert said["hosts"] == badge.hosts and said["state"] == "issued" and said["ground"] is None
    assert said["issued_at"] == "2014-11-24T09:00:00+08:00"
    assert said["url"].endswith(f"/badge/{badge.number}")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_revoked_badge_says_so_in_words_when_and_why(client: FlaskClient, line: Line) -> None:
    badge = line.row(Badge, line.revoked())
    page = client.get(f"/badge/{badge.number}").text
    assert "已撤销" in page and "不能证明任何网站的身份" in page
    assert "网站名称变更与注销（办法第十九条第二项）" in page
    assert "2014年11月24日（周一）09:00" in page
    assert "此标识只对下列网址有效" not in page and "撤销之前登记的网址（现已无效）" in page
    said = json.loads(client.get(f"/badge/{badge.number}.json").data)
    assert (said["state"], said["ground"]["code"]) == ("revoked", "2")


def test_a_suspended_badge_says_so_with_its_public_ground(client: FlaskClient, line: Line) -> None:
    badge = line.row(Badge, line.suspended())
    page = client.get(f"/badge/{badge.number}").text
    assert "暂停" in page and "登记信息正在核实" in page and "请勿凭此确认网站身份" in page
    assert json.loads(client.get(f"/badge/{badge.number}.json").data)["ground"]["code"] == "verify"


def test_a_decision_not_yet_executed_is_not_public(client: FlaskClient, line: Line) -> None:
    badge = line.row(Badge, line.decided(line.issued()))
    page = _main(client.get(f"/badge/{badge.number}").text)
    assert "撤销" not in page and "有效" in page


def test_the_image_shows_the_state(client: FlaskClient, line: Line) -> None:
    looks = {}
    for make in ("issued", "suspended", "revoked"):
        answer = client.get(f"/badge/{line.row(Badge, getattr(line, make)()).number}.svg")
        assert answer.mimetype == "image/svg+xml"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        looks[make] = "".join(ElementTree.fromstring(answer.text).itertext())  # noqa: S314  (our own)
    assert "暂停" in looks["suspended"] and "已撤销" in looks["revoked"]
    assert not {"暂停", "撤销"} & set(looks["issued"])


def test_organs_and_institutions_look_different(client: FlaskClient, line: Line) -> None:
    organ = line.row(Badge, line.issued())
    school = line.row(Badge, line.issued(track="institution", organ_type="事业单位"))
    images = [client.get(f"/badge/{one.number}.svg").text for one in (organ, school)]
    assert "党政" in images[0] and "事业" in images[1]
    assert "事业单位" in client.get(f"/badge/{school.number}").text


@pytest.mark.parametrize(
    "write",
    [
        str.lower,
        lambda n: f"%20{n[:2]}%20{n[2:11]}-{n[11:]}",
        lambda n: "".join(chr(ord(c) + 0xFEE0) for c in n),
    ],
)
def test_a_number_typed_loosely_is_found(
    client: FlaskClient, badge: Badge, write: Callable[[str], str]
) -> None:
    assert client.get(f"/badge/{write(badge.number)}").status_code == 200
    assert json.loads(client.get(f"/badge/{write(badge.number)}.json").data)["number"] == badge.number


@pytest.mark.parametrize(
    "number",
    [
        "CB430070002999999990001",
        "CA051070000414687680001",
        "x",
        "CB",
        "'--",
        "%F0%9F%98%80",
        "CB" + "1" * 3000,
    ],
)
def test_an_unknown_number_is_a_404_that_helps(client: FlaskClient, line: Line, number: str) -> None:
    answer = client.get(f"/badge/{number}")
    assert answer.status_code == 404
    for text in ("没有这个标识", "12377", 'name="q"', "可能是伪造的"):
        assert text in answer.text
    assert client.get(f"/badge/{number}.json").status_code == 404
    assert json.loads(client.get(f"/badge/{number}.json").data)["field"] == "number"
    assert client.get(f"/badge/{number}.svg").status_code == 404


@pytest.mark.parametrize("number", ["%00", "CB%00", "%FF", "%ED%A0%80"])
def test_undecodable_numbers_never_fail(client: FlaskClient, line: Line, number: str) -> None:
    assert client.get(f"/badge/{number}").status_code in {400, 404}


@pytest.mark.parametrize(
    ("came", "said"),
    [
        ("http://wuling-edu.com/", "wuling-edu.com"),
        ("http://wljy.gov.cn.evil.com/x", "wljy.gov.cn.evil.com"),
        ("http://www.wljy.gov.cn/", "www.wljy.gov.cn"),
        ("http://xn--fiqs8s.evil.com/", "中国.evil.com"),
        ("http://<script>alert(1)</script>/", None),
        ("http://wljy.gov.cn/", None),
        ("http://WLJY.GOV.CN:8080/", None),
        ("http://wljy.gov.cn./", None),
        ("http://xn--80ak6aa92e.com/", "xn--80ak6aa92e.com"),
        ("http://localhost/badge/", None),
        ("http://127.0.0.1:8000/portal/", None),
        (None, None),
    ],
)
def test_where_one_came_from(client: FlaskClient, badge: Badge, came: str | None, said: str | None) -> None:
    page = client.get(f"/badge/{badge.number}", headers={"Referer": came} if came else {})
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    if said is None and came != "http://<script>alert(1)</script>/":
        assert "与登记网址不符" not in page.text
    elif said is not None:
        assert f"您来自 <b>{said}</b>，与登记网址不符。" in " ".join(page.text.split())


def test_the_registered_chinese_host_in_punycode_is_no_stranger(client: FlaskClient, badge: Badge) -> None:
    host = domains.host("武陵区教育局.政务").ascii
    page = client.get(f"/badge/{badge.number}", headers={"Referer": f"https://{host}/"})
    assert "与登记网址不符" not in page.text


def test_it_reads_the_same_to_somebody_signed_in(
    client: FlaskClient, sign_in: SignIn, line: Line, badge: Badge
) -> None:
    strange = client.get(f"/badge/{badge.number}").text
    for post in (("filer", "dingcheng"), ("egov", "0.43.07.egov."), REGISTRAR):
        seen = line.browser(sign_in, post).get(f"/badge/{badge.number}")
        assert _main(seen.text) == _main(strange)
        assert line.actor(post).name not in seen.text


def test_a_message_for_somebody_signed_in_waits_for_their_own_pages(
    sign_in: SignIn, line: Line, badge: Badge
) -> None:
    browser = line.browser(sign_in, REGISTRAR)
    browser.post(f"/badges/{badge.id}/suspend", data={"ground": "verify", "reason": "核对"})
    assert "标识已暂停，核验页即时生效" not in browser.get(f"/badge/{badge.number}").text
    assert "标识已暂停，核验页即时生效" in browser.get(f"/badges/{badge.id}").text


@pytest.mark.parametrize("kind", ["", ".json", ".svg"])
def test_answers_are_cached_shortly_and_asked_again_by_content(
    client: FlaskClient, line: Line, badge: Badge, kind: str
) -> None:
    address = f"/badge/{badge.number}{kind}"
    first = client.get(address)
    assert first.headers["Cache-Control"] == "public, max-age=0, s-maxage=60"
    assert "Set-Cookie" not in first.headers
    tag = first.headers["ETag"]
    again = client.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    with line.acting(REGISTRAR) as actor:
        service.suspend(queries.get(badge.id), reason="核对", ground="verify", actor=actor)
    changed = client.get(address, headers={"If-None-Match": tag})
    assert changed.status_code == 200 and changed.headers["ETag"] != tag


def test_the_page_varies_by_where_one_came_from(client: FlaskClient, badge: Badge) -> None:
    plain = client.get(f"/badge/{badge.number}")
    warned = client.get(f"/badge/{badge.number}", headers={"Referer": "http://evil.com/"})
    assert "Referer" in plain.headers["Vary"] and plain.headers["ETag"] != warned.headers["ETag"]


def test_the_page_costs_at_most_three_statements(client: FlaskClient, line: Line) -> None:
    badge = line.row(Badge, line.revoked())
    for kind in ("", ".json", ".svg"):
        client.get(f"/badge/{badge.number}{kind}")
        with statements() as sent:
            assert client.get(f"/badge/{badge.number}{kind}").status_code == 200
        assert len(sent) <= 3, "\n".join(sent)


@pytest.mark.parametrize(
    "typed",
    ["{number}", " {number} ", "wljy.gov.cn", "WLJY.gov.cn.", "http://wljy.gov.cn/index.html", "武陵区教育局.政务",
     "https://武陵区教育局。政务/"],
)  # fmt: skip
def test_looking_up_by_number_or_host(client: FlaskClient, badge: Badge, typed: str) -> None:
    answer = client.get("/badge/", query_string={"q": typed.format(number=badge.number)})
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith(f"/badge/{badge.number}")


def test_a_host_leads_to_the_badge_in_force(client: FlaskClient, line: Line) -> None:
    old = line.row(Badge, line.revoked(host="moved.gov.cn"))
    found = client.get("/badge/", query_string={"q": "moved.gov.cn"})
    assert found.headers["Location"].endswith(old.number)
    new = line.row(Badge, line.issued("wuling2", "moved.gov.cn"))
    assert client.get("/badge/", query_string={"q": "moved.gov.cn"}).headers["Location"].endswith(new.number)


@pytest.mark.parametrize(
    ("typed", "status"),
    [("", 200), ("evil.com", 404), ("wljy.gov.cn.evil.com", 404), ("两个 词", 422), ("<b>", 422)],
)
def test_looking_up_what_is_not_there(client: FlaskClient, badge: Badge, typed: str, status: int) -> None:
    answer = client.get("/badge/", query_string={"q": typed})
    assert answer.status_code == status
    assert 'name="q"' in answer.text and "<b>”" not in answer.text


def test_what_to_do_about_a_counterfeit_names_its_source(client: FlaskClient, line: Line) -> None:
    page = client.get("/badge/counterfeit").text
    assert "12377" in page and "办法第二十一条" in page
