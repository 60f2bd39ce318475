"""What a dead process held is set free, what a living one holds is not, and a clock set back locks nobody out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.foundation import clock, jobs
from app.foundation.jobs import handing, leases, rules
from app.foundation.jobs.models import Job
from app.foundation.jobs.rules import Rules, wait
from tests.foundation.jobs.conftest import Declare, Put, change, stand
from tests.policies.world import World
from tests.services.afresh import read_afresh

BACK = timedelta(hours=6)


@pytest.fixture
def database_kind(both: str) -> str:
    return both


@pytest.fixture
def job(declare: Declare, put: Put) -> Job:
    declare(lambda work: None, attempts=3, lease=60)
    return put()


def mend(*, in_process: bool = True) -> int:
    return handing.mend(1.0, in_process=in_process)


def set_clock(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    monkeypatch.setattr(clock, "wall", lambda: datetime.now(UTC) + by)


def test_a_running_job_of_a_living_process_is_left_alone(job: Job) -> None:
    leases.live("alive")
    change(job, state="running", holder="alive", attempts=1, lease_until=clock.wall() + timedelta(seconds=60))
    assert mend() == 0
    assert stand(job).state == "running"


@pytest.mark.parametrize(
    ("holder", "lease"),
    [("dead", timedelta(seconds=60)), ("alive", timedelta(0)), ("alive", BACK)],
    ids=["its process is gone", "its lease has ended", "its lease was given before the clock was set back"],
)
def test_a_running_job_is_set_free(job: Job, holder: str, lease: timedelta) -> None:
    leases.live("alive")
    change(job, state="running", holder=holder, attempts=1, lease_until=clock.wall() + lease)
    assert mend() == 1
    row = stand(job)
    assert (row.state, row.holder, row.lease_until, row.attempts) == ("waiting", "", None, 1)
    assert row.due_at <= clock.wall()


def test_one_that_keeps_killing_its_process_waits_and_then_is_dead(job: Job) -> None:
    change(job, state="running", holder="dead", attempts=2, lease_until=clock.wall())
    mend()
    assert stand(job).due_at > clock.wall() + timedelta(seconds=10)
    change(job, state="running", holder="dead", attempts=3, lease_until=clock.wall())
    mend()
    assert (stand(job).state, stand(job).error) == ("dead", handing.DIED)


@pytest.mark.parametrize(
    ("in_process", "holder", "lease", "freed"),
    [
        (True, "dead", 20, 1),
        (True, "alive", 20, 0),
        (True, "alive", -1, 1),
        (False, "dead", 20, 0),
        (False, "dead", -1, 1),
        (False, "dead", 3600, 1),
    ],
)
def test_what_was_handed_over(job: Job, in_process: bool, holder: str, lease: int, freed: int) -> None:
    """Handed over in a process's own memory it died with the process; in a broker of its own it did not."""
    leases.live("alive")
    change(job, state="handed", holder=holder, lease_until=clock.wall() + timedelta(seconds=lease))
    assert mend(in_process=in_process) == freed


def test_a_clock_set_back_delays_nothing(
    app: Flask, declare: Declare, put: Put, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail = [True]

    def run(work: jobs.Work) -> None:
        if fail:
            raise ConnectionError

    declare(run)
    failed = put()
    jobs.run_due(app)
    fail.clear()
    fresh, planned = put(), put(not_before=clock.wall() + timedelta(hours=1))
    set_clock(monkeypatch, -BACK)
    assert jobs.run_due(app) == 0
    assert mend() == 2
    assert jobs.run_due(app) == 2
    assert [stand(one).state for one in (failed, fresh, planned)] == ["done", "done", "waiting"]


def test_a_lease_is_one_holders_until_it_ends(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert leases.acquire("relay", "a")
    assert leases.acquire("relay", "a")
    assert not leases.acquire("relay", "b")
    assert leases.acquire("beat", "b")
    set_clock(monkeypatch, rules.rules().alive - timedelta(seconds=1))
    assert not leases.acquire("relay", "b")
    set_clock(monkeypatch, rules.rules().alive + timedelta(seconds=1))
    assert leases.acquire("relay", "b")
    assert not leases.acquire("relay", "a")


def test_a_lease_given_back_is_free_at_once(world: World) -> None:
    assert leases.acquire("relay", "a")
    leases.release("a")
    assert leases.acquire("relay", "b")


def test_a_clock_set_back_does_not_keep_a_dead_relays_lease(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert leases.acquire("relay", "dead")
    set_clock(monkeypatch, -BACK)
    assert leases.acquire("relay", "b")


def test_a_process_that_gives_no_sign_is_not_among_the_living(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.foundation import access
    from app.foundation.database import transaction
    from app.foundation.jobs.turn import PLATFORM

    def living() -> list[str]:
        with access.acting_as(PLATFORM), transaction():
            return leases.living(clock.wall())

    leases.live("a")
    assert living() == ["a"]
    set_clock(monkeypatch, rules.rules().alive)
    leases.live("b")
    assert living() == ["b"]
    set_clock(monkeypatch, -BACK)
    assert living() == []
    read_afresh()


def test_handing_takes_what_still_waits(declare: Declare, put: Put) -> None:
    declare(lambda work: None)
    first, second, gone = put(), put(), put()
    change(gone, state="done")
    assert handing.hand([second.id, gone.id, first.id], "relay") == [second.id, first.id]
    assert handing.hand([first.id], "relay") == []
    row = stand(first)
    assert (row.state, row.holder) == ("handed", "relay")
    handing.take_back([first.id, second.id])
    assert (stand(first).state, stand(first).holder, stand(first).lease_until) == ("waiting", "", None)


def test_loads_and_picks(declare: Declare, put: Put, world: World) -> None:
    declare(lambda work: None, queue="mail")
    declare(lambda work: None, "tests.two", queue="sms")
    here = [put() for _ in range(3)]
    there = put(path="0.43.07.02.")
    put("tests.two", not_before=clock.wall() + timedelta(hours=1))
    change(here[0], state="running", holder="x")
    found = handing.loads()
    assert list(found) == ["mail"]
    assert (sum(found["mail"].flying.values()), found["mail"].handed) == (1, 0)
    assert handing.pick("mail", found["mail"], 2) == [there.id, here[1].id]


RULES = Rules(7, 30, 180, timedelta(seconds=15), timedelta(hours=1), *[timedelta(seconds=30)] * 3)


@given(attempt=st.integers(1, 10_000), chance=st.floats(0, 1, exclude_max=True))
def test_waits_double_up_to_the_longest_and_are_spread(attempt: int, chance: float) -> None:
    whole = min(15 * 2 ** min(attempt - 1, 30), 3600)
    found = wait(attempt, chance, RULES).total_seconds()
    assert whole / 2 <= found < whole + 1e-3
    assert wait(attempt, 0, RULES) <= wait(attempt, chance, RULES)
