"""The small country, and kinds of jobs that live as long as one test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation import access, jobs
from app.foundation.database import db, transaction
from app.foundation.jobs import kinds
from app.foundation.jobs.models import Job
from tests.policies import world as worlds
from tests.policies.world import World
from tests.services.afresh import read_afresh

CHANGDE, WULING, DINGCHENG = "0.43.07.", "0.43.07.02.", "0.43.07.03."

Declare = Callable[..., jobs.Kind]
Put = Callable[..., Job]


@pytest.fixture
def world(app: Flask) -> World:
    return worlds.build()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def both(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def declare(app: Flask) -> Iterator[Declare]:
    """Declares a kind for this test only."""
    known = app.extensions[kinds._KEY]
    kept = dict(known)

    def add(run: Callable[[jobs.Work], None], name: str = "tests.one", **settings: Any) -> jobs.Kind:
        kind = jobs.Kind(name, name, run, **settings)
        jobs.declare(app, kind)
        return kind

    yield add
    known.clear()
    known.update(kept)


@pytest.fixture
def put(app: Flask, world: World) -> Put:
    """Puts a job in a transaction of its own, acting as nobody."""

    def add(kind: str = "tests.one", path: str = CHANGDE, **settings: Any) -> Job:
        with transaction():
            return jobs.put(kind, settings.pop("payload", {}), path=path, **settings)

    return add


def stand(job: Job | int) -> Job:
    """The row as it stands in the database."""
    pk = job if isinstance(job, int) else job.id
    read_afresh()
    with access.acting_as(access.system("tests", over="0.")):
        return db.session.scalars(
            select(Job).where(Job.id == pk), execution_options={"populate_existing": True}
        ).one()


def change(job: Job, **values: Any) -> None:
    """Make the row say something else."""
    with access.acting_as(access.system("tests", over="0.")), transaction() as session:
        row = session.get(Job, job.id, populate_existing=True)
        assert row is not None
        for name, value in values.items():
            setattr(row, name, value)
