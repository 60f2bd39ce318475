"""A Redis server of the session's own, in memory only."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.services import needs


class RedisServer:
    """A running server that keeps nothing when it stops."""

    def __init__(self, program: str, folder: Path) -> None:
        self.port = needs.free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._program = program
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._process = subprocess.Popen(
            [
                self._program,
                "--port",
                str(self.port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
            ],
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            preexec_fn=needs.end_with_parent,
        )
        _await(self._process, self.port)

    def stop(self) -> None:
        """Stop it; what was in it is gone."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=15)
            self._process = None


def program() -> str:
    """The server's program; skips, saying so, where none is installed."""
    found = shutil.which("redis-server")
    if found is None:
        needs.missing("Redis", "redis-server")
    return found


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """URL of the session's Redis server."""
    with tempfile.TemporaryDirectory(prefix="bianban-redis-") as folder:
        server = RedisServer(program(), Path(folder))
        try:
            server.start()
            yield server.url
        finally:
            server.stop()


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
