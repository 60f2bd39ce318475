"""Pages open to anybody answer so often and no more to one address, and say what to do."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.services.instance import MakeApp


@pytest.fixture
def seed() -> str:
    return "tenants"


@pytest.fixture
def visitor(make_app: MakeApp) -> FlaskClient:
    return make_app(RATELIMIT_ENABLED=True, PUBLIC_RATE_LIMIT="3 per minute").test_client()


@pytest.mark.parametrize("path", ["/badge/?q=CA0000", "/badge/?q=nowhere.gov.cn", "/portal/passed/?q=x"])
def test_public_look_ups_are_limited_by_address(visitor: FlaskClient, path: str) -> None:
    answers = [visitor.get(path).status_code for _number in range(5)]
    assert 429 not in answers[:3]
    assert answers[3:] == [429, 429]
    elsewhere = visitor.get(path, environ_overrides={"REMOTE_ADDR": "10.9.9.9"})
    assert elsewhere.status_code == answers[0]


def test_what_hangs_on_sites_and_what_nobody_looked_up_is_not(visitor: FlaskClient) -> None:
    for _number in range(5):
        assert visitor.get("/badge/").status_code == 200
        assert visitor.get("/badge/CA000000000000000000001.svg").status_code == 404
        assert visitor.get("/portal/").status_code == 200


def test_the_refusal_says_when_to_come_back(visitor: FlaskClient) -> None:
    for _number in range(4):
        answer = visitor.get("/portal/passed/")
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    page = answer.get_data(as_text=True)
    for said in ("操作过于频繁", "请 1 分钟后再试", "同一网络的其他人也计算在内", "扫标识上的二维码"):
        assert said in page
    program = visitor.get("/portal/passed/", headers={"Accept": "application/json"})
    assert (program.status_code, program.get_json()["code"]) == (429, "429")


def test_signing_in_says_so_too(make_app: MakeApp) -> None:
    client = make_app(RATELIMIT_ENABLED=True, AUTH_RATE_LIMIT="2 per minute").test_client()
    sent = {"username": "nobody", "password": "wrong"}
    for _number in range(3):
        answer = client.post("/login/", data=sent)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1
    token = client.post("/api/v1/security/login", json={**sent, "provider": "db"})
    assert token.status_code == 429, "the token counts with the form"
