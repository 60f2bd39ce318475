"""A Redis server of the session's own, in memory only."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator

import pytest
import redis

from tests.services import needs


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """URL of the session's Redis server; skips, saying so, where none is installed."""
    program = shutil.which("redis-server")
    if program is None:
        needs.missing("Redis", "redis-server")
    port = needs.free_port()
    with tempfile.TemporaryDirectory(prefix="bianban-redis-") as folder:
        process = subprocess.Popen(
            [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            preexec_fn=needs.end_with_parent,
        )
        try:
            _await(process, port)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()
            process.wait(timeout=15)


def _await(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + 15
    while time.monotonic() < until and process.poll() is None:
        try:
            with redis.Redis(port=port) as client:
                client.ping()
            return
        except redis.ConnectionError:
            time.sleep(0.05)
    raise RuntimeError(f"redis-server did not start (exit code {process.poll()})")


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """URL of an emptied Redis database for one test."""
    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server
