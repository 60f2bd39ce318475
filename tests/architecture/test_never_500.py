"""Nothing a person can send makes the server fail: every route × method, odd ids, queries and bodies.

The routes are taken from the URL map, so a new one is in it by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from tests.services.instance import SignIn

IDS = ("1", "999999999", str(2**63), "0")
TEXTS = ("x", "%00", quote("𠮷"), "a" * 3000, "..%2f..%2fetc", "%ff%fe")
QUERIES = (
    "", "page=abc", "page=-1&psize=99999", "page=99999999999999999999", "q=((", "q=!(", "q=" + quote('{"page":"x"}'),
    "q=" + quote('{"filters":[{"col":"name","opr":"in","value":1}]}'), "q=" + quote('{"keys":["none"],"columns":5}'),
    "term=%ff", "term=%00", "_flt_0_nothing=1", "_oc_UnitView=nothing&_od_UnitView=up", "office=../../", "unit=abc",
    "state=nothing&nature=nothing&group=nothing", "next=//evil.example", "page=%F0%9F%98%80",
)  # fmt: skip
FORMS: tuple[dict[str, str], ...] = (
    {},
    {"version": "x", "reason": "\x00", "words": "\x00", "ground": "99", "number": "99", "finding": "burn"},
    {
        "version": str(2**70),
        "reason": "。" * 20000,
        "items": "abc",
        "item": str(2**70),
        "unit": "x",
        "desk": "-1",
    },
    {
        "site": "999999999",
        "kind": "nothing",
        "due": "2014-13-45",
        "received_on": "yesterday",
        "copies": "many",
    },
)
BODIES = (
    (b"\xff\xfe\x00", "application/x-www-form-urlencoded"),
    (b"{", "application/json"),
    (b"--x", "multipart/form-data"),
)
WHO = ("unit.changde", "changde.head", "conac.registrar", "changde.egov", "")


@pytest.fixture
def seed() -> str:
    return "demo"


def _paths(rule: Rule) -> Iterator[str]:
    if not rule.arguments:
        yield rule.rule
        return
    for number in range(max(len(IDS), len(TEXTS))):
        path = rule.rule
        for name in rule.arguments:
            converter = type(rule._converters[name]).__name__
            value = IDS[number % len(IDS)] if converter == "IntegerConverter" else TEXTS[number % len(TEXTS)]
            for kind in ("int:", "string:", "path:", "default:", ""):
                path = path.replace(f"<{kind}{name}>", value)
        yield path


def _ask(client: FlaskClient, rule: Rule, method: str) -> Iterator[tuple[str, int]]:
    for number, path in enumerate(_paths(rule)):
        if method == "GET":
            for query in QUERIES if number == 0 else QUERIES[:3]:
                yield f"GET {path}?{query}", client.get(path, query_string=query).status_code
        else:
            for form in FORMS if number == 0 else FORMS[:2]:
                yield f"{method} {path} {list(form)}", client.open(path, method=method, data=form).status_code
            if number == 0:
                for body, kind in BODIES:
                    status = client.open(path, method=method, data=body, content_type=kind).status_code
                    yield f"{method} {path} {body!r}", status


@pytest.mark.parametrize("username", WHO)
def test_no_route_fails_whatever_is_sent(app: Flask, sign_in: SignIn, username: str) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.testing = False
    try:
        failed = []
        asked = 0
        for rule in app.url_map.iter_rules():
            if rule.endpoint.endswith("static") or "logout" in rule.rule:
                continue
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                client = sign_in(username) if username else app.test_client()
                for what, status in _ask(client, rule, method):
                    asked += 1
                    if status >= 500:
                        failed.append(f"{status} {what[:160]}")
        assert failed == []
        assert asked > 500
    finally:
        app.testing = True
        app.config["PROPAGATE_EXCEPTIONS"] = None
