"""What `make run` starts: prepared, served, its accounts printed and good; a second start is quick and keeps all."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode

import pytest

from tests.services import needs
from tests.services.accounts import DEMO_ACCOUNTS
from tests.services.live import ROOT


class Running:
    """`make run`'s last step on an instance folder of the test's own."""

    def __init__(self, instance: Path) -> None:
        self.port = needs.free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("BIANBAN_", "DEMO_"))
        }
        self.process = subprocess.Popen(
            [sys.executable, "-u", ROOT / ".ci" / "serve.py"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=needs.end_with_parent,
            env={**environment, "BIANBAN_INSTANCE": str(instance), "PORT": str(self.port)},
        )
        self.said = ""
        self.seconds = 0.0

    def until_ready(self) -> None:
        """Read what it says until it says that it is ready."""
        began = time.monotonic()
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if "ready: " in line:
                self.seconds = time.monotonic() - began
                return
        raise AssertionError(self.said)

    def stop(self) -> int:
        """Ctrl-C; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=30)
        return self.process.returncode


@pytest.fixture
def running(tmp_path: Path) -> Iterator[list[Running]]:
    started: list[Running] = []
    yield started
    for one in started:
        one.stop()


def start(running: list[Running], instance: Path) -> Running:
    one = Running(instance)
    running.append(one)
    one.until_ready()
    return one


def sign_in(base: str, username: str, password: str) -> int:
    """Through the form, as a person does; the status of what comes back."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    page = opener.open(f"{base}/login/", timeout=20).read().decode()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    body = urlencode({"csrf_token": token[1], "username": username, "password": password}).encode()
    try:
        return int(opener.open(f"{base}/login/", body, timeout=20).status)
    except HTTPError as refused:
        return int(refused.code)


def test_from_nothing_to_a_demo_that_one_can_sign_in_to(running: list[Running], tmp_path: Path) -> None:
    instance = tmp_path / "instance"
    first = start(running, instance)
    table = {
        line.split()[0]: line.split()[1] for line in first.said.splitlines() if "." in line.split(" ")[0]
    }
    assert set(DEMO_ACCOUNTS) <= set(table), first.said
    assert len({table[name] for name in DEMO_ACCOUNTS}) == 1, "one password for all demo accounts"
    assert urllib.request.urlopen(f"{first.base}/healthz", timeout=20).status == 200
    assert sign_in(first.base, "changde.clerk", table["changde.clerk"]) == 200
    assert sign_in(first.base, "changde.clerk", "wrong-password") == 401
    assert first.stop() == 0

    kept = {
        path.name: path.read_bytes()
        for path in instance.iterdir()
        if path.name in ("secrets.json", "demo-password")
    }
    second = start(running, instance)
    assert "演示" not in second.said.split("用户名")[0], "a second start loads nothing again"
    assert second.seconds < first.seconds
    assert sign_in(second.base, "unit.changde", table["unit.changde"]) == 200
    assert {name: (instance / name).read_bytes() for name in kept} == kept
    assert second.stop() == 0


def test_production_makes_no_demo_and_wants_its_own_secrets(tmp_path: Path) -> None:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("BIANBAN_", "DEMO_"))
    }
    answer = subprocess.run(
        [sys.executable, ROOT / ".ci" / "serve.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        env={**environment, "BIANBAN_ENV": "production", "BIANBAN_INSTANCE": str(tmp_path / "instance")},
    )
    assert answer.returncode != 0
    assert "BIANBAN_SECRET_KEY" in answer.stderr
    assert not (tmp_path / "instance").exists()
