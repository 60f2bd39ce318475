"""The servers that tests rely on are real ones and are clean for each test."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import psycopg
import pytest
import redis
from playwright.sync_api import Page

from tests.services.postgres import PostgresServer


def connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(url.replace("+psycopg", ""))


def test_a_postgres_database_is_empty_and_owned_by_an_ordinary_role(postgres_url: str) -> None:
    with connect(postgres_url) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        role = connection.execute(
            "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        connection.execute("CREATE TABLE mine (id int)")
    assert tables == (0,)
    assert role == (False, False)


def test_a_postgres_database_can_be_copied(postgres: PostgresServer) -> None:
    first = postgres.create()
    with connect(postgres.url(first)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    second = postgres.create(template=first)
    with connect(postgres.url(second)) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
    postgres.drop(first)
    postgres.drop(second)


@pytest.mark.parametrize("turn", [1, 2])
def test_redis_is_empty_for_each_test(redis_url: str, turn: int) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.get("mark") is None
        client.set("mark", turn)
        assert client.get("mark") == str(turn).encode()


def test_the_browser_draws_chinese(page: Page) -> None:
    page.set_content("<p style='font: 40px sans-serif'><span>政</span><span>务</span></p>")
    first, second = (span.screenshot() for span in page.locator("span").all())
    assert first != second, "both characters are drawn as the same box: no Chinese font"


@pytest.mark.parametrize(("required", "outcome"), [("0", "skipped=1"), ("1", "failed=1")])
def test_a_skip_fails_where_skipping_is_forbidden(tmp_path: Path, required: str, outcome: str) -> None:
    folder = tmp_path / "inner"
    folder.mkdir()
    (folder / "test_inner.py").write_text(
        textwrap.dedent("""
            import pytest
            def test_one():
                pytest.skip("not here")
        """)
    )
    (folder / "conftest.py").write_text(
        "from tests.conftest import pytest_runtest_makereport, pytest_make_collect_report\n"
    )
    root = Path(__file__).resolve().parents[2]
    answer = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null", folder],
        cwd=root, capture_output=True, text=True, env={"REQUIRE_ALL": required, "PYTHONPATH": str(root)},
    )  # fmt: skip
    word = outcome.partition("=")[0]
    assert f"1 {word}" in answer.stdout, answer.stdout + answer.stderr
