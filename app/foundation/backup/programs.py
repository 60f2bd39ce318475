"""PostgreSQL's own programs. The only place of the platform that starts a program: these two, never through a shell.

The password travels in the child's environment, never in its arguments, which every account of the machine may read.
"""

from __future__ import annotations

import os
import shutil
import subprocess  # two programs by name, below  # nosec B404
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from flask import current_app
from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import URL

from app.foundation.backup.errors import BackupRefused

PROGRAMS = ("pg_dump", "pg_restore")
DEBIAN = Path("/usr/lib/postgresql")
# Row-level security binds the owner too: this setting of our policies lets every row through, for this session.
EVERY_ROW = "-c bianban.all=on"
_KEPT = ("PATH", "HOME", "TMPDIR")


def find(name: str) -> Path:
    """Where a program lies: ``BIANBAN_PG_BIN``, Debian's newest, or on PATH.

    Raises:
        BackupRefused: nowhere.
    """
    if name not in PROGRAMS:
        raise ValueError(name)
    told = str(current_app.config.get("PG_BIN") or "")
    folders = [Path(told)] if told else sorted(DEBIAN.glob("*/bin"), key=_version, reverse=True)
    for folder in folders:
        if os.access(folder / name, os.X_OK):
            return folder / name
    on_path = None if told else shutil.which(name)
    if on_path is None:
        raise BackupRefused(
            f"没有找到 {name}：请安装 PostgreSQL 客户端（Debian：postgresql-client），或者用 BIANBAN_PG_BIN 指明它所在的目录。"
        )
    return Path(on_path)


def _version(folder: Path) -> float:
    try:
        return float(folder.parent.name)
    except ValueError:
        return 0.0


def connection_string(url: URL) -> str:
    """How to reach the database, without the password."""
    named = {**url.translate_connect_args(username="user", database="dbname"), **url.query}
    options = f"{named.pop('options', '')} {EVERY_ROW}".strip()
    named.pop("password", None)
    return make_conninfo(**{key: str(value) for key, value in named.items()}, options=options)


def environment(url: URL | None) -> dict[str, str]:
    """What the program gets to know: libpq's settings and the password, none of the platform's own keys."""
    found = {
        name: value for name, value in os.environ.items() if name in _KEPT or name.startswith(("PG", "SSL"))
    }
    found["LC_ALL"] = "C.UTF-8"
    if url is not None and url.password:
        found["PGPASSWORD"] = str(url.password)
    return found


@contextmanager
def _started(
    name: str, arguments: Sequence[str], url: URL | None, output: int, errors: IO[bytes]
) -> Iterator[subprocess.Popen[bytes]]:
    command = [str(find(name)), *arguments]
    if url is not None:
        command.append(f"--dbname={connection_string(url)}")
    process = subprocess.Popen(  # noqa: S603  # arguments of ours as a list, no shell  # nosec B603
        command, env=environment(url), stdin=subprocess.DEVNULL, stdout=output, stderr=errors
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def run(name: str, arguments: Sequence[str], url: URL, log: Path, tick: Callable[[], None]) -> None:
    """Run a program to its end; ``tick`` is called about twice a second meanwhile.

    Raises:
        BackupRefused: it failed; with what it said.
    """
    with log.open("wb") as errors, _started(name, arguments, url, subprocess.DEVNULL, errors) as process:
        while True:
            try:
                process.wait(timeout=0.5)
                break
            except subprocess.TimeoutExpired:
                tick()
    _ensure_well(name, process.returncode, log)


def lines(name: str, arguments: Sequence[str], log: Path) -> Iterator[bytes]:
    """What a program that needs no database prints, line by line.

    Raises:
        BackupRefused: it failed; with what it said.
    """
    with log.open("wb") as errors, _started(name, arguments, None, subprocess.PIPE, errors) as process:
        if process.stdout is not None:
            yield from process.stdout
        process.wait()
    _ensure_well(name, process.returncode, log)


def _ensure_well(name: str, code: int, log: Path) -> None:
    if code != 0:
        said = log.read_text("utf-8", errors="replace").strip().splitlines()
        raise BackupRefused(f"{name} 没有成功（{code}）：", *said[-8:])
