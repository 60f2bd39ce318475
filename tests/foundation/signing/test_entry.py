"""Signing in as a browser and as a program meets it: two steps, what is owed first, and the next request after."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.security import generate_password_hash

from app.foundation import access
from app.foundation.database import db, transaction
from app.foundation.signing import sessions
from app.foundation.signing.models import SignInRecord, SignInSession
from app.foundation.tenancy.models import Person
from tests.foundation.signing.ground import CITY, COUNTY, MAKER, PASSWORD, Ground, post, token
from tests.services.afresh import read_afresh

NEW = "Nine-quiet-rivers-4"
ELSEWHERE = {"environ_overrides": {"REMOTE_ADDR": "10.8.8.8"}}


def outcomes(kind: str | None = None) -> list[str]:
    read_afresh()
    with access.acting_as(MAKER):
        query = select(SignInRecord.outcome).order_by(SignInRecord.id)
        return list(db.session.scalars(query.where(SignInRecord.kind == kind) if kind else query))


def open_sessions() -> list[SignInSession]:
    read_afresh()
    with access.acting_as(MAKER):
        return list(db.session.scalars(select(SignInSession).where(SignInSession.ended_at.is_(None))))


def shown(answer: Any) -> str:
    return str(answer.get_data(as_text=True).split("<main")[1].split("</main>")[0])


def lets_in(client: FlaskClient) -> bool:
    answer = client.get("/account/")
    assert answer.status_code in {200, 302}
    return answer.status_code == 200


# -- one answer for every failure ---------------------------------------------------------------------------


def test_unknown_wrong_locked_and_disabled_get_the_same_answer(ground: Ground) -> None:
    ground.hire("clerk.a", "clerk")
    gone = ground.hire("clerk.b", "clerk")
    ground.change(Person, gone.id, active=False)
    answers = {}
    for name, username, password in (
        ("unknown", "no.such", PASSWORD), ("wrong", "clerk.a", "wrong"), ("disabled", "clerk.b", PASSWORD),
    ):  # fmt: skip
        _client, answers[name] = ground.enter(username, password)
    for _number in range(5):
        ground.enter("clerk.a", "wrong")
    _client, answers["locked"] = ground.enter("clerk.a")
    assert {answer.status_code for answer in answers.values()} == {401}
    texts = {
        shown(answer).replace("no.such", "NAME").replace("clerk.a", "NAME").replace("clerk.b", "NAME")
        for answer in answers.values()
    }
    assert len(texts) == 1
    assert set(outcomes()) == {"unknown_account", "wrong_password", "disabled", "locked"}


def test_tokens_get_the_same_answer_too(ground: Ground) -> None:
    ground.hire("clerk.a", "clerk")
    ground.hire("clerk.b", "clerk")
    ground.enrol("clerk.b")
    client = ground.app.test_client()
    bodies = [
        token(client, "no.such"), token(client, "clerk.a", "wrong"),
        token(client, "clerk.b"), token(client, "clerk.b", code="000000"),
    ]  # fmt: skip
    assert {answer.status_code for answer in bodies} == {401}
    assert len({answer.get_data() for answer in bodies}) == 1


# -- sessions -----------------------------------------------------------------------------------------------


def test_signing_in_takes_a_new_id_and_signing_out_ends_it_for_good(ground: Ground) -> None:
    ground.hire("clerk.a", "clerk")
    client = ground.app.test_client()
    client.get("/login/")
    with client.session_transaction() as before:
        before["planted"] = "by somebody else"
    assert post(client, "clerk.a").status_code == 302
    with client.session_transaction() as after:
        stolen = dict(after)
    assert "planted" not in stolen
    assert lets_in(client)
    assert post(client, "clerk.a").status_code == 302, "already signed in"
    assert client.post("/logout/").status_code == 302
    assert not lets_in(client)
    thief = ground.app.test_client()
    with thief.session_transaction() as replayed:
        replayed.update(stolen)
    assert not lets_in(thief), "a copied cookie is dead after signing out"
    assert outcomes() == ["success", "signed_out"]


def test_a_cookie_without_a_session_record_opens_nothing(ground: Ground) -> None:
    person = ground.hire("clerk.a", "clerk")
    client = ground.app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = str(person.id), True
    assert not lets_in(client)


def test_an_ended_session_is_refused_at_the_next_request_and_told_why(ground: Ground) -> None:
    person = ground.hire("clerk.a", "clerk")
    client, _answer = ground.enter("clerk.a")
    assert lets_in(client)
    read_afresh()
    with access.acting_as(MAKER), transaction():
        sessions.end_all(person, by="某人", why="forced")
    assert not lets_in(client)
    page = client.get("/login/")
    assert "强制退出" in page.get_data(as_text=True)
    assert "强制退出" not in client.get("/login/").get_data(as_text=True), "said once"


def test_an_idle_session_is_told_so(ground: Ground) -> None:
    ground.setting(CITY, session_idle=30)
    ground.hire("clerk.a", "clerk")
    client, _answer = ground.enter("clerk.a")
    ground.later(minutes=31)
    assert not lets_in(client)
    assert "长时间没有操作" in client.get("/login/").get_data(as_text=True)


def test_a_disabled_account_and_a_revoked_post_count_from_the_next_request(ground: Ground) -> None:
    person = ground.hire("admin.a", "admin")
    client, _answer = ground.enter("admin.a")
    assert client.get("/units/list/").status_code == 200
    ground.end_posts("admin.a")
    assert client.get("/units/list/").status_code == 403, "the next click, not the next sign-in"
    assert lets_in(client)
    ground.change(Person, person.id, active=False)
    assert not lets_in(client)


def test_staying_keeps_the_session_and_asking_does_not(ground: Ground) -> None:
    ground.setting(CITY, session_idle=30)
    ground.hire("clerk.a", "clerk")
    client, _answer = ground.enter("clerk.a")
    ground.later(minutes=20)
    quiet = {"X-Bianban-Quiet": "1", "Accept": "application/json"}
    told = client.get("/login/stay", headers=quiet).get_json()
    assert 540 <= told["seconds"] <= 600
    told = client.post("/login/stay", headers={"Accept": "application/json"}).get_json()
    assert 1790 <= told["seconds"] <= 1800
    ground.later(minutes=31)
    assert client.get("/login/stay", headers=quiet).status_code == 401


def test_the_page_says_when_it_ends_and_carries_the_warning(ground: Ground) -> None:
    ground.hire("clerk.a", "clerk")
    client, _answer = ground.enter("clerk.a")
    page = client.get("/account/").get_data(as_text=True)
    assert 'id="session-end"' in page
    assert 'id="session-bar"' in page
    assert "自动退出" in page


# -- two steps ----------------------------------------------------------------------------------------------


def test_a_second_factor_makes_it_two_steps(ground: Ground) -> None:
    ground.hire("clerk.a", "clerk")
    totp = ground.enrol("clerk.a")
    ground.later(minutes=1)
    client, answer = ground.enter("clerk.a")
    assert answer.headers["Location"].endswith("/login/code")
    assert not lets_in(client), "the password alone opens nothing"
    assert client.post("/login/code", data={"code": "000000"}).status_code == 401
    code = ground.code(totp)
    answer = client.post("/login/code", data={"code": code})
    assert answer.status_code == 302
    assert lets_in(client)
    other, _answer = ground.enter("clerk.a")
    assert other.post("/login/code", data={"code": code}).status_code == 401, "the same code, elsewhere"
    assert outcomes() == ["wrong_code", "success", "wrong_code"]
    assert [one.two_factor for one in open_sessions()] == [True]


def test_the_code_step_is_open_for_minutes_only_and_falls_with_the_password(ground: Ground) -> None:
    person = ground.hire("clerk.a", "clerk")
    totp = ground.enrol("clerk.a")
    ground.later(minutes=1)
    assert ground.app.test_client().get("/login/code").status_code == 302
    slow, _answer = ground.enter("clerk.a")
    ground.later(minutes=6)
    assert slow.post("/login/code", data={"code": ground.code(totp)}).headers["Location"].endswith("/login/")
    late, _answer = ground.enter("clerk.a")
    ground.change(Person, person.id, password=generate_password_hash("another"))
    assert late.post("/login/code", data={"code": ground.code(totp)}).headers["Location"].endswith("/login/")
    assert open_sessions() == []


def test_wrong_codes_pause_the_account_as_wrong_passwords_do(ground: Ground) -> None:
    ground.hire("clerk.a", "clerk")
    totp = ground.enrol("clerk.a")
    ground.later(minutes=1)
    client, _answer = ground.enter("clerk.a")
    for _number in range(5):
        assert client.post("/login/code", data={"code": "000000"}).status_code == 401
    assert client.post("/login/code", data={"code": ground.code(totp)}).status_code == 401
    assert outcomes()[-1] == "locked"
    ground.later(minutes=11)
    client, _answer = ground.enter("clerk.a")
    assert client.post("/login/code", data={"code": ground.code(totp)}).status_code == 302


# -- what is owed first -------------------------------------------------------------------------------------


def test_a_password_somebody_else_chose_is_changed_before_anything_else(ground: Ground) -> None:
    ground.hire("clerk.a", "clerk", must_change=True)
    client, answer = ground.enter("clerk.a")
    assert answer.headers["Location"].endswith("/login/password")
    for page in ("/", "/account/", "/units/list/", "/login/factor"):
        assert client.get(page).status_code == 302, page
    assert client.get("/api/v1/units/").status_code == 403
    assert client.get("/login/password").status_code == 200
    wrong = {"current": "wrong", "password": NEW, "repeat": NEW}
    assert client.post("/login/password", data=wrong).status_code == 422
    differs = {"current": PASSWORD, "password": NEW, "repeat": NEW + "x"}
    assert client.post("/login/password", data=differs).status_code == 422
    same = {"current": PASSWORD, "password": PASSWORD, "repeat": PASSWORD}
    assert client.post("/login/password", data=same).status_code == 422
    assert not lets_in(client)
    done = client.post("/login/password", data={"current": PASSWORD, "password": NEW, "repeat": NEW})
    assert done.status_code == 302
    assert lets_in(client)
    assert ground.enter("clerk.a", PASSWORD, **ELSEWHERE)[1].status_code == 401
    assert ground.enter("clerk.a", NEW, **ELSEWHERE)[1].status_code == 302


def test_an_expired_password_is_changed_first(ground: Ground) -> None:
    ground.hire("clerk.a", "clerk")
    ground.later(days=181)
    _client, answer = ground.enter("clerk.a")
    assert answer.headers["Location"].endswith("/login/password")


def test_an_office_post_enrols_first_where_the_setting_says_so(ground: Ground) -> None:
    ground.setting(COUNTY, second_factor="required")
    ground.hire("clerk.a", "clerk")
    client, answer = ground.enter("clerk.a")
    assert answer.headers["Location"].endswith("/login/factor")
    assert not lets_in(client)
    page = client.get("/login/factor").get_data(as_text=True)
    assert 'src="data:image/svg+xml' in page
    assert client.post("/login/factor", data={"code": "000000"}).status_code == 422
    answer = client.post("/login/factor", data={"code": ground.code(ground.secret_of("clerk.a"))})
    codes = answer.get_data(as_text=True).split('<ul class="codes">')[1].split("</ul>")[0]
    assert codes.count("<code>") == 10
    assert lets_in(client)
    assert "<code>" not in client.get("/account/").get_data(as_text=True), "shown once"


def test_a_post_given_during_a_session_asks_for_it_at_the_next_request(ground: Ground) -> None:
    ground.setting(COUNTY, second_factor="required")
    ground.hire("nobody.a", "")
    client, _answer = ground.enter("nobody.a")
    assert lets_in(client)
    held = token(ground.app.test_client(), "nobody.a").get_json()["access_token"]
    from datetime import date

    from app.foundation.tenancy import people
    from app.foundation.tenancy.models import Office

    read_afresh()
    with access.acting_as(MAKER), transaction():
        office = db.session.scalars(select(Office).where(Office.code == COUNTY)).one()
        person = db.session.scalars(select(Person).where(Person.username == "nobody.a")).one()
        people.appoint(person, "head", actor=MAKER, office=office, since=date(2014, 1, 1), document="测试")
    assert client.get("/account/").headers["Location"].endswith("/login/factor")
    assert ground.app.test_client().get("/api/v1/units/", **bearer(held)).status_code == 401


# -- tokens -------------------------------------------------------------------------------------------------


def bearer(held: str) -> dict[str, dict[str, str]]:
    return {"headers": {"Authorization": f"Bearer {held}"}}


def test_a_token_belongs_to_a_session_and_ends_with_it(ground: Ground) -> None:
    person = ground.hire("clerk.a", "clerk")
    client = ground.app.test_client()
    held = token(client, "clerk.a", refresh=True).get_json()
    assert client.get("/api/v1/units/", **bearer(held["access_token"])).status_code == 200
    again = client.post("/api/v1/security/refresh", **bearer(held["refresh_token"])).get_json()
    assert client.get("/api/v1/units/", **bearer(again["access_token"])).status_code == 200
    assert [one.kind for one in open_sessions()] == ["api"]
    with access.acting_as(MAKER), transaction():
        sessions.end_all(person, by="某人", why="forced")
    for one in (held["access_token"], again["access_token"]):
        assert client.get("/api/v1/units/", **bearer(one)).status_code == 401
    assert client.post("/api/v1/security/refresh", **bearer(held["refresh_token"])).status_code == 401
    assert outcomes("api") == ["success", "forced"]


def test_a_token_takes_the_code_and_is_not_given_while_something_is_owed(ground: Ground) -> None:
    ground.hire("clerk.a", "clerk")
    totp = ground.enrol("clerk.a")
    ground.later(minutes=1)
    client = ground.app.test_client()
    assert token(client, "clerk.a").status_code == 401
    assert outcomes("api") == ["wrong_code"], "a password tried out without the code leaves a line"
    assert token(client, "clerk.a", code=ground.code(totp)).status_code == 200
    ground.hire("clerk.b", "clerk", must_change=True)
    assert token(client, "clerk.b").status_code == 403
    assert len(open_sessions()) == 1


def test_a_token_is_no_cookie_and_a_cookie_no_token(ground: Ground) -> None:
    person = ground.hire("clerk.a", "clerk")
    client, _answer = ground.enter("clerk.a")
    with client.session_transaction() as session:
        held = session["sid"]
    from flask_jwt_extended import create_access_token

    with ground.app.test_request_context():
        forged = create_access_token(identity=str(person.id), additional_claims={"sid": held})
        bare = create_access_token(identity=str(person.id))
    other = ground.app.test_client()
    for one in (forged, bare):
        assert other.get("/api/v1/units/", **bearer(one)).status_code == 401


# -- hashes -------------------------------------------------------------------------------------------------


def test_an_old_hash_signs_in_and_is_renewed(ground: Ground, app: Flask) -> None:
    person = ground.hire("clerk.a", "clerk")
    ground.change(Person, person.id, password=generate_password_hash(PASSWORD))
    assert (ground.person("clerk.a").password or "").startswith("scrypt")
    assert ground.enter("clerk.a")[1].status_code == 302
    assert (ground.person("clerk.a").password or "").startswith("$argon2id$")
    assert ground.enter("clerk.a")[1].status_code == 302


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "http://[",
    ],
)
def test_a_foreign_next_is_not_followed(ground: Ground, wanted: str) -> None:
    ground.hire("clerk.a", "clerk")
    client = ground.app.test_client()
    answer = client.post(
        "/login/", query_string={"next": wanted}, data={"username": "clerk.a", "password": PASSWORD}
    )
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/"
    inside = ground.app.test_client().post(
        "/login/", query_string={"next": "/account/?x=1"}, data={"username": "clerk.a", "password": PASSWORD}
    )
    assert inside.headers["Location"] == "/account/?x=1"
