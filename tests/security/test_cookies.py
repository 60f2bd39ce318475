"""Cookies and tokens: closed to scripts and other sites, never in an address, worth nothing when forged."""

from __future__ import annotations

import base64
import json
import re
from http.cookies import SimpleCookie

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.security.conftest import routes
from tests.services.environment import DEMO_PASSWORD
from tests.services.instance import MakeApp, SignIn


def enter(client: FlaskClient, base_url: str = "http://localhost") -> TestResponse:
    data = {"username": "changde.reviewer", "password": DEMO_PASSWORD}
    return client.post("/login/", data=data, base_url=base_url)


def morsel(answer: TestResponse, name: str) -> tuple[str, dict[str, str]]:
    for line in answer.headers.getlist("Set-Cookie"):
        kept = SimpleCookie(line)
        if name in kept:
            return kept[name].value, {key: str(value) for key, value in kept[name].items()}
    raise AssertionError(f"no cookie {name}: {answer.headers.getlist('Set-Cookie')}")


def test_cookies_are_closed_to_scripts_and_other_sites(client: FlaskClient) -> None:
    answer = enter(client)
    assert answer.status_code == 302
    for line in answer.headers.getlist("Set-Cookie"):
        assert "HttpOnly" in line
        assert "SameSite=Lax" in line or "SameSite=Strict" in line
        assert "Domain=" not in line
        assert "Path=/" in line


def test_behind_tls_the_cookie_belongs_to_this_host_alone(make_app: MakeApp) -> None:
    app = make_app(SESSION_COOKIE_NAME="__Host-bianban", SESSION_COOKIE_SECURE=True)
    _value, said = morsel(enter(app.test_client(), "https://localhost"), "__Host-bianban")
    assert said["secure"] == "True"
    assert said["path"] == "/"
    assert said["domain"] == ""


def test_no_address_carries_a_session_or_a_token(app: Flask, sign_in: SignIn) -> None:
    for endpoint, _method, path in routes(app):
        assert not re.search(r"sid\b|jwt|access_token|csrf", path), endpoint
    for rule in app.url_map.iter_rules():
        assert not {"session", "sid", "token", "jwt", "password"} & rule.arguments, rule.rule
    client = sign_in("changde.reviewer")
    for path in ("/desk/", "/units/list/", "/applications/list/"):
        for link in re.findall(r'(?:href|action|src)="([^"]*)"', client.get(path).text):
            assert not re.search(r"(session|sid|token|jwt|csrf_token)=", link), link


def test_a_token_in_the_address_or_a_cookie_does_not_count(client: FlaskClient, app: Flask) -> None:
    body = {"username": "changde.reviewer", "password": DEMO_PASSWORD, "provider": "db"}
    token = client.post("/api/v1/security/login", json=body).get_json()["access_token"]
    stranger = app.test_client()
    for query in ({"jwt": token}, {"access_token": token}, {"token": token}):
        assert stranger.get("/api/v1/units/", query_string=query).status_code == 401
    stranger.set_cookie("access_token_cookie", token)
    assert stranger.get("/api/v1/units/").status_code == 401
    assert stranger.get("/api/v1/units/", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def _part(data: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=").decode()


def test_a_forged_token_opens_nothing(app: Flask, client: FlaskClient) -> None:
    body = {"username": "unit.changde", "password": DEMO_PASSWORD, "provider": "db"}
    token = client.post("/api/v1/security/login", json=body).get_json()["access_token"]
    head, claims, signature = token.split(".")
    said = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    forged = [
        f"{head}.{_part({**said, 'sub': '1'})}.{signature}",
        f"{_part({'alg': 'none', 'typ': 'JWT'})}.{claims}.",
        f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part({**said, 'sub': '1'})}.",
        f"{_part({'alg': 'HS384', 'typ': 'JWT'})}.{claims}.{signature}",
        f"{head}.{claims}.{signature[:-2]}AA",
    ]
    for one in forged:
        answer = app.test_client().get("/api/v1/units/", headers={"Authorization": f"Bearer {one}"})
        assert answer.status_code == 401, one
    for cookie in ("e30.x.y", ".eJx", f"{_part({'_user_id': '1'})}.a.b"):
        stranger = app.test_client()
        stranger.set_cookie(app.config["SESSION_COOKIE_NAME"], cookie)
        assert stranger.get("/desk/").status_code in {302, 401}


def test_the_cookie_holds_no_personal_data(app: Flask, client: FlaskClient) -> None:
    enter(client)
    for path in ("/desk/", "/units/list/?_flt_0_name=x", "/applications/list/"):
        client.get(path)
    kept = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert kept is not None
    raw = kept.decoded_value.split(".")
    packed = raw[1] if raw[0] == "" else raw[0]
    data = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
    if raw[0] == "":
        import zlib

        data = zlib.decompress(data)
    for word in ("password", DEMO_PASSWORD, "changde.reviewer", "mobile", "@"):
        assert word.encode() not in data


@pytest.mark.parametrize("path", ["/logout/"])
def test_signing_out_empties_the_browser(app: Flask, client: FlaskClient, path: str) -> None:
    enter(client)
    before = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert before is not None
    answer = client.post(path)
    assert answer.status_code == 302
    assert "storage" in answer.headers.get("Clear-Site-Data", "")
    assert client.get("/desk/").status_code == 302
    again = app.test_client()
    again.set_cookie(app.config["SESSION_COOKIE_NAME"], before.value)
    assert again.get("/desk/").status_code == 302, "the old cookie is worth nothing"
