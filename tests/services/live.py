"""The application answering real requests: in this process for quick tests, by gunicorn for the journeys."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from werkzeug.serving import make_server

from tests.services import needs
from tests.services.instance import Templates, fill

ROOT = Path(__file__).resolve().parents[2]
Serve = Callable[..., str]


@pytest.fixture
def live_server(app: Flask) -> Iterator[str]:
    """Base URL of the test's own ``app`` on a free port, eight requests at a time and more."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()


@pytest.fixture
def serve(templates: Templates, tmp_path: Path) -> Iterator[Serve]:
    """Starts the server that `make run` starts (gunicorn, one worker, eight threads) on a copy of a seed."""
    running: list[Server] = []

    def start(seed: str = "demo", **environment: str) -> str:
        folder = tmp_path / f"served-{len(running)}"
        fill(folder, templates.folder(seed))
        server = Server(folder, tmp_path / f"served-{len(running)}.log", environment)
        running.append(server)
        server.start()
        return server.base

    yield start
    for server in running:
        server.stop()


class Server:
    """The server over an instance folder: ended and started again at the same address as often as wanted."""

    def __init__(self, folder: Path, log: Path, environment: dict[str, str]) -> None:
        self.folder, self.log = folder, log
        self.port = needs.free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, ROOT / ".ci" / "serve.py", "--no-prepare"],
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=needs.end_with_parent,
                env={
                    **os.environ,
                    "BIANBAN_INSTANCE": str(self.folder),
                    "BIANBAN_PUBLIC_URL": self.base,
                    "HOST": "127.0.0.1",
                    "PORT": str(self.port),
                    **self._environment,
                },
            )
        _await(self.base, self._process, self.log)

    def kill(self) -> None:
        """As if the machine lost its power: master and workers are gone at once."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(timeout=20)
        self._process = None

    def stop(self) -> None:
        """End it as an operator does."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=20)
            self._process = None


def _await(base: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{base}/healthz", timeout=5):
                return
        except urllib.error.HTTPError as answer:
            raise RuntimeError(f"not healthy: {answer.read().decode()}") from answer
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{log.read_text(errors='replace')}")
