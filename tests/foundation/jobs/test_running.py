"""A job is done once where once matters, tried again where it failed, and acts as who it says."""

from __future__ import annotations

from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.foundation import access, clock, jobs
from app.foundation.database import db, transaction
from app.foundation.jobs import running
from app.foundation.jobs.kinds import Interrupted
from app.foundation.jobs.models import Job
from app.foundation.jobs.running import Runner
from app.foundation.tenancy.models import Contact, Person, Unit
from app.kernel.errors import Refusal
from tests.foundation.jobs.conftest import CHANGDE, WULING, Declare, Put, change, stand
from tests.policies.world import World
from tests.services.afresh import read_afresh


@pytest.fixture
def database_kind(both: str) -> str:
    return both


def contacts() -> int:
    read_afresh()
    return db.session.scalar(select(func.count()).select_from(Contact)) or 0


def leave_contact(office_id: int) -> None:
    with access.acting_as(
        access.system("tests", over=access.EVERYWHERE)
    ):  # contacts are the platform's to change
        db.session.add(Contact(office_id=office_id, topic="materials", section="科", phone="1"))
        db.session.flush()


def test_a_job_is_done_and_says_so(app: Flask, declare: Declare, put: Put) -> None:
    seen: list[tuple[object, ...]] = []
    declare(lambda work: seen.append((work.kind, dict(work.payload), work.attempt, work.path)))
    job = put(payload={"n": 3}, path=WULING)
    assert jobs.run_due(app) == 1
    assert seen == [("tests.one", {"n": 3}, 1, WULING)]
    row = stand(job)
    assert (row.state, row.attempts, row.error, row.lease_until) == ("done", 1, "", None)
    assert row.started_at is not None and row.done_at is not None and row.done_at >= row.started_at
    assert jobs.run_due(app) == 0


def test_inside_work_and_its_done_mark_are_one(app: Flask, declare: Declare, put: Put, world: World) -> None:
    """What the work wrote goes with the failed attempt, and stands once after the one that succeeds."""
    office = world.offices[CHANGDE].id

    def run(work: jobs.Work) -> None:
        leave_contact(office)
        if work.attempt == 1:
            raise jobs.Retry("先失败一次", delay=timedelta(0))

    declare(run, inside=True)
    job = put()
    assert jobs.run_due(app) == 2
    assert contacts() == 1
    assert (stand(job).state, stand(job).attempts) == ("done", 2)


def test_inside_work_that_was_taken_by_another_leaves_nothing(
    app: Flask, declare: Declare, put: Put, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lease ended between the taking and the work: the row says so, and the work is not begun."""
    office = world.offices[CHANGDE].id
    declare(lambda work: leave_contact(office), inside=True)
    job = put()
    taken = running.Runner._take

    def take(self: Runner, ids: list[int], states: tuple[str, ...]) -> object:
        claims = taken(self, ids, states)
        change(job, holder="somebody else", attempts=5)
        return claims

    monkeypatch.setattr(Runner, "_take", take)
    jobs.run_due(app, limit=1)
    assert contacts() == 0
    assert (stand(job).state, stand(job).holder, stand(job).attempts) == ("running", "somebody else", 5)


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("now", [{"holder": "somebody else"}, {"attempts": 2}, {"state": "waiting"}])
def test_only_the_newest_taking_says_how_it_ended(
    app: Flask, declare: Declare, put: Put, monkeypatch: pytest.MonkeyPatch, now: dict[str, Any], inside: bool
) -> None:
    """It was taken by another process, by this one again, or set free: each alone is enough."""
    declare(lambda work: None, inside=inside)
    job = put()
    taken = running.Runner._take

    def take(self: Runner, ids: list[int], states: tuple[str, ...]) -> object:
        claims = taken(self, ids, states)
        change(job, **now)
        return claims

    monkeypatch.setattr(Runner, "_take", take)
    jobs.run_due(app, limit=1)
    row = stand(job)
    assert row.state == now.get("state", "running")
    assert row.done_at is None


def test_a_message_that_comes_twice_does_nothing_more(app: Flask, declare: Declare, put: Put) -> None:
    ran: list[int] = []
    declare(lambda work: ran.append(work.id))
    job = put()
    change(job, state="handed")
    runner = Runner(app, "tests")
    assert (runner.work([job.id]), runner.work([job.id])) == (1, 0)
    assert ran == [job.id]


def test_failures_wait_longer_each_time_and_end_as_a_dead_letter(
    app: Flask, declare: Declare, put: Put
) -> None:
    def run(work: jobs.Work) -> None:
        raise ConnectionError("张三的邮箱没有应答")

    declare(run, attempts=3)
    job = put()
    waits = []
    for attempt in (1, 2):
        assert jobs.run_due(app) == 1
        row = stand(job)
        assert (row.state, row.attempts, row.holder) == ("waiting", attempt, "")
        waits.append((row.due_at - clock.wall()).total_seconds())
        change(job, due_at=clock.wall())
    assert 5 < waits[0] <= 15 < waits[1] + 8 <= 38
    assert jobs.run_due(app) == 1
    row = stand(job)
    assert (row.state, row.attempts) == ("dead", 3)
    assert row.done_at is not None
    assert row.error.startswith("ConnectionError (test_running.py:"), "the kind and place, not the words"
    assert "张三" not in row.error


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (jobs.GiveUp("收件地址已被确认无效"), "收件地址已被确认无效"),
        (Refusal("too-late", "已过期限"), "too-late: 已过期限"),
    ],
)
def test_what_is_no_use_trying_again_is_a_dead_letter_at_once(
    app: Flask, declare: Declare, put: Put, error: Exception, reason: str
) -> None:
    def run(work: jobs.Work) -> None:
        raise error

    declare(run)
    job = put()
    jobs.run_due(app)
    assert (stand(job).state, stand(job).error, stand(job).attempts) == ("dead", reason, 1)


def test_a_kind_nobody_knows_is_a_dead_letter(app: Flask, declare: Declare, put: Put) -> None:
    declare(lambda work: None)
    job = put()
    change(job, kind="old.kind")
    jobs.run_due(app)
    assert (stand(job).state, stand(job).error) == ("dead", running.NO_KIND)


def test_it_acts_over_its_own_path_only(app: Flask, declare: Declare, put: Put, world: World) -> None:
    seen: list[str] = []
    acting: list[tuple[str, str]] = []

    def run(work: jobs.Work) -> None:
        actor = access.current_actor()
        acting.append((actor.task, actor.over))
        seen.extend(db.session.scalars(select(Unit.name)))

    declare(run)
    put(path=WULING)
    jobs.run_due(app)
    assert acting == [("job:tests.one", WULING)]
    assert sorted(seen) == ["wuling", "wuling2"]


def test_on_behalf_it_acts_as_the_person_with_the_posts_of_that_day(
    app: Flask, declare: Declare, put: Put, world: World
) -> None:
    acting: list[access.Actor] = []
    declare(lambda work: acting.append(access.current_actor()), on_behalf=True)
    clerk = world.actor(("clerk", WULING))
    put(person_id=clerk.person_id)
    jobs.run_due(app)
    assert [(one.person_id, one.posts) for one in acting] == [(clerk.person_id, clerk.posts)]
    with access.acting_as(access.system("tests", over="0.")), transaction() as session:
        person = session.get(Person, clerk.person_id)
        assert person is not None
        person.active = False
    job = put(person_id=clerk.person_id)
    jobs.run_due(app)
    assert (stand(job).state, stand(job).error) == ("dead", running.NO_PERSON)


def test_progress_is_seen_while_it_runs_and_keeps_the_lease(app: Flask, declare: Declare, put: Put) -> None:
    rows: list[tuple[int, int | None, str]] = []
    leases: list[bool] = []

    def run(work: jobs.Work) -> None:
        change(stand(work.id), lease_until=clock.wall())
        work.progress(2, 5, "第二步")
        row = stand(work.id)
        rows.append((row.done_count, row.total_count, row.note))
        leases.append(row.lease_until is not None and row.lease_until > clock.wall() + timedelta(seconds=25))

    declare(run, lease=30)
    put(total=4)
    jobs.run_due(app)
    assert rows == [(2, 5, "第二步")]
    assert leases == [True]


def test_progress_inside_goes_with_the_work(app: Flask, declare: Declare, put: Put) -> None:
    def run(work: jobs.Work) -> None:
        work.progress(1, 2)
        work.result("a.txt", "text/plain", b"a")

    declare(run, inside=True)
    job = put()
    jobs.run_due(app)
    row = stand(job)
    assert (row.state, row.done_count, row.total_count, row.result_name) == ("done", 1, 2, "a.txt")


def test_an_interrupted_job_goes_back_and_the_attempt_does_not_count(
    app: Flask, declare: Declare, put: Put
) -> None:
    declare(lambda work: work.progress(1))
    job, other = put(), put()
    change(job, state="handed")
    change(other, state="handed")
    stopping = Event()
    stopping.set()
    Runner(app, "tests", stopping=stopping).work([job.id, other.id])
    assert (stand(job).state, stand(job).attempts) == ("waiting", 0)
    assert (stand(other).state, stand(other).attempts) == ("waiting", 0), "not begun at all"
    assert issubclass(Interrupted, jobs.Stop)


def test_a_message_is_worked_on_for_a_moment_only(
    app: Flask, declare: Declare, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(lambda work: None)
    made = [put() for _ in range(3)]
    for job in made:
        change(job, state="handed")
    monkeypatch.setattr(running, "SLICE", -1.0)
    assert Runner(app, "tests").work([job.id for job in made]) == 1
    assert [stand(job).state for job in made] == ["done", "waiting", "waiting"]


def test_changes_left_lying_do_not_stop_the_book_keeping(
    app: Flask, declare: Declare, put: Put, world: World
) -> None:
    office = world.offices[CHANGDE].id

    def run(work: jobs.Work) -> None:
        db.session.add(Contact(office_id=office, topic="materials", section="科", phone="1"))

    declare(run)
    job = put()
    jobs.run_due(app)
    assert stand(job).state == "done"
    assert contacts() == 0


def test_a_limit_is_kept(app: Flask, declare: Declare, put: Put) -> None:
    declare(lambda work: None)
    for _ in range(4):
        put()
    assert jobs.run_due(app, limit=3) == 3
    assert jobs.run_due(app) == 1


def test_run_due_is_not_for_inside_a_transaction(app: Flask, declare: Declare, world: World) -> None:
    with pytest.raises(RuntimeError, match="inside"), transaction():
        jobs.run_due(app)


def test_no_office_waits_behind_another(app: Flask, declare: Declare, put: Put) -> None:
    """Ten thousand mails of one office, one of another."""
    order: list[str] = []
    declare(lambda work: order.append(work.path))
    for _ in range(30):
        put(path=CHANGDE)
    put(path=WULING)
    jobs.run_due(app, limit=5)
    assert WULING in order


def test_the_row_stays_the_platforms(app: Flask, declare: Declare, put: Put, world: World) -> None:
    """Nobody writes a job past the verbs, whatever posts he holds."""
    declare(lambda work: None)
    job = put(path=WULING)
    with (
        access.acting_as(world.actor(("clerk", WULING))),
        pytest.raises((access.ForeignWrite, AssertionError)),
        transaction() as session,
    ):
        row = session.merge(job, load=False)
        row.state = "done"
        session.flush()
        raise AssertionError
    assert stand(job).state == "waiting"
    with access.acting_as(world.actor(("clerk", WULING))):
        assert db.session.scalar(select(func.count()).select_from(Job)) == 0
