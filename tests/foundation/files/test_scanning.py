"""The virus scanner: off and said so, or every upload waits for its verdict."""

from __future__ import annotations

import dataclasses
import socket
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask

from app.foundation import files
from app.foundation.database import db, transaction
from app.foundation.files import StoredFile, scanning
from app.foundation.files.clamd import CHUNK, Clamd, ScannerUnreachable, Verdict
from app.foundation.files.scanning import Off, ScannerError
from app.foundation.tenancy.models import Site
from app.kernel.errors import Refusal
from tests.foundation.files.conftest import PDF, stored_paths
from tests.policies.world import World
from tests.services.clamd import MARK, THREAT, FakeClamd, serving

BAD = PDF + MARK


@pytest.fixture(params=["tcp", "unix"])
def clamd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FakeClamd]:
    with serving(tmp_path / "clamd.socket" if request.param == "unix" else None) as found:
        yield found


@pytest.fixture(autouse=True)
def off_again(app: Flask) -> Iterator[None]:
    yield
    scanning.use(app, Off())


@pytest.fixture
def watched(app: Flask, clamd: FakeClamd) -> FakeClamd:
    scanning.use(app, scanning.read(clamd.address))
    return clamd


@pytest.mark.parametrize(
    ("address", "scanner"),
    [
        ("", Off()),
        ("  ", Off()),
        ("unix:/run/clamav/clamd.ctl", Clamd(path="/run/clamav/clamd.ctl")),
        ("tcp://10.0.0.5:3310", Clamd(host="10.0.0.5", port=3310)),
    ],
)
def test_an_address_names_a_socket_or_a_port(address: str, scanner: object) -> None:
    assert scanning.read(address) == scanner


@pytest.mark.parametrize(
    "address", ["clamd", "tcp://host", "tcp://:3310", "http://h:1", "tcp://h:99999", "unix:relative"]
)
def test_any_other_address_stops_the_start(address: str) -> None:
    with pytest.raises(ScannerError, match="BIANBAN_CLAMD_ADDRESS"):
        scanning.read(address)


def test_it_says_what_it_finds(clamd: FakeClamd) -> None:
    scanner = scanning.read(clamd.address)
    large = b"%PDF-1.4" + b"x" * (3 * CHUNK)
    assert not scanner.off
    assert scanner.scan(BytesIO(large)) == Verdict(clean=True)
    assert clamd.asked == [large]
    assert scanner.scan(BytesIO(BAD)) == Verdict(clean=False, threat=THREAT)
    scanner.ping()


@pytest.mark.parametrize("mood", ["mute", "cross", "small"])
def test_no_verdict_is_no_pass(clamd: FakeClamd, mood: str) -> None:
    clamd.mood = mood
    with pytest.raises(ScannerUnreachable):
        scanning.read(clamd.address).scan(BytesIO(PDF * 5000))
    with pytest.raises(ScannerUnreachable):
        scanning.read(clamd.address).ping()


def test_one_that_takes_too_long_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        slow = Clamd(host="127.0.0.1", port=silent.getsockname()[1])
        with pytest.raises(ScannerUnreachable, match="timed out"):
            dataclasses.replace(slow, seconds=0.2).scan(BytesIO(PDF))


def _portal(world: World) -> Site:
    assert world.portal is not None
    return world.portal


@pytest.mark.usefixtures("as_system")
def test_an_infected_upload_leaves_nothing_behind(world: World, uploads: Path, watched: FakeClamd) -> None:
    with pytest.raises(Refusal) as refused, transaction():
        files.store(BytesIO(BAD), "证件.pdf", obj="survey", parent=_portal(world), kind="scan", field="scan")
    assert (refused.value.code, refused.value.field) == ("file-infected", "scan")
    assert THREAT in str(refused.value)
    assert stored_paths(uploads) == [] and db.session.query(StoredFile).count() == 0


@pytest.mark.usefixtures("as_system")
def test_a_clean_one_is_kept_whole(world: World, uploads: Path, watched: FakeClamd) -> None:
    with transaction():
        row = files.store(BytesIO(PDF), "证件.pdf", obj="survey", parent=_portal(world), kind="scan")
    assert watched.asked == [PDF]
    assert [path.read_bytes() for path in stored_paths(uploads)] == [PDF] and row.size == len(PDF)


@pytest.mark.usefixtures("as_system")
def test_what_is_too_large_or_of_no_kind_is_not_even_shown_to_it(
    app: Flask, world: World, watched: FakeClamd
) -> None:
    for content in (b"<html>", b"%PDF-" + b"x" * app.config["UPLOAD_LIMIT"]):
        with pytest.raises(Refusal), transaction():
            files.store(BytesIO(content), "a.pdf", obj="survey", parent=_portal(world), kind="scan")
    assert watched.asked == []


@pytest.mark.usefixtures("as_system")
def test_when_it_is_down_nothing_is_taken_in(app: Flask, world: World, uploads: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    scanning.use(app, Clamd(host="127.0.0.1", port=port))
    with pytest.raises(Refusal) as refused, transaction():
        files.store(BytesIO(PDF), "证件.pdf", obj="survey", parent=_portal(world), kind="scan")
    assert refused.value.code == "scanner-unreachable" and "稍后再试" in str(refused.value)
    assert stored_paths(uploads) == []


def test_the_operator_asks_whether_it_works(app: Flask, watched: FakeClamd) -> None:
    run = app.test_cli_runner().invoke
    said = run(args=["files", "scanner"])
    assert said.exit_code == 0 and THREAT in said.output
    watched.mood = "mute"
    assert run(args=["files", "scanner"]).exit_code == 1
    scanning.use(app, Off())
    said = run(args=["files", "scanner"])
    assert said.exit_code == 0 and "没有启用" in said.output


def test_health_says_whether_there_is_one(app: Flask, watched: FakeClamd) -> None:
    assert app.test_client().get("/healthz").get_json()["scanner"] == "on"
    scanning.use(app, Off())
    assert app.test_client().get("/healthz").get_json()["scanner"] == "off"
