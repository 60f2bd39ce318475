"""A cookie alone writes nothing: every unsafe route wants the page's token, the API's too; a bearer token suffices."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.security.conftest import routes
from tests.services.environment import DEMO_PASSWORD
from tests.services.instance import MakeApp, signed_in

# They read no cookie: a password or a refresh token in the request itself is what counts.
NO_COOKIE = {"TokenApi.login", "TokenApi.refresh"}


@pytest.fixture
def guarded(make_app: MakeApp) -> Flask:
    return make_app(WTF_CSRF_ENABLED=True)


def _writes(app: Flask) -> Iterator[tuple[str, str, str]]:
    for endpoint, method, path in routes(app):
        if method in {"POST", "PUT", "PATCH", "DELETE"} and endpoint not in NO_COOKIE:
            yield endpoint, method, path


def test_no_write_passes_on_the_cookie_alone(guarded: Flask) -> None:
    client, passed, count = signed_in(guarded, "changde.reviewer"), [], 0
    for _endpoint, method, path in _writes(guarded):
        for extra in ({}, {"Authorization": "Bearer x"}, {"Content-Type": "application/json"}):
            count += 1
            answer = client.open(path, method=method, headers=extra)
            body = answer.text
            if answer.status_code != 400 or ("csrf" not in body and "页面已过期" not in body):
                passed.append(f"{method} {path} {extra}: {answer.status_code}")
    assert passed == []
    assert count > 60


def test_a_wrong_or_a_foreign_token_does_not_help(guarded: Flask) -> None:
    mine, theirs = signed_in(guarded, "changde.reviewer"), signed_in(guarded, "wuling.reviewer")
    token = _token(theirs)
    for value in ("x", token, token[:-1]):
        answer = mine.post("/applications/1/check", data={"csrf_token": value})
        assert answer.status_code == 400
        assert "页面已过期" in answer.text
    assert mine.post("/applications/999999/check", data={"csrf_token": _token(mine)}).status_code == 404


def test_a_page_of_elsewhere_does_not_help_behind_tls(guarded: Flask) -> None:
    client = signed_in(guarded, "changde.reviewer")
    token = _token(client)
    for referrer, status in (("https://evil.example/", 400), ("", 400), ("https://localhost/desk/", 404)):
        answer = client.post(
            "/applications/999999/check",
            data={"csrf_token": token},
            headers={"Referer": referrer} if referrer else {},
            base_url="https://localhost",
        )
        assert answer.status_code == status, referrer


def test_nothing_is_exempt_but_the_tokens_own_routes(guarded: Flask) -> None:
    protection = guarded.extensions["csrf"]
    exempt = {one.name for one in protection._exempt_blueprints}
    with_writes = {endpoint.partition(".")[0] for endpoint, _m, _p in _writes(guarded)}
    assert protection._exempt_views == set()
    assert exempt & with_writes == set()


def test_a_bearer_token_needs_no_page(guarded: Flask) -> None:
    """Routes of ours that write by API come later; the rule they stand on is tried on one made here."""
    from flask import request

    from app.foundation.admin import csrf

    @guarded.post("/api/v1/tried")
    def tried() -> str:
        return "written"

    client = guarded.test_client()
    body = {"username": "unit.changde", "password": DEMO_PASSWORD, "provider": "db"}
    token = client.post("/api/v1/security/login", json=body).get_json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert guarded.test_client().post("/api/v1/tried", headers=bearer).status_code == 200
    assert guarded.test_client().post("/api/v1/tried").status_code == 400
    assert (
        guarded.test_client().post("/api/v1/tried", headers={"Authorization": "Basic eDp5"}).status_code
        == 400
    )
    assert signed_in(guarded, "unit.changde").post("/api/v1/tried", headers=bearer).status_code == 400
    with guarded.test_request_context(headers=bearer):
        assert request.authorization is not None
        assert csrf.by_token_alone()


def test_signing_in_and_out_are_covered(guarded: Flask) -> None:
    stranger = guarded.test_client()
    data = {"username": "unit.changde", "password": DEMO_PASSWORD}
    assert stranger.post("/login/", data=data).status_code == 400
    client = signed_in(guarded, "unit.changde")
    assert client.post("/logout/").status_code == 400
    assert client.get("/logout/").status_code in {404, 405}
    assert client.get("/desk/").status_code == 200


def _token(client: FlaskClient) -> str:
    page = client.get("/units/list/").text
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]
