"""The log as JSON: one line a request, what went wrong with where, and nothing anybody typed."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from app import config
from app.foundation import telemetry
from app.foundation.database import db
from app.foundation.telemetry import logs, trace
from tests.services.instance import MakeApp, signed_in

Lines = Callable[[], list[dict[str, Any]]]
TYPED = "zhangsan-430702199001011234"


@pytest.fixture
def seed() -> str:
    return "demo"


@pytest.fixture
def told(make_app: MakeApp, capsys: pytest.CaptureFixture[str]) -> Iterator[tuple[Flask, Lines]]:
    """An application that writes JSON, and what it wrote since the last look."""
    kept = list(logging.getLogger().handlers)
    app = make_app(LOG_FORMAT="json", PROPAGATE_EXCEPTIONS=False)
    capsys.readouterr()  # what making the instance printed

    def lines() -> list[dict[str, Any]]:
        return [json.loads(line) for line in capsys.readouterr().err.splitlines() if line]

    def fault() -> str:
        raise ValueError(f"cannot read {TYPED}")

    def statement() -> str:
        db.session.execute(text("INSERT INTO no_such_table VALUES (:name)"), {"name": TYPED})
        return ""

    app.add_url_rule("/raise/<word>", "fault", lambda word: fault())
    app.add_url_rule("/statement", "statement", statement)
    yield app, lines
    for one in list(logging.getLogger().handlers):
        if one not in kept:
            logging.getLogger().removeHandler(one)


def requests_in(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in lines if line["logger"] == "bianban.requests"]


def test_a_request_is_one_line_with_who_where_and_what_it_cost(told: tuple[Flask, Lines]) -> None:
    app, lines = told
    client = signed_in(app, "changde.head")
    answer = client.get("/desk/?name=" + TYPED, headers={"X-Request-ID": "proxy-0123456789"})
    (line,) = requests_in(lines())
    assert answer.headers["X-Request-ID"] == "proxy-0123456789"
    assert line["request_id"] == "proxy-0123456789"
    assert (line["method"], line["route"], line["status"]) == ("GET", "/desk/", 200)
    assert line["office"] == "0.43.07."
    assert isinstance(line["person"], int)
    assert line["statements"] > 3
    assert line["ms"] > 0
    assert TYPED not in json.dumps(line)
    assert set(line) == {
        "at", "level", "logger", "message", "request_id", "method", "route", "person", "office", "status", "ms",
        "statements",
    }  # fmt: skip


@pytest.mark.parametrize(
    "offered", ["", "short", "with space 0123456789", "x" * 65, "a\"b'c0123456", "名字名字名字名字"]
)
def test_an_id_that_is_not_well_formed_is_made_anew(told: tuple[Flask, Lines], offered: str) -> None:
    app, lines = told
    sent = offered.encode().decode("latin-1")
    answer = app.test_client().get("/healthz", headers={"X-Request-ID": sent})
    made = answer.headers["X-Request-ID"]
    assert made != offered
    assert len(made) == 32
    assert requests_in(lines())[0]["request_id"] == made


def test_ids_differ_and_a_stranger_has_no_person(told: tuple[Flask, Lines]) -> None:
    app, lines = told
    client = app.test_client()
    for _number in range(2):
        client.get("/login/")
    first, second = requests_in(lines())
    assert first["request_id"] != second["request_id"]
    assert first.get("person") is None


def test_an_exception_is_told_without_what_it_says(told: tuple[Flask, Lines]) -> None:
    app, lines = told
    answer = app.test_client().get(f"/raise/{TYPED}")
    assert answer.status_code == 500
    found = lines()
    assert TYPED not in json.dumps(found)
    (line,) = [line for line in found if "error" in line]
    assert line["level"] == "error"
    assert line["error"]["class"] == "builtins.ValueError"
    assert any("test_logs.py" in place for place in line["error"]["where"])
    assert line["request_id"] == requests_in(found)[0]["request_id"]
    assert line["route"] == "/raise/<word>"


def test_a_failed_statement_is_told_without_its_values(told: tuple[Flask, Lines]) -> None:
    app, lines = told
    assert app.test_client().get("/statement").status_code == 500
    found = lines()
    assert TYPED not in json.dumps(found)
    (line,) = [line for line in found if "error" in line]
    assert "no_such_table" in line["error"]["statement"]


def test_plain_logs_hide_the_values_of_statements_too(make_app: MakeApp) -> None:
    app = make_app()
    with app.app_context(), pytest.raises(Exception, match="no_such_table") as caught:
        db.session.execute(text("INSERT INTO no_such_table VALUES (:name)"), {"name": TYPED})
    assert TYPED not in str(caught.value)
    with app.app_context():
        db.session.remove()


def test_others_records_keep_only_the_words_that_do_not_vary(told: tuple[Flask, Lines]) -> None:
    _app, lines = told
    logging.getLogger("some.library").warning("cannot reach %s", TYPED)
    logging.getLogger("bianban.x").warning("row %s", 7)
    theirs, ours = lines()
    assert theirs["message"] == "cannot reach %s"
    assert ours["message"] == "row 7"


def test_a_job_names_itself_in_its_lines(told: tuple[Flask, Lines]) -> None:
    _app, lines = told
    with telemetry.job(12, "surveys.aggregate"):
        logging.getLogger("bianban.jobs").warning("slow")
    (line,) = lines()
    assert (line["job_id"], line["kind"]) == (12, "surveys.aggregate")
    assert "request_id" not in line


def test_what_goes_on_around_a_job_goes_on_after_it() -> None:
    outer = trace.opened()
    with telemetry.job(1, "x") as inner:
        assert trace.current() is inner
    assert trace.current() is outer
    trace.closed()
    assert trace.current() is None


def test_plain_is_the_default_and_another_word_is_refused(tmp_path: Path) -> None:
    env = {"BIANBAN_INSTANCE": str(tmp_path), "BIANBAN_ENV": "testing"}
    assert config.load(env)["LOG_FORMAT"] == logs.PLAIN
    assert config.load({**env, "BIANBAN_LOG": "json"})["LOG_FORMAT"] == logs.JSON
    with pytest.raises(config.ConfigError, match="BIANBAN_LOG"):
        config.load({**env, "BIANBAN_LOG": "xml"})


def test_plain_logging_adds_no_handler(make_app: MakeApp) -> None:
    make_app()
    assert not any(isinstance(one, logs.JsonHandler) for one in logging.getLogger().handlers)
