"""A long collated survey: offered, made piece by piece, the same workbook, and nothing for a post that ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from app.foundation import access, clock, jobs
from app.foundation.audit.models import AuditEntry
from app.foundation.database import db, transaction
from app.foundation.jobs import Job
from app.foundation.tenancy.models import Grant
from app.plugins.operations import exports
from app.plugins.surveys import exporting
from tests.plugins.surveys.test_export import allow

Browse = Callable[[str], FlaskClient]
PLATFORM = access.system("tests", over="0.")


@pytest.fixture
def long(hall: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eleven rows are long, and seven are read at a time."""
    allow(hall, monkeypatch, direct=10, most=5000)
    monkeypatch.setattr(exporting, "PIECE", 7)


@pytest.fixture
def put_back(hall: Flask) -> Any:
    """The hall is shared: what was put is taken away again."""
    yield
    with hall.app_context(), access.acting_as(PLATFORM), transaction():
        for job in db.session.scalars(select(Job)):
            db.session.delete(job)


pytestmark = pytest.mark.usefixtures("long", "put_back")


def latest(hall: Flask) -> Job:
    with hall.app_context(), access.acting_as(PLATFORM):
        return db.session.scalars(select(Job).order_by(Job.id.desc()).limit(1)).one()


def values(content: bytes) -> list[list[Any]]:
    book = load_workbook(BytesIO(content))
    return [[cell.value for cell in line] for page in book for line in page.iter_rows()]


@pytest.mark.parametrize(
    ("username", "query"), [("changde.clerk", ""), ("changde.egov", ""), ("changde.egov", "?office=430702")]
)
def test_the_workbook_is_the_one_a_direct_answer_gives(
    hall: Flask, browse: Browse, monkeypatch: pytest.MonkeyPatch, username: str, query: str
) -> None:
    client = browse(username)
    form = {"office": query.partition("=")[2]}
    assert client.post("/aggregate/export", data=form).status_code == 302
    assert jobs.run_due(hall) == 1
    job = latest(hall)
    assert (job.state, job.done_count) == ("done", job.total_count)
    made = client.get(f"/my-jobs/{job.id}/result")
    assert made.mimetype == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    allow(hall, monkeypatch, direct=5000, most=5000)
    assert values(made.get_data()) == values(client.get(f"/aggregate/export.xlsx{query}").get_data())


def test_it_is_offered_with_how_many_rows(hall: Flask, browse: Browse) -> None:
    page = browse("changde.clerk").get("/aggregate/export.xlsx").get_data(as_text=True)
    assert "共 45 行" in page
    assert 'action="/aggregate/export"' in page
    assert 'name="office" value="430700"' in page
    with hall.app_context(), access.acting_as(PLATFORM):
        assert db.session.scalar(select(db.func.count()).select_from(Job)) == 0


def test_who_took_it_is_remembered(hall: Flask, browse: Browse) -> None:
    browse("changde.egov").post("/aggregate/export")
    jobs.run_due(hall)
    with hall.app_context(), access.acting_as(PLATFORM):
        query = select(AuditEntry).where(AuditEntry.verb == "aggregate.exported")
        entry = db.session.scalars(query.order_by(AuditEntry.seq.desc()).limit(1)).one()
    assert entry.person == "电子政务员甲"
    assert (entry.after or {})["rows"] == 45


def test_figures_no_longer_shared_give_no_file(hall: Flask, browse: Browse) -> None:
    client = browse("changde.egov")
    client.post("/aggregate/export")
    with hall.app_context(), access.acting_as(PLATFORM), transaction():
        (grant,) = [
            one
            for one in db.session.scalars(select(Grant))
            if one.holder_path == "0.43.07.egov." and one.relation == "shares"
        ]
        kept = grant.until
        grant.until = clock.today() - timedelta(days=1)
    try:
        jobs.run_due(hall)
        job = latest(hall)
        assert (job.state, job.error, job.result_file) == ("dead", exports.NO_LONGER, "")
    finally:
        with hall.app_context(), access.acting_as(PLATFORM), transaction():
            db.session.get_one(Grant, grant.id).until = kept


def test_an_office_that_is_not_shared_is_not_put(hall: Flask, browse: Browse) -> None:
    assert browse("wuling.clerk").post("/aggregate/export", data={"office": "430703"}).status_code == 404
    assert browse("unit.changde").post("/aggregate/export").status_code == 403


def test_rows_of_one_sheet_stay_together() -> None:
    assert exporting._pieces([]) == [[]]
    found = exporting._pieces([1] * 5 + [2] * 5 + [3] + [4] * 9 + [5])
    assert found == [[1, 2], [3, 4], [5]]
