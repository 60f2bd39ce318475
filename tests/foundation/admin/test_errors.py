"""Every "no" is a page that says what happened and what to do, or the same as JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient

from app.foundation import access
from app.kernel.errors import AccessDenied, Finding, Invalid, NotSeen, Refusal, Stale, WrongState

Browse = Callable[..., FlaskClient]


class Helped(Refusal):
    """A refusal that knows whom to ask."""

    help = "材料问题请向综合科咨询。"


def _foreign_act() -> str:
    access.require_any(access.current_actor(), "badge", "issue")
    return "allowed"


RAISED: dict[str, tuple[int, Any]] = {
    "denied": (403, AccessDenied("no", "您的岗位不能核发标识。", source="办法第十五条")),
    "unseen": (404, NotSeen("unseen", "没有这份申请。")),
    "wrong": (409, WrongState("wrong", "申请已由他人通过初审。", source="办法第十二条")),
    "stale": (409, Stale("stale", "他人刚刚修改了这条记录。")),
    "rule": (422, Refusal("name", "名称不得超过 %(n)s 个字。", source="办法第六条", field="name", n=31)),
    "invalid": (
        422,
        Invalid(
            [Finding("a", "单位账号应为 %(n)s 位。", "附件五", params={"n": 8}), Finding("b", "请填写名称。")]
        ),
    ),
    "helped": (422, Helped("helped", "材料不齐。")),
}


def _raise(error: Exception) -> Any:
    raise error


@pytest.fixture
def client(app: Flask, browse: Browse) -> FlaskClient:
    for name, (_status, error) in RAISED.items():
        for prefix in ("", "/api/v1"):
            app.add_url_rule(f"{prefix}/raise/{name}", f"{prefix}{name}", lambda error=error: _raise(error))
    for status in (400, 401, 403, 404, 405, 413, 429, 503):
        app.add_url_rule(f"/abort/{status}", f"abort{status}", lambda status=status: abort(status))
    app.add_url_rule("/raise/fault", "fault", lambda: _raise(ZeroDivisionError("secret detail")))
    app.add_url_rule("/raise/act", "act", _foreign_act)
    return browse("wuling.clerk")


@pytest.mark.parametrize("name", RAISED)
def test_a_refusal_is_a_page_with_its_words_and_source(client: FlaskClient, name: str) -> None:
    status, error = RAISED[name]
    answer = client.get(f"/raise/{name}")
    page = answer.get_data(as_text=True)
    assert answer.status_code == status
    assert str(error) in page
    assert not error.source or f"依据：{error.source}" in page
    assert "怎么办" in page


def test_each_finding_of_an_invalid_form_is_listed_with_its_source(client: FlaskClient) -> None:
    page = client.get("/raise/invalid").get_data(as_text=True)
    assert "单位账号应为 8 位。（附件五）" in page
    assert "请填写名称。" in page


def test_who_can_help_stands_first_in_the_advice(client: FlaskClient) -> None:
    page = client.get("/raise/helped").get_data(as_text=True)
    assert page.index("怎么办") < page.index(Helped.help) < page.index("后退")


def test_a_denied_act_says_which_post_could_do_it(client: FlaskClient) -> None:
    answer = client.get("/raise/act")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 403
    assert "现有岗位：综合岗；可以核发的岗位：注册管理岗" in page


def test_a_closed_page_says_which_post_opens_it(browse: Browse) -> None:
    answer = browse("wuling.auditor").get("/probe-sites/add")
    assert answer.status_code == 403
    assert "现有岗位：督查岗；可以登记和修改的岗位：" in answer.get_data(as_text=True)


@pytest.mark.parametrize("name", RAISED)
def test_a_program_gets_the_same_as_json(client: FlaskClient, name: str) -> None:
    status, error = RAISED[name]
    answer = client.get(f"/api/v1/raise/{name}")
    assert answer.status_code == status
    assert answer.json is not None
    assert (answer.json["message"], answer.json["code"], answer.json["field"]) == (
        str(error),
        error.code,
        error.field,
    )


def test_findings_reach_a_program_one_by_one(client: FlaskClient) -> None:
    answer = client.get("/raise/invalid", headers={"Accept": "application/json"})
    assert answer.json is not None
    assert answer.json["findings"][0] == {"field": "a", "message": "单位账号应为 8 位。", "source": "附件五"}


@pytest.mark.parametrize(
    ("path", "accept", "json"),
    [
        ("/raise/rule", "text/html,application/xhtml+xml,*/*;q=0.8", False),
        ("/raise/rule", "*/*", False),
        ("/raise/rule", "application/json", True),
        ("/nowhere.json", "text/html", True),
        ("/api/v1/nowhere", "text/html", True),
    ],
)
def test_who_is_asking_decides_the_form(client: FlaskClient, path: str, accept: str, json: bool) -> None:
    assert client.get(path, headers={"Accept": accept}).is_json is json


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 413, 429, 503])
def test_http_errors_have_chinese_pages(client: FlaskClient, status: int) -> None:
    answer = client.get(f"/abort/{status}")
    page = answer.get_data(as_text=True)
    assert answer.status_code == status
    assert 'lang="zh-CN"' in page
    assert "怎么办" in page
    assert "requested URL" not in page


def test_the_sidebar_is_for_those_who_are_signed_in(client: FlaskClient, browse: Browse) -> None:
    assert 'class="side"' in client.get("/nowhere").get_data(as_text=True)
    assert 'class="side"' not in browse(None).get("/nowhere").get_data(as_text=True)


def test_a_fault_has_a_number_and_no_detail(client: FlaskClient) -> None:
    answer = client.get("/raise/fault")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert "错误编号" in page
    assert "secret detail" not in page
    assert "Traceback" not in page


def test_a_fault_page_needs_nothing_that_may_be_broken(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("the database is gone")

    monkeypatch.setattr(access, "current_actor", broken)
    assert client.get("/raise/fault").status_code == 500
    assert "错误编号" in client.get("/raise/fault").get_data(as_text=True)


def test_too_much_names_the_limit(make_app: Callable[..., Flask]) -> None:
    app = make_app(MAX_CONTENT_LENGTH=2 * 1024 * 1024)
    answer = app.test_client().post("/login/", data={"username": "x" * 3_000_000, "password": "y"})
    assert answer.status_code == 413
    assert "不得超过 2 MB" in answer.get_data(as_text=True)


def test_a_method_that_is_not_allowed_names_those_that_are(client: FlaskClient) -> None:
    answer = client.delete("/login/")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_an_expired_form_says_that_nothing_was_written(make_app: Callable[..., Flask]) -> None:
    answer = (
        make_app(WTF_CSRF_ENABLED=True).test_client().post("/login/", data={"username": "a", "password": "b"})
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "页面已过期" in page
    assert "没有写入任何内容" in page


def test_signing_in_leads_back_to_the_page(client: FlaskClient) -> None:
    assert "/login/?next=%2Fabort%2F401" in client.get("/abort/401").get_data(as_text=True)


@pytest.mark.parametrize(
    ("referrer", "offered"),
    [
        ("http://localhost/probe-units/list/?page=2", True),
        ("http://localhost/raise/rule", False),
        ("http://elsewhere.example/probe-units/list/", False),
    ],
)
def test_the_way_back_leads_to_our_own_other_page_only(
    client: FlaskClient, referrer: str, offered: bool
) -> None:
    page = client.get("/raise/rule", headers={"Referer": referrer}).get_data(as_text=True)
    assert ("返回上一页" in page) is offered


def test_a_redirect_is_no_error(client: FlaskClient) -> None:
    assert client.get("/probe-units/list").status_code in {301, 308}
