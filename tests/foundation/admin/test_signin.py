"""Signing in: one answer for every failure, limits per account and per address, tokens for other systems."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.foundation import access
from app.foundation.database import db, transaction
from app.foundation.tenancy import people

PASSWORD = "a-long-password"


def _app(folder: Path, **config: Any) -> Flask:
    app = create_app(
        {
            "TESTING": True,
            "INSTANCE_DIR": str(folder),
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'test.sqlite3'}",
            "PLUGINS": (),
            "WTF_CSRF_ENABLED": False,
            **config,
        }
    )
    with app.app_context():
        db.create_all()
        actor = access.system("tests", over="0.")
        with access.acting_as(actor), transaction():
            for name in ("first", "second"):
                people.add(name, name, PASSWORD, actor=actor)
        db.session.remove()
    return app


def _form(client: FlaskClient, username: str, password: str = PASSWORD, **extra: Any) -> Any:
    return client.post("/login/", data={"username": username, "password": password}, **extra)


def _token(client: FlaskClient, **payload: Any) -> Any:
    return client.post("/api/v1/security/login", json=payload)


def test_the_right_password_signs_in_and_a_post_signs_out(tmp_path: Path) -> None:
    client = _app(tmp_path).test_client()
    assert _form(client, "first").status_code == 302
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").status_code == 302


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(tmp_path: Path) -> None:
    client = _app(tmp_path).test_client()
    answers = [_form(client, "first", "wrong-password"), _form(client, "nobody", "wrong-password")]
    assert [answer.status_code for answer in answers] == [401, 401]
    texts = [answer.get_data(as_text=True).replace("nobody", "first") for answer in answers]
    assert "用户名或密码不正确" in texts[0]
    strip = [text.split("<main")[1].split("</main>")[0] for text in texts]
    assert strip[0] == strip[1]


def test_a_foreign_next_is_not_followed(tmp_path: Path) -> None:
    client = _app(tmp_path).test_client()
    answer = client.post(
        "/login/?next=https://evil.example/x", data={"username": "first", "password": PASSWORD}
    )
    assert answer.status_code == 302
    assert "evil.example" not in answer.headers["Location"]


def test_attempts_are_limited_per_account_and_another_account_goes_on(tmp_path: Path) -> None:
    client = _app(tmp_path, AUTH_RATE_LIMIT="3 per minute").test_client()
    codes = [_form(client, "first", "wrong-password").status_code for _ in range(4)]
    assert codes == [401, 401, 401, 429]
    assert _form(client, "FIRST ", "wrong-password").status_code == 429
    assert _form(client, "second").status_code == 302


def test_many_attempts_elsewhere_do_not_keep_the_owner_out(tmp_path: Path) -> None:
    client = _app(tmp_path, AUTH_RATE_LIMIT="3 per minute").test_client()
    for number in range(8):
        there = {"REMOTE_ADDR": f"203.0.113.{number % 2}"}
        last = _form(client, "first", "wrong-password", environ_overrides=there)
    assert last.status_code == 429
    assert _form(client, "first", environ_overrides={"REMOTE_ADDR": "10.1.1.1"}).status_code == 302


def test_attempts_are_limited_per_address_more_loosely(tmp_path: Path) -> None:
    client = _app(
        tmp_path, AUTH_RATE_LIMIT="2 per minute", AUTH_RATE_LIMIT_ADDRESS="5 per minute"
    ).test_client()
    codes = [_form(client, f"name{number}", "wrong-password").status_code for number in range(6)]
    assert codes == [401] * 5 + [429]
    elsewhere = _form(client, "second", environ_overrides={"REMOTE_ADDR": "10.9.9.9"})
    assert elsewhere.status_code == 302


def test_the_form_and_the_token_share_one_count(tmp_path: Path) -> None:
    client = _app(tmp_path, AUTH_RATE_LIMIT="2 per minute").test_client()
    assert _form(client, "first", "wrong-password").status_code == 401
    assert _token(client, username="first", password="wrong-password", provider="db").status_code == 401
    answer = _token(client, username="first", password=PASSWORD, provider="db")
    assert answer.status_code == 429
    assert "message" in answer.get_json()


def test_two_machines_share_the_count_over_redis(tmp_path: Path, redis_url: str) -> None:
    clients = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        settings = {"AUTH_RATE_LIMIT": "3 per minute", "RATELIMIT_STORAGE_URI": redis_url}
        clients.append(_app(tmp_path / name, **settings).test_client())
    codes = [_form(clients[number % 2], "first", "wrong-password").status_code for number in range(4)]
    assert codes == [401, 401, 401, 429]


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ({}, "username"),
        ({"username": "first"}, "password"),
        ({"username": 5, "password": PASSWORD}, "username"),
        ({"username": "fi\x00rst", "password": PASSWORD}, "username"),
        ({"username": "first", "password": PASSWORD, "provider": "ldap"}, "provider"),
    ],
)
def test_bad_token_requests_are_400_and_name_the_field(
    tmp_path: Path, payload: dict[str, Any], said: str
) -> None:
    answer = _token(_app(tmp_path).test_client(), **payload)
    assert answer.status_code == 400
    assert said in answer.get_json()["message"]


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"\xff\xfe", b'"text"'])
def test_a_body_that_is_no_object_is_400(tmp_path: Path, body: bytes) -> None:
    client = _app(tmp_path).test_client()
    answer = client.post("/api/v1/security/login", data=body, content_type="application/json")
    assert answer.status_code == 400


def test_a_token_is_given_and_refreshed(tmp_path: Path) -> None:
    client = _app(tmp_path).test_client()
    answer = _token(client, username="first", password=PASSWORD, provider="db", refresh=True).get_json()
    assert set(answer) == {"access_token", "refresh_token"}
    again = client.post(
        "/api/v1/security/refresh", headers={"Authorization": f"Bearer {answer['refresh_token']}"}
    )
    assert again.get_json()["access_token"]


def test_every_response_carries_the_house_headers(tmp_path: Path) -> None:
    client = _app(tmp_path).test_client()
    first, second = client.get("/login/"), client.get("/login/")
    policy = first.headers["Content-Security-Policy"]
    assert "script-src 'self' 'nonce-" in policy
    assert "unsafe-inline" not in policy.split("style-src-attr")[0]
    assert policy != second.headers["Content-Security-Policy"], "a nonce is used once"
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in policy
