"""``/metrics``: right numbers, few labels, nobody's data, and only for those who may read it."""

from __future__ import annotations

import hmac
import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from app import config
from app.config import ROOT
from app.foundation.telemetry import counters
from tests.architecture.test_statements import statements
from tests.foundation.test_production import STRONG
from tests.services.instance import MakeApp, SignIn

TOKEN = "metrics-token-of-the-tests-0123456789"


@pytest.fixture
def seed() -> str:
    return "demo"


def read(client: FlaskClient, **headers: str) -> str:
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def value(text: str, name: str, **labels: str) -> float:
    """The one sample of that name whose labels are these, or have these among them summed up."""
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


def test_requests_are_counted_by_rule_method_and_status(client: FlaskClient) -> None:
    route = {"route": "/badge/<string:number>", "method": "GET", "status": "404"}
    before = value(read(client), "bianban_requests_total", **route)
    for number in range(20):
        assert client.get(f"/badge/CN-{number}").status_code == 404
    text = read(client)
    assert value(text, "bianban_requests_total", **route) == before + 20
    assert value(text, "bianban_request_seconds_count", route="/badge/<string:number>") >= 20
    assert "CN-1" not in text


def test_what_people_send_never_becomes_a_label(client: FlaskClient) -> None:
    def labels(text: str) -> set[frozenset[tuple[str, str]]]:
        return {
            frozenset((name, word) for name, word in sample.labels.items() if name != "le")
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name.startswith("bianban_request")
        }

    def ask(number: int) -> None:
        client.get(f"/no/such/zhangsan{number}?name=zhangsan{number}")
        client.open("/no/such/thing", method=f"ODD{number}")
        client.open("/desk/", method=f"ODD{number}")

    ask(0)
    read(client)  # that it is read is counted too
    known = labels(read(client))
    for number in range(1, 30):
        ask(number)
    text = read(client)
    assert labels(text) == known
    assert "zhangsan" not in text
    assert "ODD" not in text
    assert value(text, "bianban_requests_total", route="(none)", method="other") >= 30


def test_statements_of_a_request_are_those_it_sends(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("changde.head")
    client.get("/desk/")
    before = value(read(app.test_client()), "bianban_request_statements_sum", route="/desk/")
    with statements() as asked:
        assert client.get("/desk/").status_code == 200
    after = value(read(app.test_client()), "bianban_request_statements_sum", route="/desk/")
    assert len(asked) > 3
    assert after - before == len(asked)


def test_sign_in_outcomes_are_counted(app: Flask, client: FlaskClient) -> None:
    wanted = {"outcome": "wrong_password", "kind": "browser"}
    before = value(read(client), "bianban_sign_ins_total", **wanted)
    client.post("/login/", data={"username": "changde.head", "password": "wrong"})
    text = read(client)
    assert value(text, "bianban_sign_ins_total", **wanted) == before + 1
    assert "changde" not in text


# -- who may read -------------------------------------------------------------------------------------------


def test_outside_production_the_loopback_reads_without_a_token_and_others_do_not(client: FlaskClient) -> None:
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 401


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_a_proxy_on_this_machine_is_not_the_loopback(client: FlaskClient, header: str) -> None:
    assert client.get("/metrics", headers={header: "192.0.2.7"}).status_code == 401


def in_production(make_app: MakeApp, token: str) -> FlaskClient:
    """A stranger's browser; the demo's accounts would keep a production instance from starting at all."""
    app = make_app(METRICS_TOKEN=token)
    app.config["ENV_NAME"] = "production"
    return app.test_client()


def test_in_production_only_the_token_opens_it(make_app: MakeApp) -> None:
    client = in_production(make_app, TOKEN)
    for headers in (
        {}, {"Authorization": "Bearer"}, {"Authorization": f"Bearer {TOKEN}x"}, {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": "Bearer 令牌".encode().decode("latin-1")},
    ):  # fmt: skip
        answer = client.get("/metrics", headers=headers)
        assert answer.status_code == 401, headers
        assert "bianban_requests" not in answer.get_data(as_text=True)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    from_afar = client.get(
        "/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, environ_base={"REMOTE_ADDR": "192.0.2.7"}
    )
    assert from_afar.status_code == 200


def test_without_a_token_production_answers_nobody(make_app: MakeApp) -> None:
    client = in_production(make_app, "")
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 401


def test_the_token_is_compared_in_constant_time(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[bytes, bytes]] = []
    real = hmac.compare_digest

    def noted(sent: bytes, kept: bytes) -> bool:
        seen.append((sent, kept))
        return real(sent, kept)

    client = make_app(METRICS_TOKEN=TOKEN).test_client()
    monkeypatch.setattr("app.foundation.telemetry.page.hmac.compare_digest", noted)
    client.get("/metrics", headers={"Authorization": "Bearer wrong"})
    assert (b"wrong", TOKEN.encode()) in seen


def test_production_refuses_a_weak_token(tmp_path: Path) -> None:
    env = {**STRONG, "BIANBAN_INSTANCE": str(tmp_path)}
    for weak in ("short", "a" * 40):
        with pytest.raises(config.ConfigError, match="BIANBAN_METRICS_TOKEN"):
            config.load({**env, "BIANBAN_METRICS_TOKEN": weak})
    assert config.load({**env, "BIANBAN_METRICS_TOKEN": TOKEN})["METRICS_TOKEN"] == TOKEN
    assert config.load(env)["METRICS_TOKEN"] == ""


# -- several processes --------------------------------------------------------------------------------------

_COUNT = "from app.foundation.telemetry import counters; counters.answered('/desk/', 'GET', 200, 0.01, 5)"
_READ = "from app.foundation.telemetry import page; print(page.text().decode())"


def _python(code: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT, env={**os.environ, counters.MULTIPROCESS: str(folder)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def test_processes_that_share_a_folder_are_counted_together(tmp_path: Path) -> None:
    for _number in range(2):
        _python(_COUNT, tmp_path)
    text = _python(f"{_COUNT}; {_READ}", tmp_path)
    assert value(text, "bianban_requests_total", route="/desk/") == 3
    assert value(text, "bianban_request_statements_sum", route="/desk/") == 15
    assert value(text, "bianban_processes") == 3


def test_alone_one_process_is_counted(client: FlaskClient) -> None:
    assert value(read(client), "bianban_processes") == 1
