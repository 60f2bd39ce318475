"""The file a job leaves for whoever waits: under a random name in the instance folder, for a set number of days."""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path

from flask import current_app

FOLDER = "results"
ORPHAN_SECONDS = 24 * 3600


def folder() -> Path:
    """Where result files lie."""
    return Path(current_app.config["INSTANCE_DIR"]) / FOLDER


def locate(stored_name: str) -> Path:
    """The path of a stored file."""
    return folder() / stored_name[:2] / stored_name


def write(data: bytes) -> str:
    """Store the bytes, readable by this account only, on the disk before it returns; the stored name."""
    name = secrets.token_hex(24)
    path = locate(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            target.write(data)
            target.flush()
            os.fsync(target.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return name


def remove(stored_name: str) -> None:
    """Delete a stored file if it is there."""
    locate(stored_name).unlink(missing_ok=True)


def sweep(kept: set[str]) -> int:
    """Delete files that no job names: a process died between the file and the row, or an attempt was repeated.

    Young ones stay: their row may be about to be written.
    """
    gone = 0
    before = time.time() - ORPHAN_SECONDS
    for path in folder().glob("??/*"):
        if path.name not in kept and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            gone += 1
    return gone
