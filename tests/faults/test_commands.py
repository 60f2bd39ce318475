"""The programs an operator starts: they do the work, and end when they are told to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app import create_app
from app.foundation import access, clock, jobs
from app.foundation.database import db, transaction
from app.foundation.jobs import sweeping
from app.foundation.jobs.models import Job, Lease
from tests.services import needs
from tests.services.afresh import read_afresh
from tests.services.instance import Templates, close, fill, settings_for

ROOT = Path(__file__).resolve().parents[2]
PUT = 10


@pytest.fixture
def folder(tmp_path: Path, templates: Templates) -> Path:
    fill(tmp_path / "instance", templates.folder("tenants"))
    return tmp_path / "instance"


@pytest.fixture
def app(folder: Path) -> Iterator[Flask]:
    app = create_app(settings_for(folder))
    with app.app_context():
        yield app
        db.session.remove()
    close(app)


def start(folder: Path, *command: object) -> subprocess.Popen[bytes]:
    with (folder.parent / "log").open("ab") as log:
        return subprocess.Popen(
            [str(word) for word in command],
            cwd=ROOT,
            stdout=log,
            stderr=log,
            preexec_fn=needs.end_with_parent,
            env={**os.environ, "BIANBAN_INSTANCE": str(folder), "FLASK_APP": "wsgi:app"},
        )


def put_some() -> None:
    with transaction():
        for number in range(PUT):
            jobs.put(sweeping.NAME, {}, path="0.", key=f"{time.monotonic()}-{number}")


def states() -> list[str]:
    read_afresh()
    with access.acting_as(access.system("tests", over="0.")):
        return list(db.session.scalars(select(Job.state).where(Job.kind == sweeping.NAME)))


def all_done(process: subprocess.Popen[bytes], folder: Path) -> None:
    until = time.monotonic() + 90
    while set(states()) != {"done"}:
        assert time.monotonic() < until and process.poll() is None, (folder.parent / "log").read_text()
        time.sleep(0.1)


def leases() -> list[str]:
    read_afresh()
    return list(db.session.scalars(select(Lease.name).where(Lease.until > clock.wall() + timedelta(0))))


def test_flask_jobs_worker_does_the_work_and_ends(app: Flask, folder: Path) -> None:
    put_some()
    process = start(folder, sys.executable, "-m", "flask", "jobs", "worker")
    try:
        all_done(process, folder)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=40) == 0
    finally:
        process.kill()
        process.wait()
    assert leases() == [], "given back when it ended"


def test_gunicorn_workers_do_the_work_and_one_that_is_killed_is_replaced(app: Flask, folder: Path) -> None:
    """As README says it is served, with two workers, and the hooks that README names."""
    process = start(
        folder, sys.executable, "-m", "gunicorn", "--config", "python:app.foundation.jobs.embedding",
        "--worker-class", "gthread", "--threads", "2", "--workers", "2",
        "--bind", f"127.0.0.1:{needs.free_port()}", "--no-control-socket", "wsgi:app",
    )  # fmt: skip
    try:
        put_some()
        all_done(process, folder)
        holder = db.session.scalar(select(Lease.holder).where(Lease.name == "relay"))
        assert holder is not None
        os.kill(int(holder.split(":")[1]), signal.SIGKILL)
        put_some()
        all_done(process, folder)
        read_afresh()
        assert db.session.scalar(select(Lease.holder).where(Lease.name == "relay")) != holder
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    finally:
        process.kill()
        process.wait()
