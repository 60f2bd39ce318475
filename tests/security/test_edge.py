"""Before any page runs: the host, the size, the method and the addresses a request may name."""

from __future__ import annotations

import io
from urllib.parse import urlsplit

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import config
from app.foundation import access
from app.foundation.admin import edge
from app.foundation.audit.models import AuditEntry
from app.foundation.database import db
from tests.security.conftest import routes
from tests.services.afresh import read_afresh
from tests.services.environment import DEMO_PASSWORD
from tests.services.instance import MakeApp, SignIn


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "a b"])
def test_a_host_that_is_not_ours_gets_nothing(app: Flask, client: FlaskClient, host: str) -> None:
    for path in ("/", "/login/", "/healthz", "/api/v1/units/", "/nowhere"):
        answer = client.get(path, headers={"Host": host})
        assert answer.status_code == 400, path
        assert "Location" not in answer.headers
        assert host not in answer.text
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_our_own_hosts_are_answered(client: FlaskClient) -> None:
    for host in ("localhost", "127.0.0.1:8000"):
        assert client.get("/healthz", headers={"Host": host}).status_code == 200


def test_a_proxy_cannot_smuggle_a_host(make_app: MakeApp) -> None:
    client = make_app(PROXIES=1).test_client()
    answer = client.get("/units/list/", headers={"X-Forwarded-Host": "evil.example"})
    assert "evil.example" not in answer.headers.get("Location", "") + answer.text


def test_whose_address_counts_is_the_proxys_word_alone(make_app: MakeApp) -> None:
    seen = {}
    for proxies in (0, 1):
        app = make_app(PROXIES=proxies)
        app.add_url_rule("/whose", "whose", lambda: str(request.remote_addr))
        answer = app.test_client().get("/whose", headers={"X-Forwarded-For": "198.51.100.7, 203.0.113.9"})
        seen[proxies] = answer.text
    assert seen == {0: "127.0.0.1", 1: "203.0.113.9"}


def test_production_answers_to_named_hosts_only() -> None:
    env = {"BIANBAN_HOSTS": "a.example, b.example", "HOST": "192.0.2.1"}
    assert config.trusted_hosts(env, "https://c.example", production=True) == [
        "a.example",
        "b.example",
        "c.example",
    ]
    assert config.trusted_hosts({"HOST": "192.0.2.1"}, "http://127.0.0.1:8000", production=False) is None
    assert "evil.example" not in (config.trusted_hosts({}, "http://127.0.0.1:8000", production=False) or [])


@pytest.mark.parametrize("count", ["-1", "6", "one", "1.5"])
def test_a_senseless_number_of_proxies_stops_the_start(count: str) -> None:
    with pytest.raises(config.ConfigError, match="BIANBAN_PROXIES"):
        config.load({"BIANBAN_ENV": "testing", "BIANBAN_PROXIES": count})


def test_a_body_that_is_no_upload_stays_small(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("changde.reviewer")
    large = b"x" * (edge.PLAIN_LIMIT + 1)
    for kind in ("application/x-www-form-urlencoded", "application/json", "text/plain"):
        for path in ("/login/", "/applications/1/check", "/api/v1/security/login"):
            assert client.post(path, data=large, content_type=kind).status_code == 413, (kind, path)


def test_an_undeclared_size_is_counted_while_reading(client: FlaskClient) -> None:
    stream = io.BytesIO(b'{"username": "' + b"x" * (edge.PLAIN_LIMIT + 10) + b'"}')
    answer = client.post(
        "/api/v1/security/login",
        input_stream=stream,
        content_type="application/json",
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code in {400, 413}


def test_an_upload_past_the_limit_is_refused(app: Flask, sign_in: SignIn) -> None:
    large = io.BytesIO(b"%PDF-1.7\n" + b"x" * app.config["MAX_CONTENT_LENGTH"])
    answer = sign_in("unit.changde").post("/applications/1/attach", data={"file": (large, "a.pdf")})
    assert answer.status_code == 413
    assert "MB" in answer.text


def test_too_many_fields_headers_or_too_long_an_address(client: FlaskClient) -> None:
    assert (
        client.post("/login/", data={f"f{n}": "1" for n in range(edge.FIELDS_LIMIT + 2)}).status_code == 413
    )
    assert client.get("/login/", query_string="a=" + "x" * edge.ADDRESS_LIMIT).status_code == 414
    assert client.get("/login/", headers={"X-Long": "x" * edge.HEADERS_LIMIT}).status_code == 431


@pytest.mark.parametrize(
    "header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "_method"]
)
def test_a_method_cannot_be_overridden(app: Flask, sign_in: SignIn, header: str) -> None:
    client = sign_in("changde.reviewer")
    answer = client.get("/applications/1/reveal", headers={header: "POST"}, query_string={"_method": "POST"})
    assert answer.status_code == 405


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "FOO"])
def test_other_verbs_open_nothing(app: Flask, sign_in: SignIn, method: str) -> None:
    client = sign_in("changde.reviewer")
    offered = {(endpoint, verb) for endpoint, verb, _path in routes(app)}
    for endpoint, _verb, path in routes(app):
        if (endpoint, method) not in offered:
            assert client.open(path, method=method).status_code in {404, 405}, path


def test_nothing_is_written_by_a_safe_method(app: Flask, sign_in: SignIn) -> None:
    """Every page of every view opened by GET leaves the record as it was, but that an export or a print was taken."""
    client = sign_in("changde.reviewer")
    last = select(func.max(AuditEntry.seq))
    before = db.session.scalar(last)
    for endpoint, method, path in routes(app):
        if method == "GET" and "logout" not in path and not endpoint.startswith("HomeView"):
            client.get(path)
    read_afresh()
    with access.acting_as(access.system("tests", over="0.")):
        done = set(db.session.scalars(select(AuditEntry.verb).where(AuditEntry.seq > before)))
    assert {verb for verb in done if not verb.endswith(("exported", "printed"))} == set()


@pytest.mark.parametrize(
    "path",
    [
        "/static/", "/static/bianban/", "/static/bianban", "/.git/config", "/.env", "/static/bianban/../../secrets.json",
        "/static/bianban/%2e%2e/%2e%2e/secrets.json", "/static/bianban/look.css~", "/static/bianban/.look.css.swp",
        "/instance/secrets.json", "/secrets.json", "/bianban.sqlite3", "/uploads/", "/app/config.py", "/wsgi.py",
        "/requirements.lock", "/static/appbuilder/", "/.DS_Store",
    ],
)  # fmt: skip
def test_no_folder_and_no_hidden_file_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


OUTSIDE = (
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "http://localhost@evil.example/",
    "//localhost@evil.example/",
    "http://localhost.evil.example/",
    "\t//evil.example/",
    "/%09/evil.example",
    "/\t/evil.example",
    "data:text/html,x",
)


@pytest.mark.parametrize("target", OUTSIDE)
def test_signing_in_leads_nowhere_else(client: FlaskClient, target: str) -> None:
    answer = client.post(
        "/login/",
        query_string={"next": target},
        data={"username": "unit.changde", "password": DEMO_PASSWORD},
    )
    assert answer.status_code == 302
    _stays(answer.headers["Location"])
    again = client.get("/login/", query_string={"next": target})
    assert again.status_code == 302
    _stays(again.headers["Location"])


def _stays(location: str) -> None:
    """A browser reads ``\\`` as ``/`` and drops tabs and line ends."""
    read = location.replace("\\", "/").translate({9: None, 10: None, 13: None}).strip()
    assert urlsplit(read).netloc in {"", "localhost"}, location
    assert urlsplit(read).scheme in {"", "http"}, location
    assert not read.startswith("//"), location


def test_the_sign_in_link_of_an_odd_address_stays_here(client: FlaskClient) -> None:
    for path in ("//evil.example/units/list/", "/units/list/", "//evil.example//"):
        answer = client.get(path)
        if "Location" in answer.headers:
            _stays(answer.headers["Location"])


@pytest.mark.parametrize(
    "referrer", ["https://evil.example/x", "http://localhost//evil.example/", "javascript:x"]
)
def test_the_way_back_is_ours(app: Flask, sign_in: SignIn, referrer: str) -> None:
    client = sign_in("changde.reviewer")
    for path in ("/nowhere", "/applications/999999", "/back", "/lang/en", "/lang/zh"):
        answer = client.get(path, headers={"Referer": referrer})
        assert "evil.example" not in answer.text.replace("http://localhost//evil.example", ""), path
        if "Location" in answer.headers:
            _stays(answer.headers["Location"])
