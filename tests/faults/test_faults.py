"""Kill, cut off, fill up, double and confuse: every job is done, those of which once matters exactly once.

``KILLS`` (default 20, `make faults` 240) is shared by the two deployments; ``SEED`` repeats a run.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.services import needs
from tests.services.postgres import PostgresServer
from tests.services.redis import RedisServer, program

ROOT = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("KILLS", "20"))
SEED = int(os.environ.get("SEED", "1"))
pytestmark = pytest.mark.timeout(1800)

Report = dict[str, Any]


class Deployment:
    """A nursery at work, and its report."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._log = (folder / "log").open("w+b")
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.faults.nursery",
                "--folder",
                str(folder),
                "--seed",
                str(SEED),
                *arguments,
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=self._log,
            preexec_fn=needs.end_with_parent,
            env={**os.environ, "BIANBAN_INSTANCE": str(folder)},
        )

    def log(self) -> str:
        """What the processes said."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")[-4000:]

    def await_(self, word: str) -> None:
        """Until the nursery has made a file of that name."""
        until = time.monotonic() + 90
        while not (self.folder / word).exists():
            assert time.monotonic() < until and self._process.poll() is None, self.log()
            time.sleep(0.05)

    def finish(self) -> Report:
        """Let it end its work; what it counted."""
        (self.folder / "finish").touch()
        return self.report()

    def report(self) -> Report:
        """What it counted in the end."""
        answer, _ = self._process.communicate(timeout=1500)
        assert self._process.returncode == 0, self.log()
        found: Report = json.loads(answer)
        return found

    def stop(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.wait(timeout=20)
        self._log.close()


Deploy = Callable[..., Deployment]


@pytest.fixture
def deploy(tmp_path: Path) -> Iterator[Deploy]:
    made: list[Deployment] = []

    def start(*arguments: str, folder: Path | None = None) -> Deployment:
        made.append(Deployment(folder or tmp_path / f"deployment-{len(made)}", *arguments))
        return made[-1]

    yield start
    for one in made:
        one.stop()


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """A Redis server that this test may stop."""
    with tempfile.TemporaryDirectory(prefix="bianban-redis-") as folder:
        server = RedisServer(program(), Path(folder))
        server.start()
        yield server
        server.stop()


def apart(url: str, broker: str) -> tuple[str, ...]:
    """Web, relay, beat and workers in processes of their own."""
    return ("--url", url, "--broker", broker)


def say(name: str, report: Report) -> None:
    """The figures, for whoever reads the run (`make faults`)."""
    with_kills = f" after {report['kills']} kills" if report["kills"] else ""
    sys.stdout.write(
        f"\n{name}{with_kills}: jobs created {report['created']}, done {report['done']}, lost {report['lost']}, "
        f"done twice where once matters {report['twice']}; mails left again {report['mails_repeated']}; "
        f"the rest took {report['seconds']} s\n"
    )


def judge(name: str, report: Report, *, least: int = 20) -> None:
    """Whatever happened: all done, none lost, none invented, none twice where once matters."""
    say(name, report)
    assert report["drained"], report
    assert report["created"] >= least, report
    assert report["done"] == report["created"], report
    assert (report["lost"], report["orphans"], report["dead"], report["twice"]) == (0, 0, 0, 0), report


def test_killed_at_every_step_all_in_the_web_process(deploy: Deploy) -> None:
    report = deploy("--kills", str(KILLS // 2)).report()
    judge("SQLite, in the web processes", report)
    assert report["kills"] >= KILLS // 2
    assert report["beat"] > 0


@pytest.mark.postgres
@pytest.mark.redis
def test_killed_at_every_step_each_in_its_own_process(
    deploy: Deploy, postgres_url: str, redis_url: str
) -> None:
    report = deploy("--kills", str(KILLS - KILLS // 2), *apart(postgres_url, redis_url)).report()
    judge("PostgreSQL and Redis, processes apart", report)
    assert report["kills"] >= KILLS - KILLS // 2
    assert {name.partition(":")[0] for name in report["died"]} <= {"web", "relay", "beat", "worker"}
    assert KILLS < 40 or len({name.partition(":")[0] for name in report["died"]}) == 4


def test_redis_stopped_and_started(deploy: Deploy, postgres_url: str, own_redis: RedisServer) -> None:
    running = deploy("--steady", *apart(postgres_url, own_redis.url))
    running.await_("ready")
    for _ in range(2):
        time.sleep(2)
        own_redis.stop()
        time.sleep(2)
        own_redis.start()
    time.sleep(1)
    judge("Redis stopped and started twice", running.finish())


def test_postgresql_restarted(deploy: Deploy, redis_url: str) -> None:
    from tests.services import postgres as servers

    found = servers.binaries()
    if found is None:
        needs.missing("PostgreSQL", "postgresql")
    folder = Path(tempfile.mkdtemp(prefix="bianban-pg-"))
    server = PostgresServer(found, folder)
    try:
        server.start()
        running = deploy("--steady", *apart(server.url(server.create()), redis_url))
        running.await_("ready")
        for _ in range(2):
            time.sleep(2)
            server.restart()
        time.sleep(1)
        judge("PostgreSQL restarted twice", running.finish())
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path | None]:
    """A file system of a few megabytes; None where none can be mounted."""
    mounted = tmp_path / "small"
    mounted.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", mounted], capture_output=True, check=False
    )
    yield mounted if made.returncode == 0 else None
    if made.returncode == 0:
        subprocess.run(["umount", "--lazy", mounted], check=True)


def fill_up(disk: Path) -> Path:
    """A file that leaves no room."""
    ballast = disk / "ballast"
    handle = os.open(ballast, os.O_WRONLY | os.O_CREAT)
    try:
        for size in (1 << 20, 1 << 12):
            with pytest.raises(OSError, match="No space"):
                while True:
                    os.write(handle, b"\0" * size)
    finally:
        os.close(handle)
    return ballast


def test_the_disk_is_full_for_a_while(deploy: Deploy, small_disk: Path | None, tmp_path: Path) -> None:
    """By a quota of the database, and where a small file system can be mounted truly."""
    where = small_disk or tmp_path
    running = deploy("--steady", "--quota", "--url", f"sqlite:///{where / 'faults.sqlite3'}")
    running.await_("ready")
    time.sleep(2)
    full = running.folder / "full"
    full.touch()
    time.sleep(3)
    full.unlink()
    time.sleep(1)
    if small_disk is not None:
        ballast = fill_up(small_disk)
        time.sleep(3)
        ballast.unlink()
        time.sleep(1)
    report = running.finish()
    assert "OperationalError" in running.log(), "the disk never was full"
    judge("SQLite on a full disk", report)


@pytest.mark.postgres
@pytest.mark.redis
def test_two_relays_at_once(deploy: Deploy, postgres_url: str, redis_url: str) -> None:
    running = deploy("--steady", "--relays", "2", *apart(postgres_url, redis_url))
    running.await_("ready")
    time.sleep(5)
    judge("two relays at once", running.finish())


@pytest.mark.postgres
@pytest.mark.redis
def test_every_message_delivered_three_times(deploy: Deploy, postgres_url: str, redis_url: str) -> None:
    running = deploy("--steady", "--deliver", "3", *apart(postgres_url, redis_url))
    running.await_("ready")
    time.sleep(5)
    report = running.finish()
    judge("every message delivered three times", report)
    assert report["mails_repeated"] == 0, "nobody died: not even a mail leaves twice"


def test_the_clock_set_back_and_forward(deploy: Deploy) -> None:
    running = deploy("--steady", "--offset")
    running.await_("ready")
    for seconds in (0, -3600, -7200, 3600, 0):
        (running.folder / "offset").write_text(str(seconds), "ascii")
        time.sleep(2)
    report = running.finish()
    judge("the clock set back by hours and forward again", report)
    assert report["seconds"] < 30, "nobody waits for the clock to come round again"
