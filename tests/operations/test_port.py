"""A port that cannot be had is said at once, in both languages, before anything else happens."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.services import needs

ROOT = Path(__file__).resolve().parents[2]


def ask(host: str, port: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / ".ci" / "port.py"],
        env={**os.environ, "HOST": host, "PORT": port},
        capture_output=True,
        text=True,
    )


def test_a_free_port_says_nothing() -> None:
    answer = ask("127.0.0.1", str(needs.free_port()))
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


def test_a_busy_port_is_named_with_a_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        answer = ask("127.0.0.1", str(port))
    assert answer.returncode == 1
    assert f"端口 {port} 已被占用" in answer.stderr
    assert f"Port {port} is in use" in answer.stderr
    assert "make run PORT=" in answer.stderr


@pytest.mark.parametrize("port", ["", "x", "0", "65536", "-1", "８０００", "80 80"])
def test_what_is_no_port_is_named(port: str) -> None:
    answer = ask("127.0.0.1", port)
    assert answer.returncode == 1
    assert "不是端口号" in answer.stderr


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host"])
def test_an_address_of_another_machine_is_named(host: str) -> None:
    answer = ask(host, "8000")
    assert answer.returncode == 1
    assert host in answer.stderr


def test_make_run_asks_before_it_does_anything_else() -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        answer = subprocess.run(
            ["make", "run", "RESET=1", f"PORT={holder.getsockname()[1]}"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert answer.returncode != 0
    assert "已被占用" in answer.stderr
    assert "清空" not in answer.stdout
