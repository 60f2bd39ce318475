"""我的账号: one's own password, second factor and sessions, and nobody else's."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from app.foundation.signing import factors, sessions
from tests.architecture.test_statements import statements
from tests.foundation.signing.ground import COUNTY, PASSWORD, Ground
from tests.services.afresh import read_afresh

NEW = "Nine-quiet-rivers-4"


@pytest.fixture
def seed() -> str:
    return "tenants"


@pytest.fixture
def ground(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Ground:
    return Ground(app, monkeypatch)


def test_only_who_is_signed_in_has_one(ground: Ground) -> None:
    stranger = ground.app.test_client()
    for page in ("/account/", "/account/password", "/account/factor"):
        assert stranger.get(page).status_code == 302
    for deed in (
        "/account/factor/codes",
        "/account/factor/remove",
        "/account/sessions/1/end",
        "/account/sessions/end-others",
    ):
        answer = stranger.post(deed)
        assert answer.status_code == 302
        assert "/login/" in answer.headers["Location"]


def test_it_shows_posts_password_factor_and_sessions(ground: Ground) -> None:
    ground.hire("clerk.a", "clerk")
    client, _answer = ground.enter(
        "clerk.a", headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"}
    )
    with statements() as asked:
        page = client.get("/account/").get_data(as_text=True)
    assert len(asked) <= 15, "\n".join(asked)
    for text in ("某clerk.a", "综合岗", "Firefox 140 · Windows", "本次登录", "未启用"):
        assert text in page


def test_somebody_without_a_post_has_one_too(ground: Ground) -> None:
    ground.hire("nobody.a", "")
    client, _answer = ground.enter("nobody.a")
    assert "没有有效岗位" in client.get("/account/").get_data(as_text=True)


def test_changing_the_password_ends_the_other_sessions(ground: Ground) -> None:
    ground.hire("clerk.a", "clerk")
    here, _answer = ground.enter("clerk.a")
    there, _answer = ground.enter("clerk.a")
    bad = here.post("/account/password", data={"current": "wrong", "password": NEW, "repeat": NEW})
    assert bad.status_code == 422
    assert "现在的密码不正确" in bad.get_data(as_text=True)
    weak = here.post("/account/password", data={"current": PASSWORD, "password": "short", "repeat": "short"})
    assert "至少 12 位" in weak.get_data(as_text=True)
    done = here.post("/account/password", data={"current": PASSWORD, "password": NEW, "repeat": NEW})
    assert done.status_code == 302
    assert here.get("/account/").status_code == 200
    assert there.get("/account/").status_code == 302
    assert "密码已经修改" in there.get("/login/").get_data(as_text=True)


def test_guessing_the_present_password_is_paused_like_signing_in(ground: Ground) -> None:
    ground.hire("clerk.a", "clerk")
    client, _answer = ground.enter("clerk.a")
    for _number in range(5):
        client.post("/account/password", data={"current": "wrong", "password": NEW, "repeat": NEW})
    answer = client.post("/account/password", data={"current": PASSWORD, "password": NEW, "repeat": NEW})
    assert answer.status_code == 422


def test_enrolling_renewing_codes_and_giving_up(ground: Ground) -> None:
    person = ground.hire("clerk.a", "clerk")
    client, _answer = ground.enter("clerk.a")
    page = client.get("/account/factor").get_data(as_text=True)
    typed = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page)
    assert typed is not None
    assert typed[1].replace(" ", "") == ground.secret_of("clerk.a").secret
    assert client.post("/account/factor", data={"code": "1", "current": PASSWORD}).status_code == 422
    code = ground.code(ground.secret_of("clerk.a"))
    stolen = client.post("/account/factor", data={"code": code, "current": "wrong"})
    assert stolen.status_code == 422, "a session left open does not lock its owner out"
    codes = client.post("/account/factor", data={"code": code, "current": PASSWORD})
    assert codes.get_data(as_text=True).count("<li><code>") == 10
    assert codes.headers["Cache-Control"] == "no-store"
    assert client.get("/account/factor").status_code == 302
    for deed in ("codes", "remove"):
        wrong = client.post(f"/account/factor/{deed}", data={"current": "wrong"})
        assert wrong.status_code == 422
        assert "密码不正确" in wrong.get_data(as_text=True)
    assert client.post("/account/factor/codes", data={"current": PASSWORD}).status_code == 200
    assert client.post("/account/factor/remove", data={"current": PASSWORD}).status_code == 302
    read_afresh()
    assert not factors.enrolled(person.id)


def test_where_it_is_required_giving_up_is_not_offered_and_refused(ground: Ground) -> None:
    ground.hire("clerk.a", "clerk")
    client, _answer = ground.enter("clerk.a")
    ground.enrol("clerk.a")
    ground.setting(COUNTY, second_factor="required")
    assert "/account/factor/remove" not in client.get("/account/").get_data(as_text=True)
    refused = client.post("/account/factor/remove", data={"current": PASSWORD})
    assert refused.status_code == 422
    assert "不能停用" in refused.get_data(as_text=True)


def test_ending_ones_own_sessions_and_nobody_elses(ground: Ground) -> None:
    person = ground.hire("clerk.a", "clerk")
    stranger = ground.hire("clerk.b", "clerk")
    here, _answer = ground.enter("clerk.a")
    there, _answer = ground.enter("clerk.a")
    other, _answer = ground.enter("clerk.b")
    foreign = sessions.own(stranger.id)[0].id
    second = sessions.own(person.id)[0].id
    assert here.post(f"/account/sessions/{foreign}/end").status_code == 404
    assert here.post("/account/sessions/999999/end").status_code == 404
    assert here.post(f"/account/sessions/{second}/end").status_code == 302
    assert there.get("/account/").status_code == 302
    assert other.get("/account/").status_code == 200
    there, _answer = ground.enter("clerk.a")
    assert here.post("/account/sessions/end-others").status_code == 302
    assert there.get("/account/").status_code == 302
    assert here.get("/account/").status_code == 200
