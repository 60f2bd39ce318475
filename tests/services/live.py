"""The application answering real requests: in this process for quick tests, by gunicorn for the journeys."""

from __future__ import annotations

import os
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
    running: list[subprocess.Popen[bytes]] = []

    def start(seed: str = "demo", **environment: str) -> str:
        folder = tmp_path / f"served-{len(running)}"
        fill(folder, templates.folder(seed))
        port = needs.free_port()
        base = f"http://127.0.0.1:{port}"
        with (tmp_path / f"served-{len(running)}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, ROOT / ".ci" / "serve.py", "--no-prepare"],
                cwd=ROOT,
                stdout=log,
                stderr=log,
                preexec_fn=needs.end_with_parent,
                env={
                    **os.environ,
                    "BIANBAN_INSTANCE": str(folder),
                    "BIANBAN_PUBLIC_URL": base,
                    "HOST": "127.0.0.1",
                    "PORT": str(port),
                    **environment,
                },
            )
        running.append(process)
        _await(base, process, Path(log.name))
        return base

    yield start
    for process in running:
        process.terminate()
        process.wait(timeout=20)


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
