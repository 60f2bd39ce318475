"""Lists at two sizes, on both databases, all three locks on: ratios of interleaved medians inside one run.

``BENCH_UNITS`` is the larger size (333334 units carry 100,000 applications); the smaller is a twentieth. At other
sizes than that the ratios are said and not judged.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bench_bare
import flask_migrate
from benching import Clock, Verdict, command, got, medians, say, signed_in, timed
from flask import Flask

from app import create_app
from app.foundation.database import db
from app.plugins.scale.readers import Reader, readers
from tests.services.postgres import PostgresServer, binaries

FULL, TWENTIETH, SEED = 333_334, 20, 1
API, PAGE = "/api/v1/applications/", "/applications/list/"
FULL_PAGES = 2 * 25
GROWTH, OVER_BARE = 1.3, 4.0
FACTS = {"county": "county_id", "city": "city_id", "province": "province_id", "central": ""}


@dataclass(frozen=True)
class Stand:
    """One database of one size with its application; ``bare_url`` is of a role that row-level security does not bind."""

    app: Flask
    bare_url: str
    clock: Clock


def _make(name: str, folder: Path, url: str, bare_url: str, units: int, clock: Clock) -> Stand:
    app = create_app(
        {
            "WTF_CSRF_ENABLED": False,
            "RATELIMIT_ENABLED": False,
            "INSTANCE_DIR": str(folder),
            "SQLALCHEMY_DATABASE_URI": url,
        }
    )
    with app.app_context():
        flask_migrate.upgrade()
    with timed(f"scale.{name}.generate_{units}_units"):
        command(app, "scale", "generate", "--units", str(units), "--seed", str(SEED))
    return Stand(app, bare_url, clock)


def _sqlite(folder: Path, units: int) -> Stand:
    folder.mkdir()
    url = f"sqlite:///{folder / 'bianban.sqlite3'}"
    return _make("sqlite", folder, url, url, units, time.process_time)


def _postgres(server: PostgresServer, folder: Path, units: int) -> Stand:
    folder.mkdir()
    name = server.create()
    return _make(
        "postgres", folder, server.url(name), server.url(name, owner=False), units, time.perf_counter
    )


@contextmanager
def _server() -> Iterator[PostgresServer | None]:
    found = binaries()
    if found is None:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="bianban-bench-"))
    server = PostgresServer(found, folder, shared_buffers="256MB")
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _readers(app: Flask) -> list[Reader]:
    with app.app_context():
        found = readers()
        db.session.remove()
    return found


def _grown(kind: str, small: Stand, large: Stand, password: str, verdict: Verdict, *, binding: bool) -> None:
    """Each person's list at both sizes, by turns."""
    for person in _readers(small.app):
        clients = {
            size: signed_in(stand.app, person.username, password)
            for size, stand in (("small", small), ("large", large))
        }
        full = all(got(one, API)().get_json()["count"] >= FULL_PAGES for one in clients.values())
        for what, address in (("page", PAGE), ("api", API)):
            times = medians({size: got(one, address) for size, one in clients.items()}, small.clock)
            name = f"list.{what}.growth.{kind}.{person.level}"
            verdict.at_most(name, times["large"] / times["small"], GROWTH, binding=binding and full)


def _over_bare(kind: str, large: Stand, password: str, verdict: Verdict, *, binding: bool) -> None:
    """Each person's API list beside the bare route that answers the same, by turns."""
    for person in _readers(large.app):
        ours = got(signed_in(large.app, person.username, password), API)
        body: dict[str, Any] = ours().get_json()
        words = {
            key: value for key, value in body.items() if key not in {"count", "count_more", "ids", "result"}
        }
        theirs = got(bench_bare.client(large.bare_url, FACTS[person.level], words), f"/{person.office_id}")
        if theirs().get_json() != body:
            raise SystemExit(f"the bare route answers something else for {person.username}")
        times = medians({"ours": ours, "bare": theirs}, large.clock)
        say(f"list.api.time.{kind}.{person.level}", times["ours"] * 1000, "ms")
        name = f"list.api.over_bare.{kind}.{person.level}"
        verdict.at_most(name, times["ours"] / times["bare"], OVER_BARE, binding=binding)


def run(verdict: Verdict, password: str) -> None:
    """Both databases; PostgreSQL where a server is installed."""
    units = int(os.environ.get("BENCH_UNITS", FULL))
    binding = units >= FULL
    with tempfile.TemporaryDirectory() as below, _server() as server:
        folder = Path(below)
        kinds: dict[str, tuple[Stand, Stand]] = {
            "sqlite": (_sqlite(folder / "s", units // TWENTIETH), _sqlite(folder / "l", units))
        }
        if server is not None:
            kinds["postgres"] = (
                _postgres(server, folder / "ps", units // TWENTIETH),
                _postgres(server, folder / "pl", units),
            )
        for kind, (small, large) in kinds.items():
            _grown(kind, small, large, password, verdict, binding=binding)
            _over_bare(kind, large, password, verdict, binding=binding)
        for stand in (stand for pair in kinds.values() for stand in pair):
            with stand.app.app_context():
                db.session.remove()
                db.engine.dispose()
