"""The list and the page of a badge, for owner, office and registrar; and the API."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_jwt_extended import create_access_token
from sqlalchemy import func, select

from app.foundation import access
from app.foundation.access import actors
from app.foundation.database import db, transaction
from app.foundation.signing import entry, factors, sessions
from app.foundation.tenancy.models import Person
from app.plugins.badges.models import Badge, Revocation
from tests.plugins.registry.line import HEAD, PRIVATE, REGISTRAR, Line, statements

SignIn = Callable[[str], FlaskClient]
OWNER = ("filer", "wuling")

SEES = {
    OWNER: {"wuling"},
    ("filer", "dingcheng"): {"dingcheng"},
    HEAD: {"wuling"},
    ("reviewer", "0.43.07.02."): {"wuling"},
    ("auditor", "0.43.07.03."): {"dingcheng"},
    ("auditor", "0.43.07."): {"wuling", "dingcheng", "liuyehu", "sub"},
    ("coordinator", "0.43.07.rsj."): {"sub"},
    ("coordinator", "0.43.07.zfwz."): set(),
    ("auditor", "0.42."): set(),
    ("egov", "0.43.07.egov."): None,
    REGISTRAR: {"wuling", "dingcheng", "liuyehu", "sub"},
}


def _four(line: Line) -> dict[str, Badge]:
    places = {
        "wuling": "0.43.07.02.",
        "dingcheng": "0.43.07.03.",
        "liuyehu": "0.43.07.z2.",
        "sub": "0.43.07.",
    }
    return {unit: line.row(Badge, line.issued(unit, office=path)) for unit, path in places.items()}


@pytest.fixture
def token(line: Line, app: Flask) -> Callable[..., dict[str, str]]:
    """The bearer header of whoever holds a post."""

    def make(*posts: tuple[str, str]) -> dict[str, str]:
        username = line.actor(*posts).username
        with access.acting_as(access.system("tests", over="0.")), transaction():
            person = db.session.scalars(select(Person).where(Person.username == username)).one()
            token, _row = sessions.begin(person, kind="api", posts=factors.office_posts(actors.load(person)))
        claims = {entry.TOKEN: token}
        made = create_access_token(identity=str(person.id), fresh=True, additional_claims=claims)
        return {"Authorization": f"Bearer {made}"}

    return make


def test_list_page_and_api_show_each_exactly_their_own(
    line: Line, sign_in: SignIn, client: FlaskClient, token: Callable[..., dict[str, str]]
) -> None:
    badges = _four(line)
    for post, seen in SEES.items():
        browser = line.browser(sign_in, post)
        page = browser.get("/badges/list/")
        answer = client.get("/api/v1/badges/", headers=token(post))
        if seen is None:
            assert (page.status_code, answer.status_code) == (403, 403)
            continue
        shown = {unit for unit, badge in badges.items() if badge.number in page.text}
        listed = {row["number"] for row in json.loads(answer.data)["result"]}
        assert shown == seen, post
        assert listed == {badges[unit].number for unit in seen}, post
        for unit, badge in badges.items():
            expected = 200 if unit in seen else 404
            assert browser.get(f"/badges/{badge.id}").status_code == expected, (post, unit)
            by_id = client.get(f"/api/v1/badges/{badge.id}", headers=token(post))
            assert by_id.status_code == expected, (post, unit)


def test_the_api_lists_the_named_fields(
    line: Line, client: FlaskClient, token: Callable[..., dict[str, str]]
) -> None:
    badge = line.row(Badge, line.issued(host="wljy.gov.cn"))
    row = json.loads(client.get("/api/v1/badges/", headers=token(REGISTRAR)).data)["result"][0]
    assert set(row) == {"id", "number", "name", "organ_name", "state", "review_path", "hosts", "issued_at"}
    assert (row["number"], row["name"], row["state"], row["hosts"]) == (
        badge.number,
        badge.name,
        "issued",
        badge.hosts,
    )
    assert client.get("/api/v1/badges/").status_code == 401


def test_the_owner_gets_code_clock_and_what_to_do(line: Line, sign_in: SignIn) -> None:
    badge = line.row(Badge, line.issued())
    browser = line.browser(sign_in, OWNER)
    page = browser.get(f"/badges/{badge.id}").text
    for text in (
        badge.number,
        "5 个工作日",
        "办法第十四条",
        "底部中间",
        "2014年12月1日",
        "报告已加挂",
        "&lt;img src=",
    ):
        assert text in page
    assert f"/badge/{badge.number}.svg" in page
    assert browser.post(f"/badges/{badge.id}/hang", follow_redirects=True).status_code == 200
    assert line.row(Badge, badge.id).hung_at is not None
    assert "报告已加挂" in (after := browser.get(f"/badges/{badge.id}").text) and "确认已加挂" not in after
    assert browser.post(f"/badges/{badge.id}/hang").status_code == 409


def test_the_code_is_shown_to_owner_and_desk_only(line: Line, sign_in: SignIn) -> None:
    badge = line.issued("sub", office="0.43.07.")
    shown = {
        post: "referrerpolicy" in line.browser(sign_in, post).get(f"/badges/{badge}").text
        for post in (("filer", "sub"), ("coordinator", "0.43.07.rsj."), ("head", "0.43.07."), REGISTRAR)
    }
    assert list(shown.values()) == [True, True, False, False]


def test_buttons_are_only_for_those_who_may(line: Line, sign_in: SignIn) -> None:
    badge = line.decided(line.issued())
    other = line.issued()
    expected = {
        OWNER: ({"hang"}, {"hang"}),
        HEAD: (set(), {"revoke"}),
        REGISTRAR: ({"suspend", "strike"}, {"suspend"}),
        ("reviewer", "0.43.07.02."): (set(), set()),
        ("auditor", "0.43.07."): (set(), set()),
    }
    for post, wanted in expected.items():
        browser = line.browser(sign_in, post)
        for key, acts in zip((badge, other), wanted, strict=True):
            page = browser.get(f"/badges/{key}").text
            found = {
                act
                for act in ("hang", "revoke", "suspend", "resume", "strike")
                if f'/badges/{key}/{act}"' in page
            }
            assert found == acts, post


def test_a_head_decides_and_the_registrar_strikes(line: Line, sign_in: SignIn) -> None:
    badge = line.issued()
    head, registrar = line.browser(sign_in, HEAD), line.browser(sign_in, REGISTRAR)
    assert registrar.post(f"/badges/{badge}/strike").status_code == 409
    empty = head.post(f"/badges/{badge}/revoke", data={"ground": "", "reason": "写了一半"})
    assert empty.status_code == 422
    assert "请选择一种情形" in empty.text and "写了一半" in empty.text
    assert (
        head.post(f"/badges/{badge}/revoke", data={"ground": "4", "reason": "出借给企业"}).status_code == 302
    )
    page = registrar.get(f"/badges/{badge}").text
    assert "擅自出租、出借和转让网站标识" in page and "出借给企业" in page
    assert head.post(f"/badges/{badge}/revoke", data={"ground": "4", "reason": "再来"}).status_code == 409
    assert registrar.post(f"/badges/{badge}/strike").status_code == 302
    assert line.row(Badge, badge).state == "revoked"
    assert registrar.post(f"/badges/{badge}/strike").status_code == 409
    assert "此标识已经撤销" in line.browser(sign_in, OWNER).get(f"/badges/{badge}").text


def test_the_registrar_suspends_and_resumes(line: Line, sign_in: SignIn) -> None:
    badge = line.issued()
    browser = line.browser(sign_in, REGISTRAR)
    assert (
        browser.post(f"/badges/{badge}/suspend", data={"ground": "verify", "reason": ""}).status_code == 422
    )
    assert (
        browser.post(f"/badges/{badge}/suspend", data={"ground": "rectify", "reason": "整改"}).status_code
        == 302
    )
    assert line.row(Badge, badge).state == "suspended"
    refused = browser.post(f"/badges/{badge}/resume", data={"reason": ""})
    assert refused.status_code == 422 and "请写明理由" in refused.text
    assert browser.post(f"/badges/{badge}/resume", data={"reason": "整改完成"}).status_code == 302
    assert line.row(Badge, badge).state == "issued"


@pytest.mark.parametrize("act", ["hang", "revoke", "strike", "suspend", "resume"])
def test_verbs_by_direct_post(line: Line, sign_in: SignIn, client: FlaskClient, act: str) -> None:
    """Seen but not theirs: 403. Not seen: 404 where they have the act elsewhere, else 403. Nothing changes."""
    badge = line.issued()
    data = {"ground": "4" if act == "revoke" else "verify", "reason": "理由"}
    theirs = {"hang": OWNER, "revoke": HEAD}.get(act, REGISTRAR)
    for post in (OWNER, HEAD, REGISTRAR, ("reviewer", "0.43.07.02."), ("head", "0.43.07."), ("head", "0.43.07.03."),
                 ("filer", "dingcheng"), ("coordinator", "0.43.07.rsj.")):  # fmt: skip
        if post != theirs:
            answer = line.browser(sign_in, post).post(f"/badges/{badge}/{act}", data=data)
            assert answer.status_code in {403, 404}, post
    assert client.post(f"/badges/{badge}/{act}", data=data).status_code in {302, 401, 403}
    row = line.row(Badge, badge)
    assert (row.state, row.hung_at) == ("issued", None)
    assert line.read(lambda: db.session.scalar(select(func.count()).select_from(Revocation))) == 0


def test_the_menu_speaks_to_each_in_their_words(line: Line, sign_in: SignIn) -> None:
    line.issued()
    owner, registrar = (line.browser(sign_in, post).get("/badges/list/").text for post in (OWNER, REGISTRAR))
    assert "本单位标识" in owner and "核发队列" not in owner
    assert "核发队列" in registrar and "本单位标识" not in registrar


def test_a_badge_page_shows_no_personal_data_of_the_application(line: Line, sign_in: SignIn) -> None:
    badge = line.issued()
    for post in (OWNER, HEAD, REGISTRAR):
        page = line.browser(sign_in, post).get(f"/badges/{badge}").text
        assert not [value for value in PRIVATE.values() if value in page]


def test_the_clock_of_an_overdue_badge_is_red(line: Line, sign_in: SignIn) -> None:
    line.issued()
    with line.system():
        db.session.scalars(select(Badge)).one().hang_by = line.row(Badge, 1).issued_at.date().replace(day=19)
    assert "超期 3 个工作日" in line.browser(sign_in, OWNER).get("/badges/list/").text


def test_pages_stay_within_their_statements(line: Line, sign_in: SignIn) -> None:
    badge = line.decided(line.suspended())
    for _ in range(30):
        line.issued()
    for post in (OWNER, HEAD, REGISTRAR):
        browser = line.browser(sign_in, post)
        for address, most in (("/badges/list/", 8), (f"/badges/{badge}", 15)):
            browser.get(address)
            with statements() as sent:
                assert browser.get(address).status_code == 200
            assert len(sent) <= most, "\n".join(sent)


@pytest.mark.parametrize(
    "query",
    ["page_BadgeView=x", "_oc_BadgeView=sha256", "_flt_0_state=lent", "_flt_9_number=1", "_flt_0_sha256=a"],
)
def test_malformed_list_arguments_never_fail(line: Line, sign_in: SignIn, query: str) -> None:
    line.issued()
    assert line.browser(sign_in, REGISTRAR).get(f"/badges/list/?{query}").status_code in {200, 400}
