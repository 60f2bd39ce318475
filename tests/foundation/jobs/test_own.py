"""People find, cancel and fetch their own; those entitled try dead letters again; nobody else does either."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.foundation import access, clock, jobs
from app.foundation.audit.models import AuditEntry
from app.foundation.database import db, transaction
from app.foundation.jobs import results, sweeping
from app.foundation.jobs.models import Job
from app.kernel.errors import AccessDenied, NotSeen, WrongState
from tests.foundation.jobs.conftest import CHANGDE, DINGCHENG, WULING, Declare, Put, change, stand
from tests.policies.world import World


@pytest.fixture
def database_kind(both: str) -> str:
    return both


@pytest.fixture
def clerk(world: World) -> access.Actor:
    return world.actor(("clerk", WULING))


@pytest.fixture
def other(world: World) -> access.Actor:
    return world.actor(("clerk", DINGCHENG))


def verbs() -> list[tuple[str, str]]:
    with access.acting_as(access.system("tests", over="0.")):
        query = select(AuditEntry).where(AuditEntry.obj == "job").order_by(AuditEntry.seq)
        return [(row.verb, row.person) for row in db.session.scalars(query)]


def test_ones_own_jobs_and_no_others(
    declare: Declare, put: Put, clerk: access.Actor, other: access.Actor
) -> None:
    declare(lambda work: None)
    first, second, foreign = (put(person_id=one.person_id) for one in (clerk, clerk, other))
    with access.acting_as(clerk):
        assert [job.id for job in jobs.mine(clerk.person_id or 0)] == [second.id, first.id]
        assert jobs.own(first.id).id == first.id
        for pk in (foreign.id, 10**9):
            with pytest.raises(NotSeen):
                jobs.own(pk)
    with pytest.raises(NotSeen):
        jobs.own(put().id)  # nobody acts, nobody waits


def test_cancelled_before_it_begins(app: Flask, declare: Declare, put: Put, clerk: access.Actor) -> None:
    ran: list[int] = []
    declare(lambda work: ran.append(work.id))
    job = put(person_id=clerk.person_id)
    with access.acting_as(clerk), transaction():
        jobs.cancel(jobs.own(job.id), actor=clerk)
    assert jobs.run_due(app) == 0
    assert ran == []
    assert stand(job).state == "cancelled"
    assert verbs() == [("job.cancelled", clerk.name)]
    with access.acting_as(clerk), pytest.raises(WrongState), transaction():
        jobs.cancel(jobs.own(job.id), actor=clerk)


def test_cancelled_while_it_runs(app: Flask, declare: Declare, put: Put, clerk: access.Actor) -> None:
    steps: list[int] = []

    def run(work: jobs.Work) -> None:
        for step in range(5):
            steps.append(step)
            if step == 2:
                with app.app_context(), access.acting_as(clerk), transaction():
                    jobs.cancel(jobs.own(work.id), actor=clerk)
            work.progress(step)

    declare(run)
    job = put(person_id=clerk.person_id)
    jobs.run_due(app)
    assert steps == [0, 1, 2]
    assert (stand(job).state, stand(job).done_count) == ("cancelled", 2)


def test_nobody_cancels_anothers(
    declare: Declare, put: Put, clerk: access.Actor, other: access.Actor
) -> None:
    declare(lambda work: None)
    job = put(person_id=clerk.person_id)
    for actor in (other, access.system("tests", over="0.")):
        with access.acting_as(actor), pytest.raises(NotSeen), transaction():
            jobs.cancel(job, actor=actor)
    assert stand(job).state == "waiting"


def test_a_dead_letter_is_tried_again_by_those_entitled(
    app: Flask, declare: Declare, put: Put, world: World
) -> None:
    fail = [True]

    def run(work: jobs.Work) -> None:
        if fail:
            raise jobs.GiveUp("网关拒收")

    declare(run)
    job = put(path=WULING)
    jobs.run_due(app)
    assert stand(job).state == "dead"
    for actor in (
        world.actor(("clerk", WULING)),
        world.actor(("admin", DINGCHENG)),
        world.actor(("head", CHANGDE)),
    ):
        with pytest.raises(AccessDenied), transaction():
            jobs.retry(job, actor=actor)
    admin = world.actor(("admin", CHANGDE))
    fail.clear()
    with access.acting_as(admin), transaction():
        jobs.retry(job, actor=admin)
    assert (stand(job).state, stand(job).attempts) == ("waiting", 0)
    assert verbs() == [("job.retried", admin.name)]
    jobs.run_due(app)
    assert stand(job).state == "done"
    with access.acting_as(admin), pytest.raises(WrongState), transaction():
        jobs.retry(job, actor=admin)


@pytest.fixture
def left(app: Flask, declare: Declare, put: Put, clerk: access.Actor) -> Job:
    """A job that has left a file for the clerk."""
    declare(lambda work: work.result("摸底汇总.xlsx", "application/x-test", b"content"))
    job = put(person_id=clerk.person_id)
    jobs.run_due(app)
    return stand(job)


def test_the_result_is_its_owners_alone(left: Job, clerk: access.Actor, other: access.Actor) -> None:
    with access.acting_as(clerk):
        job, path = jobs.result(left.id)
    assert (job.result_name, job.result_type) == ("摸底汇总.xlsx", "application/x-test")
    assert path.read_bytes() == b"content"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "摸底" not in path.name and len(path.name) == 48
    with access.acting_as(other), pytest.raises(NotSeen):
        jobs.result(left.id)


def test_a_result_past_its_time_is_gone(app: Flask, left: Job, clerk: access.Actor) -> None:
    assert left.result_until is not None
    assert timedelta(days=6.9) < left.result_until - clock.wall() <= timedelta(days=7)
    path = results.locate(left.result_file)
    change(left, result_until=clock.wall())
    with access.acting_as(clerk), pytest.raises(NotSeen):
        jobs.result(left.id)
    _sweep(app)
    assert not path.exists()
    assert (stand(left).result_file, stand(left).result_name) == ("", "摸底汇总.xlsx")


def _sweep(app: Flask) -> None:
    with transaction():
        jobs.put(sweeping.NAME, {}, path="0.")
    jobs.run_due(app)


def test_ended_jobs_are_cleared_away_after_their_time(app: Flask, declare: Declare, put: Put) -> None:
    declare(lambda work: None)
    kept = {"done": 30, "cancelled": 30, "dead": 180}
    old = [put() for _ in kept]
    young = [put() for _ in kept]
    waiting = put(not_before=clock.wall() + timedelta(days=1))
    for (state, days), past, recent in zip(kept.items(), old, young, strict=True):
        change(past, state=state, done_at=clock.wall() - timedelta(days=days, minutes=1))
        change(recent, state=state, done_at=clock.wall() - timedelta(days=days) + timedelta(minutes=1))
    _sweep(app)
    with access.acting_as(access.system("tests", over="0.")):
        left = set(db.session.scalars(select(Job.id).where(Job.kind == "tests.one")))
    assert left == {waiting.id, *(job.id for job in young)}


def test_files_that_no_job_names_are_cleared_away_when_they_are_old(app: Flask, left: Job) -> None:
    import os

    orphan, fresh = (results.locate(results.write(b"x")) for _ in range(2))
    os.utime(orphan, (0, 0))
    os.utime(results.locate(left.result_file), (0, 0))
    _sweep(app)
    assert not orphan.exists()
    assert fresh.exists()
    assert results.locate(left.result_file).exists()


def test_no_file_stays_when_the_row_is_not_written(
    app: Flask, declare: Declare, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(work: jobs.Work) -> None:
        change(stand(work.id), holder="somebody else")
        work.result("a.txt", "text/plain", b"a")

    declare(run)
    put()
    jobs.run_due(app)
    assert list(Path(results.folder()).rglob("*/*")) == []
    with access.acting_as(access.system("tests", over="0.")):
        assert db.session.scalar(select(func.count()).where(Job.result_file != "")) == 0
