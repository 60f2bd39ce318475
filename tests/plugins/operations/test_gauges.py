"""The queues among the numbers of ``/metrics``."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from app.foundation import access, clock, jobs
from app.foundation.database import db, transaction
from app.foundation.jobs import Job
from tests.foundation.telemetry.test_metrics import read, value
from tests.plugins.operations.conftest import COUNTY, PLATFORM, PROVINCE, Put
from tests.services.afresh import read_afresh


def test_jobs_by_kind_and_state_of_every_office(app: Flask, put: Put) -> None:
    for path in (COUNTY, PROVINCE):
        put(path=path)
    put(state="dead", error="x")
    text = read(app.test_client())
    kind = {"queue": "schedule", "kind": "jobs.sweep"}
    assert value(text, "bianban_jobs", state="waiting", **kind) == 2
    assert value(text, "bianban_jobs", state="dead", **kind) == 1


def test_the_age_of_the_oldest_that_is_due(app: Flask, put: Put) -> None:
    now = clock.wall()
    put(due_at=now - timedelta(minutes=10))
    put(due_at=now - timedelta(minutes=2))
    put(due_at=now + timedelta(hours=1))
    put(due_at=now - timedelta(hours=9), state="done")
    text = read(app.test_client())
    assert 600 <= value(text, "bianban_outbox_oldest_seconds", queue="schedule") < 660
    assert value(text, "bianban_outbox_oldest_seconds", queue="work") == 0


def test_a_kind_nobody_declares_is_no_label(app: Flask, put: Put) -> None:
    pk = put()
    read_afresh()
    with access.acting_as(PLATFORM), transaction():
        db.session.get_one(Job, pk).kind = "zhangsan.secret"
    text = read(app.test_client())
    assert "zhangsan" not in text
    assert value(text, "bianban_jobs", kind="unknown", state="waiting") == 1


def test_an_attempt_is_counted_by_how_it_ended(app: Flask, put: Put) -> None:
    before = value(read(app.test_client()), "bianban_job_runs_total", kind="jobs.sweep", ended="done")
    put()
    jobs.run_due(app)
    text = read(app.test_client())
    assert value(text, "bianban_job_runs_total", kind="jobs.sweep", ended="done") == before + 1
    assert value(text, "bianban_job_seconds_count", kind="jobs.sweep") >= 1
