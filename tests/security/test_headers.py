"""What every answer carries, whatever it is: a page, a file, a refusal, a fault."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.foundation.admin.headers import FILE_POLICY
from tests.security.conftest import routes
from tests.services.instance import MakeApp, SignIn

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}


def directives(policy: str) -> dict[str, str]:
    return {name: rest for name, _space, rest in (one.strip().partition(" ") for one in policy.split(";"))}


@pytest.mark.parametrize("username", ["", "unit.changde", "changde.reviewer"])
def test_every_answer_of_every_route_carries_them(app: Flask, sign_in: SignIn, username: str) -> None:
    client = sign_in(username) if username else app.test_client()
    lacking, seen = [], set()
    for endpoint, method, path in routes(app):
        if "logout" in path:
            continue
        answer = client.open(path, method=method)
        seen.add(answer.status_code)
        for name, value in ALWAYS.items():
            if answer.headers.get(name) != value:
                lacking.append(f"{endpoint} {answer.status_code}: {name}={answer.headers.get(name)}")
        policy = directives(answer.headers.get("Content-Security-Policy", ""))
        if policy.get("frame-ancestors") != "'none'" or "'unsafe" in policy.get("script-src", ""):
            lacking.append(f"{endpoint} {answer.status_code}: CSP")
        if "camera=()" not in answer.headers.get("Permissions-Policy", ""):
            lacking.append(f"{endpoint}: Permissions-Policy")
    assert lacking == []
    assert {200, 404} <= seen


def test_only_the_style_attribute_is_loose(client: FlaskClient) -> None:
    policy = directives(client.get("/login/").headers["Content-Security-Policy"])
    loose = {name for name, rest in policy.items() if "unsafe" in rest or "*" in rest or "http:" in rest}
    assert loose == {"style-src-attr"}
    assert policy["object-src"] == policy["base-uri"] == policy["frame-src"] == "'none'"
    assert policy["form-action"] == "'self'"


def test_the_nonce_is_new_each_time_and_every_script_carries_it(sign_in: SignIn) -> None:
    client, nonces = sign_in("changde.reviewer"), set()
    for path in ("/desk/", "/units/list/", "/applications/list/", "/swagger/v1"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        found = re.search(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])
        assert found is not None
        nonces.add(found[1])
        for tag in re.findall(r"<script[^>]*>", answer.text):
            assert f'nonce="{found[1]}"' in tag, f"{path}: {tag}"
    assert len(nonces) == 4


@pytest.mark.parametrize(
    "path", ["/desk/", "/units/list/", "/applications/list/", "/", "/login/", "/nowhere"]
)
def test_no_page_has_inline_handlers_or_styles(sign_in: SignIn, path: str) -> None:
    page = sign_in("changde.reviewer").get(path, follow_redirects=True).text
    assert re.findall(r"<[a-z][^>]*\son[a-z]+\s*=", page) == []
    assert re.findall(r"<style|javascript:", page) == []


def test_errors_carry_them_too(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app(PROPAGATE_EXCEPTIONS=False, TESTING=False)

    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("inside")

    client = app.test_client()
    for path, status in (("/broken", 500), ("/nowhere", 404), ("/api/v1/units/", 401)):
        answer = client.get(path)
        assert answer.status_code == status
        assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS, path
        assert "inside" not in answer.text
        assert "Traceback" not in answer.text


def test_who_is_signed_in_leaves_nothing_in_caches(sign_in: SignIn) -> None:
    client = sign_in("changde.reviewer")
    for path in ("/desk/", "/units/list/", "/applications/list/", "/api/v1/units/", "/aggregate/export.xlsx"):
        assert "no-store" in client.get(path).headers["Cache-Control"], path


def test_hsts_only_behind_tls(make_app: MakeApp) -> None:
    client = make_app(PROXIES=1).test_client()
    assert "Strict-Transport-Security" not in client.get("/login/").headers
    behind = client.get("/login/", headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"})
    assert behind.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_nobody_is_believed_to_be_a_proxy_unless_said(client: FlaskClient) -> None:
    answer = client.get("/login/", headers={"X-Forwarded-Proto": "https"})
    assert "Strict-Transport-Security" not in answer.headers


def test_a_file_may_load_and_run_nothing() -> None:
    assert directives(FILE_POLICY)["default-src"] == "'none'"


def test_only_badges_and_the_published_list_may_be_shown_elsewhere(app: Flask) -> None:
    client, open_to_all = app.test_client(), []
    for endpoint, method, path in routes(app):
        if method == "GET":
            answer = client.get(path)
            if answer.headers.get("Cross-Origin-Resource-Policy") != "same-origin":
                open_to_all.append(endpoint)
            assert answer.headers.get("Access-Control-Allow-Credentials") is None
    # Badges, and the published list as programs read it (C-art.12).
    assert set(open_to_all) <= {"VerifyView.image", "VerifyView.facts", "VerifyView.json", "PortalView.facts"}
