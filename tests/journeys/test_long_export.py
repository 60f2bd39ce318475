"""A long export in the browser: progress that moves, a server that dies in the middle, and the file on the desk."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.journeys.people import sign_in
from tests.services.browser import NewPage
from tests.services.instance import Templates, fill
from tests.services.live import Server

LONG = 48_000
WAIT = 90_000  # milliseconds: a dead process is noticed after its lease
WHO = "changde.inspector"


def fill_log(folder: Path) -> None:
    """So many failed sign-ins of one account of the city's, past the application."""
    begun = datetime.now(UTC) - timedelta(days=2)
    with closing(sqlite3.connect(folder / "bianban.sqlite3")) as database, database:
        person, name, city, province = database.execute(
            "SELECT ab_user.id, username, office.id, office.parent_id FROM ab_user "
            "JOIN office ON office.id = ab_user.office_id WHERE username = 'changde.clerk'"
        ).fetchone()
        database.executemany(
            "INSERT INTO sign_in_record (at, outcome, kind, person_id, username, name, account_digest, address, agent, "
            "review_path, city_id, province_id) "
            "VALUES (?, 'wrong_password', 'browser', ?, ?, '承办人甲', '', ?, 'Chrome/140 Linux', '0.43.07.', ?, ?)",
            (
                (
                    f"{begun + timedelta(seconds=number):%Y-%m-%d %H:%M:%S}.000000",
                    person,
                    name,
                    f"203.0.113.{number % 250}",
                    city,
                    province,
                )
                for number in range(LONG)
            ),
        )


@pytest.fixture
def server(templates: Templates, tmp_path: Path) -> Iterator[Server]:
    """The real server on the demo with a long log; it does its jobs itself, as `make run` does."""
    folder = tmp_path / "instance"
    fill(folder, templates.folder("demo"))
    fill_log(folder)
    made = Server(folder, tmp_path / "server.log", {"JOBS_THREADS": "1", "BIANBAN_LOG": "json"})
    made.start()
    yield made
    made.stop()


@pytest.mark.timeout(600)
def test_a_long_export_outlives_the_server_and_ends_on_the_desk(server: Server, new_page: NewPage) -> None:
    inspector = sign_in(new_page, server.base, WHO)
    page = inspector.page
    inspector.open("/sign-ins/list/")
    page.get_by_role("link", name="导出 XLSX").click()
    expect(page.get_by_text("需要转到后台办理")).to_be_visible()
    inspector.shot("export-offered")
    page.get_by_role("button", name="开始导出").click()
    page.wait_for_url("**/my-jobs/")
    page.evaluate("window.stayed = true")

    said = page.locator("[data-said]")
    expect(said).to_have_text(re.compile(r"已完成 \d+ / 4\d{4}"))  # written by the script, not by the server
    assert page.evaluate("window.stayed") is True
    server.kill()
    inspector.shot("export-while-the-server-is-gone")
    expect(said).to_be_visible()

    server.start()
    plain = sign_in(new_page, server.base, WHO, java_script_enabled=False)
    plain.open("/my-jobs/")
    expect(plain.page.locator("#content .chip").first).to_have_text(re.compile("正在办理|排队中|等待重试"))
    plain.shot("export-without-javascript")

    # Neither page is touched any more: the one follows live, the other asks again by itself.
    expect(page.locator("#content .chip").first).to_have_text("可以下载", timeout=WAIT)
    expect(plain.page.locator("#content .chip").first).to_have_text("可以下载", timeout=WAIT)
    inspector.shot("export-ready")

    inspector.open("/desk/")
    link = page.get_by_role("link", name=re.compile("下载：登录日志"))
    expect(link).to_have_count(1)
    inspector.shot("export-on-the-desk")
    address = link.get_attribute("href") or ""
    answer = page.request.get(server.base + address)
    assert answer.status == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    sheet = load_workbook(BytesIO(answer.body()), read_only=True).active
    assert sheet is not None
    rows = [row for row in sheet.iter_rows(values_only=True) if row[3] == "changde.clerk"]
    assert len(rows) == LONG
    assert len(set(rows)) > LONG * 0.01, "rows are of different minutes and addresses"

    other = sign_in(new_page, server.base, "changde.security")
    assert other.status(address) == 404
    look_at(server.log.read_text("utf-8"))


def look_at(log: str) -> None:
    """The log of all that: one JSON line each, the job among them, and nobody's data."""
    lines = log.splitlines()
    told = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
    assert len(lines) - len(told) <= 1, "the process may have died within one line"
    assert {line["ended"] for line in told if line.get("kind") == "account.sign_ins"} >= {"done"}
    assert any(line.get("route") == "/my-jobs/<int:pk>.json" and line["status"] == 200 for line in told)
    for word in ("changde.clerk", WHO, "承办人甲", "203.0.113", "127.0.0.1"):
        assert word not in log, word
