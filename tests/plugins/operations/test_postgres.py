"""The same on PostgreSQL, where row-level security stands behind every query."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from app.foundation import clock, jobs
from tests.foundation.telemetry.test_metrics import read, value
from tests.plugins.operations.conftest import CITY, COUNTY, PROVINCE, Put, latest, row
from tests.plugins.operations.test_queue import rows_of
from tests.services.instance import SignIn


@pytest.fixture
def database_kind() -> str:
    return "postgres"


@pytest.mark.usefixtures("short")
def test_a_long_export_goes_its_way(app: Flask, sign_in: SignIn) -> None:
    for username in ("wuling.reviewer", "wuling.clerk", "changde.head"):
        app.test_client().post("/login/", data={"username": username, "password": "wrong"})
    client = sign_in("changde.inspector")
    assert "需要转到后台办理" in client.get("/sign-ins/export/csv").get_data(as_text=True)
    assert client.post("/sign-ins/export/csv").status_code == 302
    assert client.post("/deeds/export/xlsx").status_code == 302
    assert jobs.run_due(app) == 2
    job = latest()
    assert (job.state, job.error) == ("done", "")
    assert client.get(f"/my-jobs/{job.id}/result").status_code == 200
    assert client.get(f"/my-jobs/{job.id - 1}/result").status_code == 200
    for other in ("changde.admin", "central.head"):
        assert sign_in(other).get(f"/my-jobs/{job.id}/result").status_code == 404


def test_each_sees_and_retries_what_is_his(
    app: Flask, sign_in: SignIn, put: Put, person_id: Callable[[str], int]
) -> None:
    clerk = person_id("changde.clerk")
    own, below, above = (
        put(path=path, state="dead", attempts=8, error="x", done_at=clock.wall(), person=clerk)
        for path in (CITY, COUNTY, PROVINCE)
    )
    admin = sign_in("changde.admin")
    listed = rows_of(admin.get("/jobs/list/").get_data(as_text=True))
    assert [f"/jobs/show/{pk}" in listed for pk in (own, below, above)] == [True, True, False]
    assert admin.post("/jobs/action_post", data={"action": "retry", "rowid": [own, below]}).status_code == 302
    assert [row(pk).state for pk in (own, below, above)] == ["waiting", "waiting", "dead"]
    mine = sign_in("changde.clerk").get("/my-jobs/").get_data(as_text=True)
    assert mine.count('class="job-head"') == 3
    assert sign_in("changde.clerk").post(f"/my-jobs/{own}/cancel").status_code == 302
    assert row(own).state == "cancelled"
    assert value(read(app.test_client()), "bianban_jobs", kind="jobs.sweep", state="dead") == 1
