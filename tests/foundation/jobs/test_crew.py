"""The threads of a process: they do the work, share nothing they should not, stop in time and hand on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import config
from app.foundation import access, clock, jobs
from app.foundation.database import db, transaction
from app.foundation.jobs import crew as crews
from app.foundation.jobs import embedding, leases, outbox, relaying
from app.foundation.jobs.crew import BEAT, CONSUME, RELAY, Crew
from app.foundation.jobs.models import Lease
from app.foundation.jobs.relaying import Pace
from tests.foundation.jobs.conftest import CHANGDE, WULING, Declare, Put, change, stand
from tests.services.afresh import read_afresh

Start = Callable[..., Crew]


@pytest.fixture
def start(app: Flask) -> Iterator[Start]:
    made: list[Crew] = []

    def begin(*roles: str, **settings: Any) -> Crew:
        made.append(Crew(app, roles or crews.ROLES, **settings).start())
        return made[-1]

    yield begin
    for one in made:
        if not one.stopping.is_set():
            one.stop()


def wait_for(done: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until
        time.sleep(0.05)
        read_afresh()


def held() -> dict[str, str]:
    read_afresh()
    rows = db.session.scalars(select(Lease), execution_options={"populate_existing": True})
    return {row.name: row.holder for row in rows if not row.name.startswith(leases.PROCESS)}


def test_jobs_are_done_by_the_threads(declare: Declare, put: Put, start: Start) -> None:
    declare(lambda work: None, queue="mail")
    start()
    made = [put(path=path) for path in (CHANGDE, WULING) * 20]
    wait_for(lambda: all(stand(job).state == "done" for job in made))
    assert {stand(job).attempts for job in made} == {1}


def test_one_office_does_not_hold_up_another(declare: Declare, put: Put, start: Start) -> None:
    """Six hundred slow mails of one office are under way when another puts its one."""
    ran: list[str] = []

    def slow(work: jobs.Work) -> None:
        time.sleep(0.02)
        ran.append(work.path)

    declare(slow, queue="mail")
    with transaction():
        for _ in range(600):
            jobs.put("tests.one", {}, path=CHANGDE)
    start(threads=2)
    wait_for(lambda: len(ran) > 20)
    before = len(ran)
    one = put(path=WULING)
    wait_for(lambda: stand(one).state == "done")
    assert ran.index(WULING) < before + 200, "it waited behind the others"
    assert len(ran) < 600


def test_stopping_gives_back_what_runs(declare: Declare, put: Put, start: Start) -> None:
    def long(work: jobs.Work) -> None:
        for step in range(10_000):
            work.progress(step)
            time.sleep(0.05)

    declare(long)
    job = put()
    running = start()
    wait_for(lambda: stand(job).done_count > 2)
    began = time.monotonic()
    assert running.stop()
    assert time.monotonic() - began < 8
    assert (stand(job).state, stand(job).attempts) == ("waiting", 0)
    assert held() == {}
    start()
    wait_for(lambda: stand(job).state == "running")


def test_one_relay_and_one_beat_and_others_take_over(start: Start, put: Put) -> None:
    first = start(RELAY, BEAT)
    wait_for(lambda: set(held()) == {"relay", "beat"})
    second = start(RELAY, BEAT)
    time.sleep(1.5)
    assert set(held().values()) == {first.holder}
    first.stop()
    wait_for(lambda: held() == {"relay": second.holder, "beat": second.holder})


def test_a_stopped_crew_is_not_woken(start: Start, put: Put) -> None:
    running = start(RELAY)
    assert len(outbox.PUT) == 1
    running.stop()
    assert outbox.PUT == []


def test_a_fault_does_not_end_the_threads(
    declare: Declare, put: Put, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = [1, 2]
    loads = relaying.handing.loads  # type: ignore[attr-defined]

    def sometimes() -> object:
        if faults:
            faults.pop()
            raise ConnectionError
        return loads()

    monkeypatch.setattr(crews, "AFTER_FAULT", 0.05)
    monkeypatch.setattr(relaying.handing, "loads", sometimes)  # type: ignore[attr-defined]
    declare(lambda work: None)
    start()
    job = put()
    wait_for(lambda: stand(job).state == "done")
    assert faults == []


def test_a_job_of_a_kind_nobody_knows_does_not_lie_in_a_queue_nobody_reads(
    declare: Declare, put: Put, start: Start
) -> None:
    declare(lambda work: None)
    job = put()
    change(job, kind="old.kind", queue="old")
    start()
    wait_for(lambda: stand(job).state == "dead")


def test_only_the_queues_asked_for(declare: Declare, put: Put, start: Start) -> None:
    declare(lambda work: None, queue="mail")
    declare(lambda work: None, "tests.two", queue="sms")
    mail, sms = put(), put("tests.two")
    start(queues=["sms"])
    wait_for(lambda: stand(sms).state == "done")
    assert stand(mail).state == "handed"


def test_the_web_process_embeds_all_three_in_memory_only(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    class Worker:
        wsgi = app

    monkeypatch.setitem(app.config, "CELERY_BROKER_URL", "redis://127.0.0.1:1/0")
    assert embedding.start(app) is None
    monkeypatch.setitem(app.config, "CELERY_BROKER_URL", "memory://localhost/")
    monkeypatch.setitem(app.config, "JOBS_THREADS", False)
    assert embedding.start(app) is None
    monkeypatch.setitem(app.config, "JOBS_THREADS", True)
    embedding.post_worker_init(Worker)
    running: Crew = app.extensions[embedding._KEY]
    assert running.roles == {RELAY, BEAT, CONSUME}
    embedding.worker_exit(None, Worker)
    assert running.stopping.is_set()
    assert embedding._KEY not in app.extensions
    embedding.stop(app)


def test_making_an_application_starts_no_thread() -> None:
    import threading

    assert [one.name for one in threading.enumerate() if one.name.startswith("jobs-")] == []


@pytest.mark.parametrize(
    ("given", "broker"),
    [
        ({}, "memory://localhost/"),
        ({"CELERY_BROKER_URL": "amqp://h/"}, "amqp://h/"),
        ({"CELERY_BROKER_URL": ""}, "memory://localhost/"),
    ],
)
def test_the_broker_from_the_environment(given: dict[str, str], broker: str, tmp_path: Any) -> None:
    assert config.load({**given, "BIANBAN_INSTANCE": str(tmp_path)})["CELERY_BROKER_URL"] == broker


def test_the_window_follows_the_pace() -> None:
    pace = Pace()
    assert pace.window(0, 1.0) == relaying.LEAST
    pace.sent = 8
    for step in range(1, 60):  # whatever is sent is done within a twentieth of a second
        window = pace.window(0, 1.0 + step * 0.05)
        pace.sent = min(window, 25)
    assert 400 <= window <= 500, "500 a second are done"
    pace.sent = window
    for step in range(60, 200):  # nothing is done any more
        window = pace.window(pace.sent, 1.0 + step * 0.05)
    assert window == relaying.LEAST


def test_the_commands(app: Flask, declare: Declare, put: Put) -> None:
    fail = [True]

    def run(work: jobs.Work) -> None:
        if fail:
            raise jobs.GiveUp("网关拒收")

    declare(run)
    first, second = put(path=WULING), put()
    waiting = put(not_before=clock.wall().replace(year=2099))

    def flask(*arguments: str) -> tuple[int, str]:
        result = app.test_cli_runner().invoke(args=["jobs", *arguments])
        return result.exit_code, result.output

    assert flask("run-due", "--limit", "1") == (0, "1 项任务已执行。\n")
    assert flask("run-due") == (0, "1 项任务已执行。\n")
    code, said = flask("list")
    assert code == 0
    assert "waiting\t1\t0 s" in said and "dead\t2" in said
    assert f"#{first.id}\ttests.one\t{WULING}\t1\t网关拒收" in said
    assert flask("retry")[0] == 2
    assert flask("retry", "999")[0] == 2
    assert flask("retry", str(waiting.id))[0] == 2
    assert stand(waiting).state == "waiting"
    assert flask("retry", str(first.id)) == (0, "1 项任务重新等待执行。\n")
    assert (stand(first).state, stand(second).state) == ("waiting", "dead")
    assert flask("retry", "--all") == (0, "1 项任务重新等待执行。\n")
    fail.clear()
    flask("run-due")
    assert [stand(job).state for job in (first, second)] == ["done", "done"]
    with access.acting_as(access.system("tests", over="0.")):
        assert flask("relay")[0] == 2, "in memory there is nothing to hand over to"


def test_slow_jobs_fill_every_thread(declare: Declare, put: Put, start: Start) -> None:
    """What runs does not count against what may lie ready, however slow it is."""
    running: list[int] = []

    def slow(work: jobs.Work) -> None:
        running.append(work.id)
        time.sleep(3)

    declare(slow)
    with transaction():
        for _ in range(30):
            jobs.put("tests.one", {}, path=CHANGDE)
    start(threads=12)
    wait_for(lambda: len(running) >= 12, seconds=10)
