"""Two servers that start at once on an instance that is not there yet: it is made once, and both serve it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.foundation.test_production import STRONG
from tests.services import needs
from tests.services.live import ROOT


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_two_that_start_at_once_prepare_once(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BIANBAN_", "DEMO_"))}
    if kind == "postgres":
        kept["DATABASE_URL"] = request.getfixturevalue("postgres_url")
    (tmp_path / "instance").mkdir()
    ports = [needs.free_port(), needs.free_port()]
    servers = []
    for port in ports:
        with (tmp_path / f"{port}.log").open("wb") as log:
            servers.append(
                subprocess.Popen(
                    [sys.executable, "-u", ROOT / ".ci" / "serve.py"],
                    cwd=ROOT, stdout=log, stderr=log, preexec_fn=needs.end_with_parent,
                    env={
                        **kept, **STRONG, "BIANBAN_INSTANCE": str(tmp_path / "instance"),
                        "BIANBAN_PUBLIC_URL": f"http://127.0.0.1:{port}", "PORT": str(port),
                    },
                )
            )  # fmt: skip
    try:
        said = [
            _until_ready(tmp_path / f"{port}.log", server)
            for port, server in zip(ports, servers, strict=True)
        ]
        for port in ports:
            assert urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=20).status == 200
    finally:
        for server in servers:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=30)
    together = "".join(said)
    assert together.count("更新数据库结构") == 1, together
    assert together.count("同步机构数据") == 1, together
    assert together.count("升级 () →") == 1, together


def _until_ready(log: Path, server: subprocess.Popen[bytes]) -> str:
    until = time.monotonic() + 120
    while time.monotonic() < until and server.poll() is None:
        said = log.read_text(errors="replace")
        if "ready: " in said:
            return said
        time.sleep(0.1)
    raise AssertionError(log.read_text(errors="replace"))
