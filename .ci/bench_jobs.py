"""Jobs a second: ours beside bare Celery doing the same nothing on the same broker, by turns inside one run.

Each side is given so many jobs and timed until the last is done, putting or sending them included. Ours are rows of
the outbox, written as a person's act would write them, marked done one by one; bare Celery's are messages and no more.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import redis  # noqa: E402  (the repository is not installed: its root is put on the path first)
from benching import Verdict, say  # noqa: E402
from celery import Celery  # noqa: E402
from celery.app.trace import setup_worker_optimizations  # noqa: E402
from celery.worker import WorkController  # noqa: E402
from flask import Flask  # noqa: E402
from sqlalchemy import select  # noqa: E402

from app import create_app  # noqa: E402
from app.foundation import access, jobs  # noqa: E402
from app.foundation.database import db, transaction  # noqa: E402
from app.foundation.jobs.crew import BEAT, CONSUME, RELAY, ROLES, Crew  # noqa: E402
from app.foundation.jobs.models import OPEN, Job  # noqa: E402
from app.foundation.tenancy.models import Office  # noqa: E402
from tests.services.postgres import PostgresServer, binaries  # noqa: E402
from tests.services.redis import RedisServer  # noqa: E402

MEMORY = "memory://localhost/"
COUNT, WARM_UP, ROUNDS, THREADS, WORKERS = 1500, 200, 5, 4, 2
RATIO = 0.5
POLL = 0.02  # seconds between looks whether all is done
TOGETHER = 100  # jobs put in one transaction
KIND = "bench.nothing"


# -- the two sides, each in processes of its own -------------------------------------------------------------


def bare(broker: str, role: str) -> None:
    """Celery as it comes, with a task that does nothing."""
    app = Celery("bare", broker=broker)
    app.conf.update(
        task_ignore_result=True, worker_enable_remote_control=False, worker_hijack_root_logger=False
    )
    if broker == MEMORY:
        app.conf.broker_transport_options = {"polling_interval": 0.02}
    done = [0]
    lock = threading.Lock()

    @app.task(name="nothing")
    def nothing(_number: int) -> None:
        with lock:
            done[0] += 1

    if role == "work" or broker == MEMORY:
        setup_worker_optimizations(app)
        worker = WorkController(
            app=app, pool_cls="threads", concurrency=THREADS, without_gossip=True, without_mingle=True,
            without_heartbeat=True,
        )  # fmt: skip
        if role == "work":
            return worker.start()
        threading.Thread(target=worker.start, daemon=True).start()
    client = redis.Redis.from_url(broker) if broker != MEMORY else None

    def task(count: int) -> None:
        before = done[0]
        for number in range(count):
            nothing.apply_async((number,))
        while client.llen("celery") or client.hlen("unacked") if client else done[0] < before + count:
            time.sleep(POLL)

    answer(task)


def ours(broker: str, role: str, url: str) -> None:
    """The platform without plugins, with a kind of job that does nothing."""
    app = create_app({"PLUGINS": (), "SQLALCHEMY_DATABASE_URI": url, "CELERY_BROKER_URL": broker})
    jobs.declare(app, jobs.Kind(KIND, KIND, lambda work: None))
    if role != "serve":
        roles = {"work": (CONSUME,), "relay": (RELAY, BEAT)}[role]
        Crew(app, roles, threads=THREADS).start()
        while True:
            time.sleep(1)
    if broker == MEMORY:
        Crew(app, ROLES, threads=THREADS).start()
    answer(lambda count: put_and_wait(app, count))


def put_and_wait(app: Flask, count: int) -> None:
    """Put so many jobs, and wait until none is open."""
    with app.app_context():
        for start in range(0, count, TOGETHER):
            with transaction():
                for number in range(start, min(start + TOGETHER, count)):
                    jobs.put(KIND, {"number": number}, path="0.")
        with access.acting_as(access.system("bench", over="0.")):
            while db.session.scalar(select(Job.id).where(Job.state.in_(OPEN)).limit(1)) is not None:
                db.session.rollback()
                time.sleep(POLL)


def answer(task: Callable[[int], None]) -> None:
    """Do as many as each line of the input says, and answer with the seconds it took."""
    for line in sys.stdin:
        began = time.perf_counter()
        task(int(line))
        sys.stdout.write(f"{time.perf_counter() - began}\n")
        sys.stdout.flush()


# -- the comparison ------------------------------------------------------------------------------------------


class Side:
    """The processes of one side."""

    def __init__(self, *arguments: str) -> None:
        self._command = [sys.executable, str(Path(__file__)), *arguments]
        self._helpers: list[subprocess.Popen[str]] = []
        self._driver: subprocess.Popen[str] = subprocess.Popen(
            [*self._command, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def with_(self, *roles: str) -> Side:
        """The same with further processes."""
        self._helpers += [subprocess.Popen([*self._command, role], text=True) for role in roles]
        return self

    def seconds(self, count: int) -> float:
        """How long it takes over so many jobs."""
        given, said = self._driver.stdin, self._driver.stdout
        if given is None or said is None:
            raise RuntimeError("the driver is not connected")
        given.write(f"{count}\n")
        given.flush()
        return float(said.readline())

    def end(self) -> None:
        """End its processes, none of which has anything to keep."""
        for process in (*self._helpers, self._driver):
            process.kill()
            process.wait()


def prepare(url: str) -> str:
    """Tables and an office in an empty database."""
    app = create_app({"PLUGINS": (), "SQLALCHEMY_DATABASE_URI": url})
    with app.app_context():
        db.create_all()
        with access.acting_as(access.system("bench", over="0.")), transaction() as session:
            session.add(Office(code="0", path="0.", name="0", short_name="0", kind="office", level="central"))
        db.session.remove()
        db.engine.dispose()
    return url


@contextmanager
def postgres() -> Iterator[str]:
    """An empty database on a PostgreSQL server of its own; empty text where none is installed."""
    found = binaries()
    if found is None:
        yield ""
        return
    folder = Path(tempfile.mkdtemp(prefix="bianban-pg-"))
    server = PostgresServer(found, folder)
    try:
        server.start()
        yield server.url(server.create())
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def compare(name: str, theirs: Side, mine: Side, verdict: Verdict, count: int) -> None:
    """By turns, the best of some rounds: what else the machine does can only take time away."""
    taken: dict[str, list[float]] = {"bare": [], "ours": []}
    try:
        for side in (theirs, mine):
            side.seconds(WARM_UP)
        for _ in range(ROUNDS):
            taken["bare"].append(theirs.seconds(count))
            taken["ours"].append(mine.seconds(count))
    finally:
        theirs.end()
        mine.end()
    rates = {side: count / min(times) for side, times in taken.items()}
    say(f"jobs.{name}.bare_celery", rates["bare"], "jobs/s")
    say(f"jobs.{name}.ours", rates["ours"], "jobs/s")
    verdict.at_least(f"jobs.{name}.over_bare_celery", rates["ours"] / rates["bare"], RATIO)


def run(verdict: Verdict, count: int = COUNT) -> None:
    """In the web process's memory, and on Redis with two workers: on SQLite and on PostgreSQL."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = prepare(f"sqlite:///{folder / 'jobs.sqlite3'}")
        compare("in_process", Side("bare", MEMORY), Side("ours", MEMORY, url), verdict, count)
        program, postgresql = shutil.which("redis-server"), stack.enter_context(postgres())
        if program is None:
            say("jobs.redis_two_workers.skipped_for_want_of_a_server", 1, "count")
            return
        server = RedisServer(program, folder)
        server.start()
        stack.callback(server.stop)
        for name, where in (("redis_two_workers", url), ("redis_two_workers_postgresql", postgresql)):
            if where:
                on_redis(name, server.url, where, verdict, count)


def on_redis(name: str, broker: str, url: str, verdict: Verdict, count: int) -> None:
    """Two workers each, and our relay besides."""
    workers = ("work",) * WORKERS
    theirs = Side("bare", broker).with_(*workers)
    mine = Side("ours", broker, prepare(url) if url.startswith("postgresql") else url).with_(
        "relay", *workers
    )
    compare(name, theirs, mine, verdict, count)


def main() -> None:
    """A process of one side; without arguments the comparison alone."""
    if len(sys.argv) == 1:
        verdict = Verdict()
        with tempfile.TemporaryDirectory() as folder:
            os.environ["BIANBAN_INSTANCE"] = folder
            run(verdict)
        sys.exit("missed: " + "; ".join(verdict.missed) if verdict.missed else 0)
    side, broker, *rest, role = sys.argv[1:]
    if side == "bare":
        bare(broker, role)
    else:
        ours(broker, role, *rest)


if __name__ == "__main__":
    main()
