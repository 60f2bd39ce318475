"""The demo, an inspector with logs to export, and limits low enough that they are long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation import access, jobs
from app.foundation.database import db, transaction
from app.foundation.jobs import Job
from app.foundation.tenancy.models import Person
from app.plugins.operations import limits
from tests.services.afresh import read_afresh

PLATFORM = access.system("tests", over="0.")
CITY, COUNTY, SIBLING, PROVINCE = "0.43.07.", "0.43.07.02.", "0.43.07.03.", "0.43."
Put = Callable[..., int]


@pytest.fixture
def seed() -> str:
    return "demo"


@pytest.fixture
def person_id(app: Flask) -> Callable[[str], int]:
    """The id of a named account."""

    def find(username: str) -> int:
        with access.acting_as(PLATFORM):
            return db.session.scalars(select(Person.id).where(Person.username == username)).one()

    return find


@pytest.fixture
def put(app: Flask) -> Put:
    """Writes a job as it stands after some of its life; its id."""

    def make(kind: str = "jobs.sweep", *, path: str = CITY, person: int | None = None, **stands: Any) -> int:
        read_afresh()
        with access.acting_as(PLATFORM), transaction():
            job = jobs.put(kind, stands.pop("payload", {}), path=path, person_id=person)
            for name, value in stands.items():
                setattr(job, name, value)
            db.session.flush()
            return job.id

    return make


def row(pk: int) -> Job:
    """A job as it stands in the database."""
    read_afresh()
    with access.acting_as(PLATFORM):
        found = db.session.get(Job, pk, populate_existing=True)
    assert found is not None
    return found


def latest() -> Job:
    """The job put last."""
    read_afresh()
    with access.acting_as(PLATFORM):
        return db.session.scalars(select(Job).order_by(Job.id.desc()).limit(1)).one()


@pytest.fixture
def short(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows are long already."""
    for name in limits.limits().exports:
        monkeypatch.setitem(limits.limits().exports, name, limits.Limit(2, 5000))
