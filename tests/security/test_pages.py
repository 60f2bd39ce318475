"""What the pages for passwords must allow, and must not ask."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.config import ROOT

TEMPLATES = sorted((ROOT / "app").rglob("*.html"))
SCRIPTS = sorted((ROOT / "app").rglob("*.js"))


def test_password_fields_take_pasted_and_remembered_passwords(app: Flask, client: FlaskClient) -> None:
    page = client.get("/login/").text
    (field,) = re.findall(r'<input[^>]*type="password"[^>]*>', page)
    assert 'autocomplete="current-password"' in field
    for path in (*TEMPLATES, *SCRIPTS):
        text = path.read_text("utf-8")
        assert "onpaste" not in text, path
        assert not re.search(r"addEventListener\([\"'](paste|copy|contextmenu)[\"']", text), path
        for tag in re.findall(r'<input[^>]*type="password"[^>]*>', text):
            assert 'autocomplete="off"' not in tag, f"{path}: {tag}"


def test_there_are_no_hints_or_secret_questions(app: Flask, client: FlaskClient) -> None:
    from app.foundation.database import Model

    names = {column.name for table in Model.metadata.sorted_tables for column in table.columns}
    assert not {name for name in names if re.search(r"hint|secret_question|security_question", name)}
    assert "提示问题" not in client.get("/login/").text


@pytest.mark.parametrize(
    "username", ["changde.reviewer", "nobody-of-that-name", "x" * 200, "' OR 1=1 --", ""]
)
def test_a_refused_sign_in_tells_nothing(client: FlaskClient, username: str) -> None:
    answer = client.post("/login/", data={"username": username, "password": "wrong-password-of-the-tests"})
    assert answer.status_code in {401, 422}
    main = answer.text.partition("<main")[2]
    assert username == "" or "不存在" not in main
    assert "wrong-password-of-the-tests" not in answer.text
