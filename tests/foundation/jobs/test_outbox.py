"""A job is written with what causes it or not at all, as the platform and where it belongs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.foundation import access, clock, jobs
from app.foundation.database import db, transaction
from app.foundation.jobs import outbox
from app.foundation.jobs.models import Job
from tests.foundation.jobs.conftest import CHANGDE, WULING, Declare, Put, stand
from tests.policies.world import World
from tests.services.afresh import read_afresh


@pytest.fixture
def database_kind(both: str) -> str:
    return both


def nothing(_work: jobs.Work) -> None:
    pass


def count() -> int:
    read_afresh()
    with access.acting_as(access.system("tests", over="0.")):
        return db.session.scalar(select(func.count()).select_from(Job)) or 0


def test_a_job_belongs_to_its_office(declare: Declare, put: Put, world: World) -> None:
    declare(nothing, queue="mail")
    job = stand(put(payload={"delivery": 7}, path=WULING))
    assert (job.review_path, job.office_id) == (WULING, world.offices[WULING].id)
    assert (job.queue, job.payload, job.state, job.attempts) == ("mail", {"delivery": 7}, "waiting", 0)
    assert job.due_at == job.created_at <= clock.wall()


def test_rolled_back_with_what_caused_it(declare: Declare, world: World) -> None:
    declare(nothing)
    with pytest.raises(ZeroDivisionError), transaction():
        jobs.put("tests.one", {}, path=CHANGDE)
        raise ZeroDivisionError
    assert count() == 0


def test_nothing_is_put_outside_a_transaction(declare: Declare, world: World) -> None:
    declare(nothing)
    with pytest.raises(RuntimeError, match="outside transaction"):
        jobs.put("tests.one", {}, path=CHANGDE)


def test_the_same_key_is_there_once(declare: Declare, put: Put) -> None:
    declare(nothing)
    declare(nothing, "tests.two")
    first = put(key="delivery:1")
    assert put(key="delivery:1", payload={"other": 1}, path=WULING).id == first.id
    assert stand(first).payload == {}
    assert put("tests.two", key="delivery:1").id != first.id
    assert put(key=None).id != put(key=None).id


def test_whoever_acts_may_put_and_still_reads_nothing_more(declare: Declare, world: World) -> None:
    declare(nothing)
    clerk = world.actor(("clerk", WULING))
    with access.acting_as(clerk), transaction():
        job = jobs.put("tests.one", {}, path=CHANGDE, person_id=clerk.person_id)
    db.session.expunge_all()
    with access.acting_as(clerk):
        assert db.session.scalars(select(Job)).all() == []
        assert [one.id for one in jobs.mine(clerk.person_id or 0)] == [job.id]
    with access.acting_as(world.actor(("admin", CHANGDE))):
        assert db.session.scalars(select(Job.id)).all() == [job.id]


def test_what_the_caller_has_not_written_yet_is_not_written_as_the_platform(
    declare: Declare, world: World
) -> None:
    declare(nothing)
    unit = world.units["municipal"]
    with access.acting_as(access.system("tests", over="0.")):
        foreign = db.session.get(type(unit), unit.id)
        assert foreign is not None
    with (
        access.acting_as(world.actor(("clerk", WULING))),
        pytest.raises(access.ForeignWrite),
        transaction() as session,
    ):
        session.add(foreign)
        foreign.name = "改名"
        jobs.put("tests.one", {}, path=CHANGDE)


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"kind": "tests.unknown"}, LookupError),
        ({"path": "0.99."}, LookupError),
        ({"payload": {"when": clock.wall()}}, TypeError),
    ],
)
def test_what_cannot_be_done_is_refused(
    declare: Declare, put: Put, settings: dict[str, object], error: type[Exception]
) -> None:
    declare(nothing)
    with pytest.raises(error):
        put(**settings)


def test_a_kind_on_behalf_needs_a_person(declare: Declare, put: Put) -> None:
    declare(nothing, on_behalf=True)
    with pytest.raises(ValueError, match="whose"):
        put()


@pytest.mark.parametrize(
    "settings",
    [{"name": "one"}, {"name": "Tests.one"}, {"queue": "a b"}, {"attempts": 0}, {"lease": 0}],
)
def test_a_malformed_kind_is_refused(app: Flask, settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="job kind"):
        jobs.Kind(**{"name": "tests.one", "title": "", "run": nothing, **settings})  # type: ignore[arg-type]


def test_a_kind_declared_twice_is_refused(app: Flask, declare: Declare) -> None:
    declare(nothing)
    with pytest.raises(ValueError, match="twice"):
        declare(nothing)


def test_a_commit_wakes_the_relay_and_a_rollback_does_not(
    declare: Declare, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(nothing)
    woken: list[int] = []
    monkeypatch.setattr(outbox, "PUT", [lambda: woken.append(1)])
    put()
    assert woken == [1]
    with pytest.raises(ZeroDivisionError), transaction():
        jobs.put("tests.one", {}, path=CHANGDE)
        raise ZeroDivisionError
    with transaction():
        pass
    assert woken == [1]


def test_not_before_its_moment(declare: Declare, put: Put, app: Flask) -> None:
    ran: list[int] = []
    declare(lambda work: ran.append(work.id))
    put(not_before=clock.wall() + timedelta(hours=1))
    now = put(not_before=clock.wall() - timedelta(hours=1))
    assert jobs.run_due(app) == 1
    assert ran == [now.id]
